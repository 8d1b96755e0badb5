"""The browser wizard (S6): four steps over HTTP, without scripts; the creator only; nothing half done."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from customers.models import Customer, FollowUp
from exchange.models import ImportBatch
from tests.cast import key
from tests.exchange.conftest import FOLLOW_UPS, LOG_HEAD, xlsx


def upload(client, data, name="表.xlsx", **more):
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("exchange:imports"), {"key": key(), "file": file, **more})


def step(batch, name):
    return reverse(f"exchange:{name}", args=[batch.pk])


def test_from_file_to_result_and_back(cast, client_of):
    client = client_of(cast.alice)
    answer = upload(client, FOLLOW_UPS.read_bytes(), FOLLOW_UPS.name)
    batch = ImportBatch.objects.get()
    assert (answer.status_code, answer.url) == (302, step(batch, "import_map"))
    page = client.get(answer.url).content.decode()
    assert "李*" in page and "500-1000人" in page and "selected>李强 (alice)" in page  # proposed from the masked name
    answer = client.post(answer.url, {"key": key(), "person-0": "alice"})
    assert (answer.status_code, answer.url) == (302, step(batch, "import_check"))
    page = client.get(answer.url).content.decode()
    assert "3 new · 0 changed · 0 same · 0 with errors" in page
    assert FollowUp.objects.count() == 0
    answer = client.post(answer.url, {"key": key(), "do": "import"})
    assert (answer.status_code, answer.url) == (302, step(batch, "import_done"))
    assert FollowUp.objects.count() == 3
    page = client.get(answer.url).content.decode()
    assert "All 3 rows imported" in page and "Undo import" in page
    answer = client.post(step(batch, "import_undo"), {"key": key()})
    assert answer.status_code == 302
    assert (Customer.objects.count(), FollowUp.objects.filter(voided_at=None).count()) == (0, 0)
    assert "Undone" in client.get(answer.url).content.decode()
    assert client.post(step(batch, "import_undo"), {"key": key()}).status_code == 409


def test_pasted_rows(cast, client_of):
    client = client_of(cast.alice)
    text = '客户名称\t跟进时间\t沟通内容\n星澜科技\t2024-03-01\t"第一行\n第二行"\n'
    client.post(reverse("exchange:imports"), {"key": key(), "text": text})
    batch = ImportBatch.objects.get()
    client.post(step(batch, "import_map"), {"key": key()})
    client.post(step(batch, "import_check"), {"key": key(), "do": "import"})
    assert [f.text for f in FollowUp.objects.all()] == ["第一行\n第二行"]


@pytest.mark.proves("B9")
def test_the_wrong_template_is_named_and_linked(cast, client_of):
    answer = upload(client_of(cast.alice), FOLLOW_UPS.read_bytes(), FOLLOW_UPS.name, sheet="requests")
    assert answer.status_code == 422
    assert "looks like the table “Follow-ups”, not “Requests”" in answer.content.decode()
    assert ImportBatch.objects.count() == 0


def test_errors_stay_until_corrected_or_ticked_away(cast, client_of):
    client = client_of(cast.alice)
    rows = [
        LOG_HEAD,
        ["星澜科技", "2024-03-01", "电话", "好", "", ""],
        ["远山制造", "2024-02-30", "电话", "谈", "", ""],
    ]
    upload(client, xlsx(rows))
    batch = ImportBatch.objects.get()
    client.post(step(batch, "import_map"), {"key": key()})
    page = client.get(step(batch, "import_check")).content.decode()
    assert "There is no such day as “2024-02-30”." in page
    answer = client.post(step(batch, "import_check"), {"key": key(), "do": "import"})
    assert (answer.status_code, Customer.objects.count()) == (422, 0)
    said = answer.content.decode()
    assert "1 row has errors, nothing is imported yet" in said
    assert "Mend them below and check again" in said  # the way out, not only the refusal
    errors = client.get(step(batch, "import_errors"))
    assert errors["Content-Disposition"].startswith("attachment")
    row = batch.rows.get(fate="wrong")
    answer = client.post(
        step(batch, "import_check"),
        {"key": key(), "do": "recheck", "shown": row.pk, f"cell-{row.pk}-happened": "2024-02-29"},
    )
    assert answer.status_code == 302
    batch.refresh_from_db()
    assert batch.counts == {"rows": 2, "new": 2, "changed": 0, "same": 0, "wrong": 0}


def test_only_the_good_rows_by_an_explicit_tick(cast, client_of):
    client = client_of(cast.alice)
    rows = [
        LOG_HEAD,
        ["星澜科技", "2024-03-01", "电话", "好", "", ""],
        ["远山制造", "2024-02-30", "电话", "谈", "", ""],
    ]
    upload(client, xlsx(rows))
    batch = ImportBatch.objects.get()
    client.post(step(batch, "import_map"), {"key": key()})
    answer = client.post(step(batch, "import_check"), {"key": key(), "do": "import", "only_good": "on"})
    assert answer.url == step(batch, "import_done")
    assert [c.name for c in Customer.objects.all()] == ["星澜科技"]
    assert "1 of 2 rows imported" in client.get(answer.url).content.decode()


def test_one_file_pressed_twice_is_one_import(cast, client_of):
    client, once = client_of(cast.alice), key()
    for _ in range(3):
        file = SimpleUploadedFile("a.xlsx", FOLLOW_UPS.read_bytes())
        client.post(reverse("exchange:imports"), {"key": once, "file": file})
    assert ImportBatch.objects.count() == 1


def test_creator_only_and_admins_may_look(cast, client_of):
    upload(client_of(cast.alice), FOLLOW_UPS.read_bytes())
    batch = ImportBatch.objects.get()
    client_of(cast.alice).post(step(batch, "import_map"), {"key": key(), "person-0": "alice"})
    for other in (cast.bob, cast.mia, cast.charlie, cast.sam):
        client = client_of(other)
        for name in ("import", "import_map", "import_check", "import_done", "import_errors"):
            assert client.get(step(batch, name)).status_code == 404, (other.username, name)
        for name in ("import_map", "import_check", "import_undo"):
            assert client.post(step(batch, name), {"key": key()}).status_code == 404
    admin = client_of(cast.ada)
    assert admin.get(step(batch, "import_check")).status_code == 200
    assert admin.post(step(batch, "import_check"), {"key": key(), "do": "import"}).status_code == 403
    assert FollowUp.objects.count() == 0


def test_ten_an_hour(cast, client_of):
    client = client_of(cast.alice)
    for n in range(10):
        assert upload(client, xlsx([LOG_HEAD, [f"客户{n}", "2024-03-01", "", "好", "", ""]])).status_code == 302
    assert upload(client, xlsx([LOG_HEAD, ["客户x", "2024-03-01", "", "好", "", ""]])).status_code == 429


def test_methods(cast, client_of):
    client = client_of(cast.alice)
    upload(client, FOLLOW_UPS.read_bytes())
    batch = ImportBatch.objects.get()
    assert client.get(step(batch, "import_undo")).status_code == 405
    assert client.get(reverse("exchange:export")).status_code == 405
    assert client.post(step(batch, "import_done")).status_code == 405


@pytest.mark.parametrize("slug", ["follow-ups", "stage-progress", "requests", "customers", "all"])
def test_empty_templates_download(cast, client_of, slug):
    answer = client_of(cast.alice).get(reverse("exchange:template", args=[slug]))
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
