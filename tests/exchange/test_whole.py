"""REL3, M1, D49, D50: all or nothing, undo, round trip, commands, jobs, copies, budgets."""

import io
import json
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from collaboration.models import CollaborationRequest
from core.errors import Refused
from core.jobs import run_now
from customers.models import Contact, Customer, FollowUp, NextStep, TagChange
from exchange import applying, copies, staging, taking_back
from exchange.exporting import queryset_of
from exchange.models import ExportFile, ImportBatch
from exchange.sheets import sheet_of
from exchange.writing import write_csv, write_workbook
from pipeline.models import Deal, StageProgress
from tests.cast import key, make_customer
from tests.exchange.conftest import (
    FOLLOW_UPS,
    FORM,
    LOG_HEAD,
    PEOPLE,
    REQUESTS,
    STAGES,
    bring,
    bring_rows,
    fates,
    reasons,
    take,
)

ROWS = [
    LOG_HEAD,
    *([f"客户{n}", f"2024-03-{n + 1:02}", "电话", f"第{n}次", "3月20日再谈", "意向客户"] for n in range(9)),
]
TABLES = (Customer, Contact, FollowUp, NextStep, Deal, StageProgress, TagChange, Event)


def counts():
    return [model._base_manager.count() for model in TABLES]


@pytest.mark.proves("REL3")
@pytest.mark.parametrize(
    "where",
    [
        "customers.importing.create_many",
        "customers.creating.index",
        "customers.creating.open_first_deals",
        "customers.importing_logs.log_many",
        "customers.logging.make_many",
        "customers.importing_logs.settle_steps",
        "customers.importing.set_tags",
        "pipeline.importing.move_many",
        "exchange.applying._before_after",
        "exchange.applying.tell",
    ],
)
def test_a_failure_anywhere_leaves_nothing(cast, monkeypatch, where):
    batch, _ = bring_rows(ROWS, cast.alice)
    before = counts()

    def die(*args, **kwargs):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(where, die)
        with pytest.raises(RuntimeError):
            take(batch)
    assert counts() == before
    batch.refresh_from_db()
    assert batch.state == "ready"
    assert take(batch).state == "done"  # trying again succeeds
    assert FollowUp.objects.count() == 9


@pytest.mark.proves("REL3")
def test_one_wrong_row_and_nothing_is_imported(cast):
    batch, _ = bring_rows([*ROWS, ["x", "2024-02-30", "", "", "", ""]], cast.alice)
    before = counts()
    with pytest.raises(Refused, match="1 rows have errors"):
        take(batch)
    assert counts() == before


@pytest.mark.proves("REL3")
def test_what_changed_between_check_and_confirm_is_seen(cast):
    batch, records = bring_rows(ROWS, cast.alice)
    make_customer(cast.alice, name="客户0")
    take(batch)
    assert Customer.objects.filter(name="客户0").count() == 1
    with pytest.raises(Refused):
        take(batch)
    assert FollowUp.objects.count() == 9


@pytest.mark.proves("M1")
def test_undo_takes_back_what_nobody_touched_and_names_the_rest(cast):
    old = make_customer(cast.alice, name="老客户", industry="制造")
    rows = [
        ["客户名称", "行业", "跟进时间", "沟通内容", "状态标签"],
        ["老客户", "软件", "2024-03-01", "好", "高意向"],
        ["新客户", "贸易", "2024-03-02", "行", ""],
        ["被改的", "贸易", "2024-03-03", "行", ""],
    ]
    batch, _ = bring_rows(rows, cast.alice)
    batch = take(batch)
    old.refresh_from_db()
    assert (old.industry, old.tag, old.followups.count()) == ("软件", "hot", 1)
    from core.changing import change

    change(Customer.objects.get(name="被改的"), by=cast.alice, address="上海")
    assert taking_back.undo(batch, by=cast.alice, now=timezone.now()) == ["被改的"]
    old.refresh_from_db()
    assert (old.industry, old.tag, old.last_contact_on) == ("制造", "prospect", None)
    assert FollowUp.objects.filter(voided_at=None).count() == 0
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["老客户", "被改的"]
    with pytest.raises(Refused):
        taking_back.undo(batch, by=cast.alice, now=timezone.now())


