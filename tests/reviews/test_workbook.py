"""Targets as a workbook (R9, M1): out and in again changes nothing; changed cells, conflicts, undo, two languages."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Team, User
from activity.models import Event
from core.errors import Refused
from core.periods import read_period
from exchange import taking_back
from exchange.exporting import queryset_of
from exchange.models import ImportBatch
from exchange.sheets import sheet_of
from exchange.writing import write_csv, write_workbook
from pipeline.models import Stage
from reviews.aiming import aim
from reviews.models import Target
from reviews.scopes import COMPANY, Scope, survey
from tests.cast import key
from tests.exchange.conftest import bring, fates, reasons, take
from tests.exchange.test_whole import cells
from tests.exchange.test_wizard import step, upload
from tests.reviews.world import default_stages, moment

pytestmark = pytest.mark.django_db
QUARTER, MARCH = read_period("2024-Q1"), read_period("2024-03")
EARLY, NOW = moment(dt.date(2024, 1, 2), 10), moment(dt.date(2024, 3, 4), 10)
WHY = "客户推迟"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def places(cast):
    return (COMPANY, Scope("department", cast.sales.pk, "销售部"), Scope("team", cast.east.pk, "华东一组"),
            Scope("person", cast.alice.pk, "李强", "", cast.east.pk))


def fill(cast):
    stage = default_stages()[1][1]
    for number, scope in enumerate(places(cast), 1):
        aim(QUARTER, "signed", scope, Decimal("300000.55") * number, by=cast.grace, now=EARLY)
        aim(MARCH, "signed", scope, 100_000 * number, by=cast.grace, now=EARLY)
        aim(MARCH, "won", scope, number, by=cast.grace, now=EARLY)
        aim(MARCH, "rate", scope, Decimal("33.5"), by=cast.grace, now=EARLY, detail=str(stage.pk))
        aim(MARCH, "first_response", scope, 24, by=cast.grace, now=EARLY)


def out(user, language="en"):
    sheet, target = sheet_of("targets"), io.BytesIO()
    with translation.override(language):
        write_workbook(target, [(sheet, sheet.rows(user, queryset_of(sheet, user, "period=2024-03")))])
    return target.getvalue()


def edited(data, *edits):
    """The workbook with cells changed: (level, place, metric, column's head, value)."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    heads = [cell.value for cell in page[1]]
    for level, place, metric, head, value in edits:
        row = next(row for row in page.iter_rows(min_row=2) if [c.value for c in row[1:4]] == [level, place, metric])
        row[heads.index(head)].value = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def standing():
    return list(Target.objects.order_by("pk").values_list("pk", "value", "first_value", "version", "reason"))


@pytest.mark.parametrize("who", ["grace", "mia", "ada", "alice"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_out_and_in_again_changes_nothing(cast, who, language):
    fill(cast)
    user, before = getattr(cast, who), standing()
    data = out(user, language)
    batch, records = bring(data, user, now=NOW)
    assert (reasons(records), set(fates(records))) == ([], {"same"})
    take(batch, now=NOW)
    text, sheet = io.StringIO(), sheet_of("targets")
    write_csv(text, sheet, sheet.rows(user, queryset_of(sheet, user, "period=2024-Q1")))
    _batch, records = bring(text.getvalue().encode(), user, name="a.csv", now=NOW)
    assert (reasons(records), set(fates(records))) == ([], {"same"})
    assert (standing(), cells(out(user, language))) == (before, cells(data))
    assert Event.objects.filter(verb="reviews.aimed", by=user).exclude(by=cast.grace).count() == 0


def test_the_sheet_holds_what_its_reader_reads_and_no_formula(cast):
    Team.objects.filter(pk=cast.east.pk).update(name="=1+1", name_en="=1+1")
    User.objects.filter(pk=cast.bob.pk).update(name="+cmd|'/c'!A0")
    fill(cast)
    page = openpyxl.load_workbook(io.BytesIO(out(cast.mia))).worksheets[0]
    rows = list(page.iter_rows(min_row=2))
    metrics = 5 + sum(stage.is_open and stage.live for stage in survey().stages)
    people = [p for p in survey().people if p.parent == cast.east.pk]
    assert len(rows) == metrics * (1 + len(people))
    assert {row[2].value for row in rows} == {"=1+1", *(p.name for p in people)}
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n"}
    assert page.column_dimensions["J"].hidden and [c.value for c in page[1]][-1] == "_key"
    _batch, records = bring(out(cast.mia), cast.mia, now=NOW)
    assert (reasons(records), set(fates(records))) == ([], {"same"})
    own = openpyxl.load_workbook(io.BytesIO(out(cast.alice))).worksheets[0]
    assert {row[2].value for row in own.iter_rows(min_row=2)} == {cast.alice.name}
    assert openpyxl.load_workbook(io.BytesIO(out(cast.sam))).worksheets[0].max_row == 1


def test_changed_cells_are_shown_written_and_taken_back(cast):
    fill(cast)
    data = edited(
        out(cast.grace),
        ("Team", "East team 1", "Signed amount", "Month 3", 250_000),
        ("Team", "East team 1", "Signed amount", "Reason of the change", WHY),
        ("Team", "South team", "New customers", "Month 3", 12),  # a first one, before its lock
        ("Company", "Company", "Deals won", "Quarter target", "9"),
        ("Company", "Company", "Deals won", "Reason of the change", WHY),
    )
    batch, records = bring(data, cast.grace, now=NOW)
    shown = [(change["old"], change["new"]) for record in records for change in record.changes]
    assert shown == [("–", "9"), ("¥300,000", "¥250,000"), ("–", "12")]
    assert fates(records).count("changed") == 3
    before, n = standing(), Target.objects.count()
    done = take(batch, now=NOW)
    east = Target.objects.get(period="2024-03", metric="signed", scope="team")
    assert (east.value, east.first_value, east.reason, east.version) == (250_000, 300_000, WHY, 2)
    assert east.history.first().history_user == cast.grace
    south = Target.objects.get(scope="team", scope_id=cast.south.pk)
    assert (south.metric, south.value, south.first_value, south.reason) == ("new_customers", 12, 12, "")
    assert south.locked_at == NOW and south.history.get().history_user == cast.grace
    assert Event.objects.filter(verb="reviews.aimed", at=NOW).count() == 3
    assert Target.objects.count() == n + 2
    aim(QUARTER, "won", COMPANY, 11, by=cast.grace, now=NOW, reason="又改")  # touched since: kept
    kept = taking_back.undo(ImportBatch.objects.get(pk=done.pk), by=cast.grace, now=done.done_at)
    assert kept == ["2024-Q1 Deals won"]
    east.refresh_from_db()
    south.refresh_from_db()
    assert (east.value, south.value, south.first_value) == (300_000, 0, 12)  # a first value stays beside it (R36)
    assert "undone" in east.reason and "undone" in south.reason
    assert Target.objects.get(period="2024-Q1", metric="won").value == 11
    assert {row[1] for row in before} <= {row[1] for row in standing()}


def test_what_was_changed_here_meanwhile_is_a_conflict_by_cell(cast):
    fill(cast)
    east = places(cast)[2]
    data = edited(
        out(cast.mia),
        ("Team", "East team 1", "Signed amount", "Month 3", 250_000),
        ("Team", "East team 1", "Signed amount", "Reason of the change", WHY),
        ("Team", "East team 1", "Deals won", "Month 3", 7),
        ("Team", "East team 1", "Deals won", "Reason of the change", WHY),
    )
    aim(MARCH, "signed", east, 310_000, by=cast.grace, now=NOW, reason="总部")
    aim(MARCH, "first_response", east, 12, by=cast.grace, now=NOW, reason="总部")  # not touched in the file: stays
    batch, records = bring(data, cast.mia, now=NOW)
    wrong = [record for record in records if record.errors]
    assert [(e["field"], e["params"]) for r in wrong for e in r.errors] == [
        ("month3", {"now": "¥310,000", "who": cast.grace.name, "seen": "300000"})
    ]
    with pytest.raises(Refused):
        take(batch, now=NOW)
    batch.only_good = True
    batch.save()
    take(batch, now=NOW)
    found = {t.metric: t.value for t in Target.objects.filter(period="2024-03", scope="team")}
    assert found == {"signed": 310_000, "won": 7, "first_response": 12, "rate": Decimal("33.5")}
    # the same value on both sides is no conflict
    again = edited(data, ("Team", "East team 1", "Signed amount", "Month 3", 310_000))
    assert [r.errors for r in bring(again, cast.mia, now=NOW)[1] if r.errors] == []


def test_each_error_names_its_cell(cast):
    fill(cast)
    head = ["季度", "层级", "团队或个人", "目标项", "季度目标值", "第一个月", "第二个月", "第三个月", "调整原因"]
    rows = [
        ["2024-Q1", "团队", "华东一组", "签约额", "", "", "", "250000", ""],  # no reason
        ["2024-Q1", "团队", "华东一组", "成交", "", "", "", "2.5", WHY],
        ["2024-Q1", "团队", "华东一组", "新增客户", "", "-5", "", "", WHY],
        ["2024-Q1", "团队", "华南组", "签约额", "", "", "", "1", WHY],  # not hers: worded as one that does not exist
        ["2024-Q1", "团队", "无此组", "签约额", "", "", "", "1", WHY],
        ["2024-Q9", "团队", "华东一组", "签约额", "", "", "", "1", WHY],
        ["2024-Q1", "战区", "华东一组", "签约额", "", "", "", "1", WHY],
        ["2024-Q1", "团队", "华东一组", "利润", "", "", "", "1", WHY],
        ["2024-Q1", "个人", "李强", "首次响应", "", "4", "", "", ""],  # a late first value
        ["2024-Q1", "个人", "李强", "签约额", "", "", "1万", "", WHY],
        ["2024-Q1", "个人", "李强", "签约额", "", "", "2万", "", WHY],  # twice
    ]
    text = "\n".join("\t".join(row) for row in [head, *rows])
    _batch, records = bring(b"", cast.mia, text=text, now=NOW)
    assert [[e["field"] for e in record.errors] for record in records] == [
        ["reason"], ["month3"], ["month1"], ["place"], ["place"], ["period"], ["level"], ["metric"], ["reason"], [],
        ["month2"],
    ]
    foreign, unknown = records[3].errors[0], records[4].errors[0]
    assert foreign["message"] == unknown["message"]
    _batch, records = bring(b"", cast.alice, text="\n".join("\t".join(row) for row in [head, rows[9]]), now=NOW)
    assert [e["message"] for e in records[0].errors] == ["You may read this target, not set it."]


def test_a_key_that_was_copied_to_another_row_is_refused(cast):
    fill(cast)
    book = openpyxl.load_workbook(io.BytesIO(out(cast.mia)))
    page = book.worksheets[0]
    page["J2"].value = page["J3"].value
    page["J4"].value = "team-1"
    target = io.BytesIO()
    book.save(target)
    _batch, records = bring(target.getvalue(), cast.mia, now=NOW)
    assert [len(record.errors) for record in records[:4]] == [1, 0, 1, 0]


def test_two_playbooks_with_a_stage_of_one_name_are_told_apart_by_the_key(cast):
    stage = default_stages()[1][1]
    book = stage.playbook
    book.pk, book.code, book.is_default, book.is_active = None, "twice", False, True
    book.save()
    twin = Stage.objects.create(playbook=book, position=2, label=stage.label, label_en=stage.label_en, kind="open")
    page = edited(out(cast.grace))
    batch, records = bring(page, cast.grace, now=NOW)
    assert (reasons(records), set(fates(records))) == ([], {"same"})
    keys = [record.values["_key"].detail for record in records if record.values["_key"].metric == "rate"]
    assert {str(stage.pk), str(twin.pk)} <= set(keys)


def test_the_wizard_shows_the_cells_and_one_press_takes_them_back(cast, client_of):
    fill(cast)
    mia = client_of(cast.mia)
    page = mia.get("/targets/2024-03").content.decode()
    assert 'value="period=2024-03"' in page and reverse("exchange:imports") in page
    url = mia.post(reverse("exchange:export"), {"key": key(), "sheet": "targets", "query": "period=2024-03"}).url
    data = edited(
        mia.get(url).content,
        ("Team", "East team 1", "Signed amount", "Month 3", 250_000),
        ("Team", "East team 1", "Signed amount", "Reason of the change", WHY),
    )
    upload(mia, data, "目标.xlsx")
    batch = ImportBatch.objects.get()
    mia.post(step(batch, "import_map"), {"key": key()})
    check = mia.get(step(batch, "import_check")).content.decode()
    assert all(word in check for word in ("¥300,000", "¥250,000", "East team 1", "Month 3"))
    assert Target.objects.get(metric="signed", period="2024-03", scope="team").value == 300_000
    mia.post(step(batch, "import_check"), {"key": key(), "do": "import"})
    assert Target.objects.get(metric="signed", period="2024-03", scope="team").value == 250_000
    sheet = mia.get("/targets/2024-03").content.decode()
    assert WHY in sheet and "/targets" in mia.get(step(batch, "import_done")).content.decode()
    mia.post(step(batch, "import_undo"), {"key": key()})
    assert Target.objects.get(metric="signed", period="2024-03", scope="team").value == 300_000


def test_queries_do_not_grow_with_rows(cast, settings):
    settings.SETUP_SECONDS = 60  # as in production: the setup is remembered
    fill(cast)
    head = "季度\t层级\t团队或个人\t目标项\t第三个月\t调整原因"
    people, counts = ["李强", "王敏"], []
    for metrics in (["签约额"], ["签约额", "新增客户", "成交", "首次响应", "合同审批"]):
        lines = [f"2024-Q1\t个人\t{name}\t{metric}\t{len(metrics) + 40}\t{WHY}"
                 for name in people for metric in metrics]
        batch, records = bring(b"", cast.mia, text="\n".join([head, *lines]), now=NOW)
        assert reasons(records) == []
        with CaptureQueriesContext(connection) as seen:
            take(batch, now=NOW)
        counts.append(len(seen))
    assert counts[1] - counts[0] <= 3, counts  # what is there already and what is new are a statement each
