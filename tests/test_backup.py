"""REL14: a backup in one file: refused when damaged, partial or newer, restored into an empty place and compared."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import override

from activity.files import attach
from activity.models import Attachment, Event, Notification
from activity.recording import notify
from core.jobs import JobFailed, enqueue, run_now
from core.models import Job
from customers.models import Customer
from salesflow.backup import Unusable, alarm, archive, back_up, drilling, making, restoring, settling, shown, states
from tests.cast import PASSWORD, key, make_customer

RELEASES = sorted((Path(__file__).parent / "data/releases").glob("*.zip"))
NOW = timezone.now


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def small(path, *, rows=b"[1]\n", **manifest):
    with archive.Writer(path) as out:
        out.add("rows/core_job.jsonl", [rows])
        out.finish({"made_at": NOW().isoformat(), "migrations": [], "counts": {"core_job": 1}, "key": "",
                    "why": "by-hand", "version": "1.0", "by": "", "missing": []} | manifest)  # fmt: skip
    return path


# --- The file ----------------------------------------------------------------------------------------------------


def test_the_file_is_for_its_owner_alone_and_there_only_when_it_is_whole(tmp_path):
    path = small(tmp_path / "one.zip")
    assert path.stat().st_mode & 0o777 == 0o600
    assert archive.check(path)["version"] == "1.0"
    with pytest.raises(ZeroDivisionError), archive.Writer(tmp_path / "two.zip") as out:
        out.add("rows/core_job.jsonl", (b"[1]\n" * (1 // n) for n in (1, 0)))
    assert [p.name for p in tmp_path.iterdir()] == ["one.zip"]


@pytest.mark.proves("REL14")
def test_what_is_damaged_partial_newer_or_another_file_is_refused_with_what_to_do(tmp_path):
    path = small(tmp_path / "one.zip", rows=b'["' + bytes(range(48, 90)) * 400 + b'"]\n')
    whole = path.read_bytes()
    at = whole.index(b"core_job.jsonl") + 60
    cases = {
        "broke off": whole[: len(whole) // 2],
        "is damaged": whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :],
        "another file": b"PK not at all",
    }
    for words, content in cases.items():
        path.write_bytes(content)
        with override("en"), pytest.raises(Unusable, match=words):
            archive.check(path)
    with zipfile.ZipFile(path, "w") as other:  # a part that the manifest names is not there
        other.writestr("manifest.json", json.dumps({"format": 1, "parts": {"rows/x.jsonl": {}}}))
    with override("en"), pytest.raises(Unusable, match="is missing: rows/x.jsonl"):
        archive.check(path)
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("files/../../key", "x")
        other.writestr("manifest.json", json.dumps({"format": 1, "parts": {"files/../../key": {}}}))
    with pytest.raises(Unusable):
        archive.check(path)
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("manifest.json", json.dumps({"format": 2, "parts": {}}))
    with override("zh-hans"), pytest.raises(Unusable, match="更新版本"):
        archive.check(path)


@pytest.mark.proves("REL14", "REL15")
def test_a_newer_and_a_half_done_version_are_refused(db):
    here = states.applied(connection)
    states.check(here)
    with override("en"), pytest.raises(Unusable, match="newer version.*customers.9999_later"):
        states.check([*here, ["customers", "9999_later"]])
    lacking = [pair for pair in here if pair != ["accounts", "0001_initial"]]
    with override("en"), pytest.raises(Unusable, match="half a version"):
        states.check(lacking)


# --- Making it while people work -----------------------------------------------------------------------------------


@pytest.mark.proves("REL14", "REL19")
@pytest.mark.django_db(transaction=True)
def test_a_backup_is_of_one_moment_while_others_write_and_names_what_is_missing(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    customer = make_customer(cast.alice, name="一号客户")
    kept = attach(customer, SimpleUploadedFile("合同.txt", b"first"), by=cast.alice, now=NOW())
    lost = attach(customer, SimpleUploadedFile("附件.txt", b"second"), by=cast.alice, now=NOW())
    lost.file.storage.delete(lost.file.name)
    before = Customer.objects.count()

    def meanwhile(done, of):
        if done == 1:
            make_customer(cast.bob, name="后来的客户")

    path = back_up(by=cast.ada, now=NOW(), why="by-hand", progress=meanwhile)
    assert Customer.objects.count() == before + 1
    manifest = archive.check(path)
    assert manifest["counts"]["customers_customer"] == before and manifest["missing"] == [lost.file.name]
    assert manifest["by"] == "ada" and "django_session" not in manifest["counts"]
    with archive.opened(path) as (zipped, _manifest):
        assert zipped.read(f"files/{kept.file.name}") == b"first"
        text = "\n".join(archive.lines(zipped, "customers_customer"))
    assert "一号客户" in text and "后来的客户" not in text
    assert settings.SECRET_KEY not in path.read_bytes().decode("latin-1")


def test_fourteen_nights_are_kept_and_ten_of_each_other_reason(settings):
    for day in range(1, 21):
        for why in ("nightly", "by-hand"):
            (making.folder() / f"salesflow-202603{day:02}-021500-{why}.zip").touch()
    making.prune()
    left = sorted(path.name for path in making.folder().glob("*.zip"))
    assert (len([n for n in left if "nightly" in n]), len([n for n in left if "by-hand" in n])) == (14, 10)
    assert left[-1].startswith("salesflow-20260320")


# --- Bringing it back ----------------------------------------------------------------------------------------------


@pytest.mark.proves("REL14", "REL15")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_every_release_is_restored_into_an_empty_place_compared_and_brought_forward(release):
    """On PostgreSQL too, though it was made on SQLite: the same rows, the files, a sign-in; nothing stays behind."""
    figures = drilling.drill(release)
    assert figures["rows"] > 5_000 and figures["files"] == 1 and figures["missing"] == []
    assert list(making.folder().parent.glob("trial-*")) == []
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'salesflow%%'")
            assert cursor.fetchone() == (0,)


def test_nothing_goes_out_twice_after_a_restore(cast, tmp_path):
    """The outbox: what waited may have gone since; what the clock says to people begins with its next time."""
    customer = make_customer(cast.alice)
    notify("customers.quiet", customer, tell=[cast.alice], at=NOW(), key="one")
    Notification.objects.update(mail_due_at=NOW(), mailed_at=None)
    waiting = enqueue("greet_teams", key="waits")
    path = small(tmp_path / "one.zip")
    done = settling.settle(path, by="ada", now=NOW())
    assert not Notification.objects.exclude(mail_due_at=None).exists() and done["mails"] > 0
    waiting.refresh_from_db()
    assert (waiting.state, done["jobs"]) == (Job.State.FAILED, 1)
    said = Job.objects.filter(name__in=settling.SPEAKS, state=Job.State.DONE)
    assert {job.name for job in said} == set(settling.SPEAKS)
    assert Event.objects.get(verb="accounts.restored").by == cast.ada


def test_a_restore_waits_for_running_work_and_refuses_rather_than_cutting_it_off(cast, monkeypatch):
    monkeypatch.setattr(restoring, "GRACE", 0)
    monkeypatch.setattr(restoring, "PATIENCE", 0)
    monkeypatch.setattr(restoring.connection, "close", lambda: None, raising=False)
    Job.objects.create(name="make_export", key="runs", due_at=NOW(), state=Job.State.RUNNING, beat_at=NOW())
    with override("en"), pytest.raises(Unusable, match="still running"):
        restoring.wait_for_work()
    Job.objects.update(beat_at=NOW() - timedelta(minutes=11))  # nobody is at it any more
    restoring.wait_for_work()


@pytest.mark.proves("REL15")
@pytest.mark.django_db(transaction=True)
def test_an_update_copies_first_and_says_the_way_back_when_it_breaks_off(cast, monkeypatch, capsys):
    call_command("update")
    assert "up to date" in capsys.readouterr().out and list(making.folder().glob("*.zip")) == []
    monkeypatch.setattr("salesflow.management.commands.update.states.is_current", lambda migrations: False)

    def breaks(*names, **how):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("salesflow.management.commands.update.call_command", breaks)
        with pytest.raises(CommandError, match="restore .*before-update.zip --without-copy"):
            call_command("update")
    (copy,) = making.folder().glob("*-before-update.zip")
    assert archive.check(copy)["counts"]["accounts_user"] == 10
    here = states.applied(connection)
    monkeypatch.setattr(states, "applied", lambda reader: [*here, ["customers", "9999_later"]])
    with override("en"), pytest.raises(CommandError, match="newer version"):
        call_command("update")


@pytest.mark.django_db
def test_only_an_empty_postgresql_is_moved_to():
    cases = {"mysql://a:b@c/d": "not one of PostgreSQL", "postgres://a:secret@127.0.0.1:9/d": "not answer"}
    for url, words in cases.items():
        with translation.override("en"), pytest.raises(CommandError, match=words) as problem:
            call_command("move_to_postgres", url)
        assert "secret" not in str(problem.value)


# --- The pages -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ada(cast, client):
    """ada, who confirmed just now that it is she."""
    client.force_login(cast.ada)
    client.post("/confirm", {"password": PASSWORD, "next": "/setup"})
    return client


def test_backing_up_downloading_and_restoring_are_recorded_and_ask_who_it_is(cast, ada, client_of, monkeypatch):
    path = small(making.folder() / "salesflow-20260301-021500-by-hand.zip")
    for url in (f"/setup/backups/{path.stem}", "/setup/backups/restore", f"/setup/backups/restore/{path.stem}"):
        assert client_of(cast.ada).get(url)["Location"].startswith("/confirm")
    assert ada.post("/setup/backups/now", {"key": key()}).status_code == 302
    job = Job.objects.get(name="make_backup")
    assert (job.asked_by, job.args["why"]) == (cast.ada, "by-hand")
    taken = ada.post(f"/setup/backups/{path.stem}/take", {"key": key()}, follow=True)
    assert b"".join(taken.streaming_content) == path.read_bytes()
    begun = []
    monkeypatch.setattr(restoring, "start", lambda path, **how: begun.append((path, how["by"])))
    page = ada.get(f"/setup/backups/restore/{path.stem}").content.decode()
    assert "Back to" in page and "secret key" in page and begun == []
    assert ada.get("/setup/backups/restore/secret-key").status_code == 404
    with monkeypatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda run: run())
        assert ada.post(f"/setup/backups/restore/{path.stem}", {"key": key()})["Location"] == "/setup/copies"
    assert begun == [(path, cast.ada)]
    verbs = [f"accounts.{word}" for word in ("backup_made", "backup_taken", "restore_asked")]
    assert [Event.objects.filter(verb=verb, by=cast.ada).count() for verb in verbs] == [1, 1, 1]


def test_a_file_that_is_none_is_refused_on_the_page_and_not_kept(ada):
    bad = ada.post("/setup/backups/restore", {"file": SimpleUploadedFile("x.zip", b"PK nothing"), "key": key()})
    assert bad.status_code == 422 and "not a whole backup" in bad.content.decode()
    assert list(making.folder().glob("upload-*")) == []
    good = SimpleUploadedFile("x.zip", small(making.folder() / "one.zip").read_bytes())
    assert ada.post("/setup/backups/restore", {"file": good, "key": key()})["Location"].startswith(
        "/setup/backups/restore/upload-"
    )


def test_a_night_without_a_backup_is_told_to_admins_until_there_is_one(cast, ada, monkeypatch):
    def full(**_):
        raise Unusable("The disk is nearly full")

    monkeypatch.setattr("salesflow.tasks.back_up", full)
    for _ in range(2):
        with pytest.raises(JobFailed, match="The disk is nearly full"):
            run_now("make_backup")
    told = Notification.objects.get(kind="accounts.backup_failed")
    assert told.recipient == cast.ada
    assert 'class="c-alert">The backup failed' in ada.get("/setup/copies").content.decode()
    done = Job.objects.filter(name="make_backup").first()
    Job.objects.filter(pk=done.pk).update(state=Job.State.DONE, ended_at=NOW() + timedelta(hours=1))
    assert Notification.objects.filter(alarm.over("make_backup")(NOW()), pk=told.pk).exists()
    assert shown.overview(NOW())["no_backup"]
    assert Attachment.objects.count() == 0