def test_undo_of_stages_and_requests(cast):
    take(bring(FOLLOW_UPS, cast.ada, people=PEOPLE)[0])
    stages = take(bring(STAGES, cast.ada, people=PEOPLE)[0])
    requests = take(bring(REQUESTS, cast.ada, people=PEOPLE)[0])
    assert taking_back.undo(requests, by=cast.ada, now=timezone.now()) == []
    assert CollaborationRequest.objects.count() == 0
    assert taking_back.undo(stages, by=cast.ada, now=timezone.now()) == []
    deal = Deal.objects.get()
    assert (deal.customer.name, deal.stage.label, deal.risk, deal.expected_close) == (
        "XX科技公司",
        "线索获取",
        "",
        None,
    )
    assert Customer.objects.count() == 1


def test_undo_is_over_after_seven_days(cast):
    import datetime as dt

    batch = take(bring_rows(ROWS, cast.alice)[0])
    with pytest.raises(Refused, match="seven days"):
        taking_back.undo(batch, by=cast.alice, now=batch.done_at + dt.timedelta(days=7))


# --- out and in again ---


def fill(cast):
    for file in (FOLLOW_UPS, STAGES, REQUESTS):
        take(bring(file, cast.ada, people=PEOPLE)[0])
    extra = [
        ["客户名称", "联系人", "电话", "跟进时间", "沟通内容", "客户需求", "下一步计划"],
        ["=公式公司", "王", "13812345678", "2024-03-04 10:30", "+1\n第二行 👨‍👩‍👧 𠮷", "-1", "@明天"],
    ]
    take(bring_rows(extra, cast.alice)[0])


def cells(data):
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {page.title: [[cell.value for cell in row] for row in page.iter_rows()] for page in book.worksheets}


def out(slug, user):
    sheet, target = sheet_of(slug), io.BytesIO()
    write_workbook(target, [(sheet, sheet.rows(user, queryset_of(sheet, user, "")))])
    return target.getvalue()


@pytest.mark.proves("M1", "R65")
@pytest.mark.parametrize("slug", ["follow-ups", "stage-progress", "requests", "customers"])
@pytest.mark.parametrize("who", ["mia", "ada"])
def test_out_and_in_again_changes_nothing(cast, slug, who):
    fill(cast)
    user = getattr(cast, who)
    first = out(slug, user)
    batch, records = bring(first, user)
    assert (reasons(records), set(fates(records)) - {"same"}) == ([], set())
    before = counts()
    take(batch)
    assert counts()[:-1] == before[:-1]
    assert cells(out(slug, user)) == cells(first)
    text = io.StringIO()
    sheet = sheet_of(slug)
    write_csv(text, sheet, sheet.rows(user, queryset_of(sheet, user, "")))
    _batch, records = bring(text.getvalue().encode(), user, name="a.csv")
    assert (reasons(records), set(fates(records)) - {"same"}) == ([], set())


@pytest.mark.proves("R65")
def test_the_workbook_is_the_template(cast):
    fill(cast)
    book = openpyxl.load_workbook(io.BytesIO(out("follow-ups", cast.mia)))
    page = book.worksheets[0]
    head = [cell.value for cell in page[1]]
    assert head[-1] == "_key" and page.column_dimensions["O"].hidden
    assert page["H2"].is_date and page["H2"].number_format == "yyyy-mm-dd"
    assert len(page.data_validations.dataValidation) == 2  # methods and tags
    assert book.worksheets[-1].sheet_state == "hidden"
    from django.utils import translation

    with translation.override("zh-hans"):
        zh = cells(out("follow-ups", cast.mia))
        template = openpyxl.load_workbook(FOLLOW_UPS).worksheets[0]
        assert zh["客户跟进记录"][0][:-1] == [cell.value for cell in template[1]]
        stages = openpyxl.load_workbook(STAGES).worksheets[0]
        assert cells(out("stage-progress", cast.mia))["销售阶段进度表"][0][:-1] == [c.value for c in stages[1]]
        table = openpyxl.load_workbook(REQUESTS).worksheets[0]
        assert cells(out("requests", cast.ada))["跨部门协作需求表"][0][:-1] == [c.value for c in table[1]]


