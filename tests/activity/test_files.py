import io
import struct
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Department, Team
from activity import parents
from activity.files import attach, clean_name, freeze, may_remove, remove
from activity.models import Attachment, Event
from activity.orphans import sweep_files
from core.errors import NotAllowed
from exchange.models import ExportFile
from tests.cast import build_cast, key

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"x" * 200
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\0\0\0" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
JPEG += b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 10, 20)


def office(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


DOCX = office("[Content_Types].xml", "word/document.xml")
XLSX = office("[Content_Types].xml", "xl/workbook.xml")


@pytest.fixture
def team_owns_files():
    """Teams stand in for the things above that own files."""
    kept = dict(parents._parents)
    parents.parent(Team, visible=lambda user: Team.objects.visible_to(user))
    yield
    parents._parents.clear()
    parents._parents.update(kept)


def upload(name, content, kind="application/octet-stream"):
    return SimpleUploadedFile(name, content, kind)


def add(parent, name, content, by, **kwargs):
    return attach(parent, upload(name, content), by=by, now=timezone.now(), **kwargs)


@pytest.mark.proves("B38")
@pytest.mark.parametrize("name, content, kind", [
    ("合同.pdf", PDF, "application/pdf"), ("图.png", PNG, "image/png"), ("照片.jpg", JPEG, "image/jpeg"),
    ("照片.jpeg", JPEG, "image/jpeg"), ("方案.docx", DOCX,
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("表.xlsx", XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "application/vnd.ms-excel"),
    ("说明.txt", "你好".encode("gb18030"), "text/plain"), ("a.csv", b"a,b\n1,2\n", "text/csv"),
])
def test_the_kind_is_found_by_looking(cast, name, content, kind):
    row = add(cast.legal, name, content, cast.sam)
    assert (row.kind, row.name, row.size, row.number) == (kind, name, len(content), 1)
    stored = row.file.name.rpartition("/")[2]
    assert len(stored) == 32 and name not in row.file.path
    assert row.file.open().read() == content


@pytest.mark.proves("B38")
@pytest.mark.parametrize("name, content", [
    ("empty.pdf", b""), ("big.pdf", PDF + b"x" * 21 * 1024 * 1024), ("setup.exe", b"MZ\x90\0" + b"x" * 100),
    ("renamed.pdf", b"MZ\x90\0" + b"x" * 100), ("page.html", b"<html><script>alert(1)</script>"),
    ("page.txt", b"<!DOCTYPE html><script>1</script>"), ("page.pdf", b"<html>"), ("icon.svg", b"<svg onload=alert(1)>"),
    ("icon.png", b"<svg onload=alert(1)>"), ("image.pdf", PNG), ("macro.xlsm", XLSX),
    ("macro.xlsx", office("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")),
    ("any.zip", office("a.txt")), ("any.docx", office("a.txt")), ("cut.docx", DOCX[:40]), ("noname", PDF),
    ("data.txt", b"a\0b"), ("bomb.png", PNG.replace(struct.pack(">II", 640, 480), struct.pack(">II", 60000, 60000))),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_not_on_the_list_is_refused_with_a_sentence(cast, name, content):
    with pytest.raises(ValidationError) as refused:
        add(cast.legal, name, content, cast.sam)
    assert clean_name(name) in refused.value.messages[0]
    assert not Attachment.objects.exists() and not Event.objects.exists()


@pytest.mark.proves("B38")
@pytest.mark.parametrize("given, shown", [
    ("../../x.pdf", "x.pdf"), ("C:\\Users\\a\\报价.pdf", "报价.pdf"), ("CON.txt", "_CON.txt"), ("nul.pdf", "_nul.pdf"),
    ("a" * 300 + ".pdf", "a" * 108 + ".pdf"), ("a\r\nb\0.pdf", "ab.pdf"), ("in\u202efdp.exe", "infdp.exe"),
    ("x<y>:\"|?*.pdf", "x_y_.pdf"), (".pdf", "_.pdf"), ("  spaced .pdf ", "spaced.pdf"), ("", "_"),
])
def test_names_are_cleaned(given, shown):
    assert clean_name(given) == shown


def test_the_same_name_is_the_next_version(cast):
    first = add(cast.legal, "合同.pdf", PDF, cast.sam)
    second = add(cast.legal, "合同.pdf", PDF + b"2", cast.sam)
    other = add(cast.tech, "合同.pdf", PDF, cast.tess)
    named = add(cast.legal, "终稿.pdf", PDF, cast.sam, series=first.series)
    assert [row.number for row in (first, second, other, named)] == [1, 2, 1, 3]
    assert second.series == first.series != other.series
    assert Event.objects.filter(verb="activity.attached").count() == 4


def test_who_may_remove_and_what_is_frozen(cast, time_machine):
    now = timezone.now()
    row, approved = add(cast.legal, "a.pdf", PDF, cast.sam), add(cast.legal, "b.pdf", PDF, cast.sam)
    freeze(approved, now=now)
    approved.refresh_from_db()
    assert [may_remove(row, user, now=now) for user in (cast.sam, cast.ada, cast.tess)] == [True, True, False]
    assert not may_remove(approved, cast.ada, now=now)
    late = now + timezone.timedelta(hours=25)
    assert [may_remove(row, user, now=late) for user in (cast.sam, cast.ada)] == [False, True]
    with pytest.raises(NotAllowed):
        remove(row, by=cast.tess, now=now)
    remove(row, by=cast.sam, now=now)
    assert list(Attachment.objects.of(cast.legal)) == [approved]


@pytest.mark.proves("B39")
def test_only_who_sees_the_parent_gets_the_bytes(cast, client_of, client, team_owns_files):
    row = add(cast.east, "方案 v2.pdf", PDF, cast.alice)
    for url in (f"/files/{row.pk}", f"/files/{row.pk}/view"):
        for user in (cast.alice, cast.mia, cast.ada):
            assert b"".join(client_of(user).get(url).streaming_content) == PDF
        for user in (cast.charlie, cast.sam):
            foreign, made_up = client_of(user).get(url), client_of(user).get("/files/999999")
            assert foreign.status_code == made_up.status_code == 404
            assert client_of(user).head(url).status_code == 404
            assert client_of(user).get(url, headers={"Range": "bytes=0-9"}).status_code == 404
        assert client.get(url)["Location"] == f"/login?next={url}"
        assert client_of(cast.alice).post(url, {"key": key()}).status_code == 405
    remove(row, by=cast.alice, now=timezone.now())
    assert client_of(cast.alice).get(f"/files/{row.pk}").status_code == 404


def test_a_model_that_is_no_parent_gives_no_files(cast, client_of, team_owns_files):
    row = add(cast.legal, "a.pdf", PDF, cast.sam)
    assert Department.objects.visible_to(cast.sam).exists()
    assert client_of(cast.sam).get(f"/files/{row.pk}").status_code == 404


def test_headers_of_a_download_and_of_a_view(cast, client_of, team_owns_files):
    pdf, png = add(cast.east, "方案.pdf", PDF, cast.alice), add(cast.east, "图.png", PNG, cast.alice)
    docx = add(cast.east, "文.docx", DOCX, cast.alice)
    client = client_of(cast.alice)
    down = client.get(f"/files/{pdf.pk}")
    assert down["Content-Disposition"] == "attachment; filename*=utf-8''%E6%96%B9%E6%A1%88.pdf"
    assert (down["Content-Type"], down["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert policy(down) == {"default-src 'none'", "frame-ancestors 'none'", "sandbox"}
    assert "no-store" in down["Cache-Control"]
    view = client.get(f"/files/{pdf.pk}/view")
    assert view["Content-Disposition"].startswith("inline") and view["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" not in policy(view) and "script-src 'self'" not in policy(view)
    assert "sandbox" in policy(client.get(f"/files/{png.pk}/view"))
    assert client.get(f"/files/{docx.pk}/view").status_code == 404
    assert client.get(f"/files/{docx.pk}").status_code == 200


def policy(response):
    return {part.strip() for part in response["Content-Security-Policy"].split(";")}


def test_removing_over_http(cast, client_of, team_owns_files):
    row = add(cast.east, "a.pdf", PDF, cast.alice)
    url = f"/files/{row.pk}/remove"
    assert client_of(cast.alice).get(url).status_code == 405
    assert client_of(cast.bob).post(url, {"key": key()}).status_code == 403  # sees it, but it is not his
    assert client_of(cast.charlie).post(url, {"key": key()}).status_code == 404
    answer = client_of(cast.alice).post(url, {"key": key(), "next": "//evil.example"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client_of(cast.alice).post(url, {"key": key()}).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.proves("REL19")
def test_a_content_whose_deed_was_taken_back_goes_after_a_day_and_no_row_ever_lacks_one():
    people = build_cast()
    kept = add(people.legal, "a.pdf", PDF, people.sam)
    with pytest.raises(RuntimeError), transaction.atomic():
        lost = add(people.legal, "b.pdf", PDF, people.sam)
        raise RuntimeError
    assert default_storage.exists(kept.file.name) and default_storage.exists(lost.file.name)
    now = timezone.now()
    assert sweep_files(now=now) == 0  # its row may still come
    assert sweep_files(now=now + timezone.timedelta(hours=25)) >= 1
    assert default_storage.exists(kept.file.name) and not default_storage.exists(lost.file.name)
    remove(kept, by=people.sam, now=now)
    sweep_files(now=now + timezone.timedelta(hours=25))
    assert default_storage.exists(kept.file.name)  # out of sight, kept for the record


def test_pictures_and_pdf_open(cast):
    files = (("a.pdf", PDF), ("b.png", PNG), ("c.docx", DOCX))
    rows = [add(cast.legal, name, content, cast.sam) for name, content in files]
    assert [row.opens for row in rows] == [True, True, False]


@pytest.mark.django_db
@pytest.mark.proves("REL19")
def test_contents_of_imports_and_exports_without_a_row_go_too_and_what_lies_beside_a_named_one_stays(cast):
    export = ExportFile(owner=cast.alice, sheet="follow-ups", name="a.xlsx")
    export.file.save("made.xlsx", ContentFile(b"x"))
    stored = {default_storage.save(f"{export.file.name}.keys", ContentFile(b"1"))}
    lost = {default_storage.save(f"{folder}/2024/03/{name}", ContentFile(b"x"))
            for folder, name in (("imports", "broke-off"), ("exports", "gone.xlsx"), ("exports", "gone.xlsx.keys"))}
    assert sweep_files(now=timezone.now() + timezone.timedelta(hours=25)) >= 3
    assert [default_storage.exists(name) for name in [*stored, export.file.name]] == [True, True]
    assert not any(default_storage.exists(name) for name in lost)