@pytest.mark.proves("INV-4", "INV-12")
def test_exports_hold_what_their_maker_may_carry_away(cast, client_of):
    fill(cast)
    make_customer(cast.charlie, name="南方公司", contacts=[{"name": "赵", "phone": "13900001111"}])
    helped = Customer.objects.get(name="南方公司")
    helped.helpers.create(user=cast.alice)
    for who, seen in ((cast.alice, False), (cast.mia, False), (cast.nadia, True), (cast.ada, True)):
        client = client_of(who)
        answer = client.post(reverse("exchange:export"), {"key": key(), "sheet": "customers"})
        assert answer.status_code == 302
        rows = cells(client.get(answer.url).content)["Customers"]
        assert any("南方公司" in map(str, row) for row in rows) is seen
        phones = {row[7] for row in rows[1:] if row[0] == "南方公司"}
        assert phones == (set() if not seen else {"13900001111"} if who == cast.nadia else {"139****1111"})
        assert client_of(cast.bob).get(answer.url).status_code == 404
    assert client_of(cast.sam).post(reverse("exchange:export"), {"key": key(), "sheet": "nothing"}).status_code == 404


def test_an_export_is_what_the_list_shows(cast, client_of):
    make_customer(cast.alice, name="甲公司", industry="软件")
    make_customer(cast.alice, name="乙公司", industry="制造")
    client = client_of(cast.alice)
    for sheet, query, names in (
        ("customers", "?industry=软件&show=nonsense", {"甲公司"}),
        ("stage-progress", "tag=won", set()),
        ("stage-progress", "tag=prospect", {"甲公司", "乙公司"}),
        ("follow-ups", "industry=软件", set()),
        ("requests", "due=late&tab=asked", set()),
    ):
        url = client.post(reverse("exchange:export"), {"key": key(), "sheet": sheet, "query": query}).url
        rows = next(iter(cells(client.get(url).content).values()))
        assert {cell for row in rows[1:] for cell in row if cell in ("甲公司", "乙公司")} == names, sheet


@pytest.mark.proves("INV-11")
def test_a_transfer_is_seen_by_the_next_download(cast, client_of):
    customer = make_customer(cast.alice, name="甲")
    client = client_of(cast.alice)
    url = client.post(reverse("exchange:export"), {"key": key(), "sheet": "customers", "form": "csv"}).url
    assert "甲" in client.get(url).content.decode()
    from customers.transferring import assign

    assign(customer, cast.charlie, by=cast.ada, now=timezone.now())
    assert "甲" not in client.get(url).content.decode()


def test_a_large_export_is_a_job(cast, client_of, monkeypatch):
    monkeypatch.setattr("exchange.exporting.DIRECT", 1)
    make_customer(cast.alice, name="甲")
    make_customer(cast.alice, name="乙")
    client = client_of(cast.alice)
    url = client.post(reverse("exchange:export"), {"key": key(), "sheet": "customers"}).url
    assert "being written" in client.get(url).content.decode()
    run_now("make_export", export=ExportFile.objects.get().pk)
    answer = client.get(url)
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    from customers.transferring import assign

    assign(Customer.objects.get(name="甲"), cast.charlie, by=cast.ada, now=timezone.now())
    assert client.get(url).status_code == 404


# --- jobs and commands ---


def test_a_large_import_is_a_job_that_may_run_twice(cast, client_of, monkeypatch):
    monkeypatch.setattr(staging, "INLINE", 5)
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.exchange.conftest import xlsx

    client = client_of(cast.alice)
    client.post(reverse("exchange:imports"), {"key": key(), "file": SimpleUploadedFile("a.xlsx", xlsx(ROWS))})
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.rows.count()) == ("uploaded", 0)
    answer = client.post(reverse("exchange:import_map", args=[batch.pk]), {"key": key()})
    page = client.get(answer.url).content.decode()
    assert "Checking 9 rows" in page
    for _ in range(2):
        run_now("check_import", batch=batch.pk)
    assert batch.rows.count() == 9
    client.post(answer.url, {"key": key(), "do": "import"})
    assert ImportBatch.objects.get().state == "importing" and FollowUp.objects.count() == 0
    for _ in range(2):
        run_now("apply_import", batch=batch.pk)
    assert FollowUp.objects.count() == 9
    assert ImportBatch.objects.get().state == "done"
    assert client.get(answer.url).status_code == 302


def test_a_job_that_fails_says_so_and_can_be_tried_again(cast, client_of, monkeypatch):
    monkeypatch.setattr(staging, "INLINE", 5)
    batch, _ = bring_rows(ROWS, cast.alice)
    applying.claim(batch, "importing")
    with monkeypatch.context() as patch:
        patch.setattr("customers.importing_logs.log_many", lambda *a, **k: 1 / 0)
        with pytest.raises(Exception, match="."):
            run_now("apply_import", batch=batch.pk)
    assert (ImportBatch.objects.get().state, FollowUp.objects.count()) == ("failed", 0)
    page = client_of(cast.alice).get(reverse("exchange:import_check", args=[batch.pk])).content.decode()
    assert "Nothing was imported" in page and "Check again" in page
    run_now("check_import", batch=batch.pk)
    run_now("apply_import", batch=batch.pk)
    assert FollowUp.objects.count() == 9


def test_import_workbook(cast, capsys):
    files = [str(file) for file in (FOLLOW_UPS, FORM, STAGES, REQUESTS)]
    with pytest.raises(SystemExit) as ended:
        call_command("import_workbook", *files, "--as", "ada", "--apply")
    assert ended.value.code == 2
    assert "李*" in capsys.readouterr().err
    assert Customer.objects.count() in (0, 1)  # the form names nobody
    target = io.StringIO()
    call_command(
        "import_workbook",
        *files,
        "--as",
        "ada",
        "--people",
        "李*=alice,王*=bob,赵*=charlie",
        "--apply",
        "--json",
        stdout=target,
    )
    results = json.loads(target.getvalue())
    assert [result["state"] for result in results] == ["done"] * 4
    assert [result["sheet"] for result in results] == ["follow-ups", "follow-ups", "stage-progress", "requests"]
    assert (
        Customer.objects.count(),
        FollowUp.objects.count(),
        Deal.objects.count(),
        CollaborationRequest.objects.count(),
    ) == (3, 3, 3, 3)


def test_import_workbook_without_apply_writes_nothing(cast, tmp_path):
    before = counts()
    call_command("import_workbook", str(FORM), "--as", "alice", stdout=io.StringIO())
    assert counts() == before
    bad = tmp_path / "a.xlsx"
    bad.write_bytes(b"nothing")
    with pytest.raises(SystemExit) as ended:
        call_command("import_workbook", str(bad), "--as", "alice", stdout=io.StringIO(), stderr=io.StringIO())
    assert ended.value.code == 1


@pytest.mark.parametrize("slug", ["follow-ups", "stage-progress", "requests"])
def test_export_workbook(cast, tmp_path, slug):
    fill(cast)
    path = tmp_path / "out.xlsx"
    call_command("export_workbook", slug, "--as", "ada", "--out", str(path), stdout=io.StringIO())
    _batch, records = bring(path.read_bytes(), cast.ada)
    assert set(fates(records)) == {"same"}


@pytest.mark.proves("D49")
def test_nightly_copies(cast, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "COPIES_ROOT", tmp_path)
    fill(cast)
    import datetime as dt

    for day in range(16):
        copies.write_copies(now=timezone.now() - dt.timedelta(days=16 - day))
    call_command("write_copies", stdout=io.StringIO())
    names = sorted(path.name for path in Path(tmp_path).iterdir())
    assert len(names) == 14 and all(name.endswith(".xlsx") for name in names)
    pages = cells((tmp_path / names[-1]).read_bytes())
    assert [name for name in pages if name.startswith("_")] == ["_before1", "_before3", "_before5", "_lists"]
    assert len(pages) == 7  # three tables, each with what it said, and the choices
    assert "13812345678" in str(pages)


@pytest.mark.proves("D50")
def test_the_budget_of_an_import(cast):
    size = 2_000 if connection.vendor == "postgresql" else 250
    rows = [LOG_HEAD, *([f"客户{n}", "2024-03-01", "电话", f"第{n}次", "3月20日再谈", "意向客户"] for n in range(size))]
    batch, _ = bring_rows(rows, cast.alice)
    with CaptureQueriesContext(connection) as asked:
        take(batch)
    statements = [q["sql"] for q in asked if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    from collections import Counter

    common = Counter(sql[:70] for sql in statements).most_common(12)
    assert len(statements) <= 60, common
