"""B16–B24: what becomes of a row."""

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department
from core.periods import today
from customers.models import Contact, Customer, FollowUp
from exchange.writing import write_csv
from exchange.wrong_rows import write_wrong_rows
from pipeline.importing_history import order_of_days
from pipeline.models import Deal
from tests.cast import make_customer
from tests.exchange.conftest import FOLLOW_UPS, LOG_HEAD, REQUESTS, bring, bring_rows, fates, reasons, take

STAGE_HEAD = [
    "销售代表",
    "客户名称",
    "所属阶段",
    "阶段进入时间",
    "预计成交时间",
    "关键动作",
    "当前风险",
    "责任人",
    "金额",
]


def log_row(name="星澜科技", day="2024-03-01", text="好", **more):
    return [name, day, more.get("how", "电话"), text, more.get("plan", ""), more.get("tag", "")]


@pytest.mark.proves("B16")
def test_a_follow_up_of_tomorrow_or_ten_years_ago(cast):
    tomorrow = (today() + dt.timedelta(days=1)).isoformat()
    _batch, records = bring_rows([LOG_HEAD, log_row(day=tomorrow), log_row(day="2010-01-01")], cast.alice)
    assert fates(records) == ["wrong", "new"]
    assert "lies in the future" in reasons(records)[0]
    assert [f["message"] for f in records[1].flags] == ["%(date)s is more than ten years ago."]


def test_what_was_said_today_is_not_in_the_future(cast):
    batch, records = bring_rows([LOG_HEAD, log_row(day=today().isoformat())], cast.alice)
    take(batch)
    assert FollowUp.objects.get().happened_at <= timezone.now()


@pytest.mark.proves("B17")
def test_phones_of_a_file(cast):
    head = ["客户名称", "联系人", "电话"]
    rows = [head, ["甲", "王", 13812345678], ["乙", "李", "1.38E+10"], ["丙", "赵", "+86 138 0000 1111"]]
    batch, records = bring_rows(rows, cast.alice)
    assert fates(records) == ["new", "wrong", "new"]
    assert "has lost digits" in reasons(records)[0]
    batch.only_good = True
    batch.save()
    take(batch)
    assert sorted(Contact.objects.values_list("phone", flat=True)) == ["+86 138 0000 1111", "13812345678"]


@pytest.mark.proves("B17", "M1")
def test_a_masked_number_never_overwrites_a_full_one(cast):
    make_customer(cast.alice, name="甲", contacts=[{"name": "王", "phone": "13812345678"}])
    head = ["客户名称", "联系人", "电话"]
    for masked, fate in (("138****5678", "same"), ("139****0000", "same")):
        batch, records = bring_rows([head, ["甲", "王", masked]], cast.alice)
        assert fates(records) == [fate]
        take(batch)
    assert Contact.objects.get().phone == "13812345678"
    _batch, records = bring_rows([head, ["甲", "王", "13900001111"]], cast.alice)
    assert [(c["field"], c["old"], c["new"]) for c in records[0].changes] == [("phone", "13812345678", "13900001111")]


@pytest.mark.proves("B18")
def test_the_same_row_twice_and_a_row_that_is_there(cast):
    rows = [LOG_HEAD, log_row(), log_row(), log_row(text="另一次")]
    batch, records = bring_rows(rows, cast.alice)
    assert fates(records) == ["new", "same", "new"]
    assert records[1].flags[0]["params"] == {"row": 2}
    take(batch)
    assert FollowUp.objects.count() == 2
    _batch, records = bring_rows(rows, cast.alice)
    assert fates(records) == ["same"] * 3


@pytest.mark.proves("B19")
def test_the_same_file_twice_even_at_once(cast):
    people = {"李*": "alice"}
    one, _ = bring(FOLLOW_UPS, cast.alice, people=people)
    two, records = bring(FOLLOW_UPS, cast.alice, people=people)  # both tabs are checked before either imports
    assert fates(records) == ["new"] * 3
    take(one)
    assert take(two).counts["new"] == 0
    assert FollowUp.objects.count() == 3
    three, _ = bring(FOLLOW_UPS, cast.alice, people=people)
    assert any("already imported at" in message for message, _ in three.notices)


@pytest.mark.proves("B20", "D47", "INV-7")
def test_people_the_importer_may_not_assign_to(cast):
    head = ["客户名称", "责任人", "role", "is_staff", "team"]
    names = ["李强", "王敏", "赵磊", "伊恩", "没有人", "alice", "孙立"]
    rows = [head, *([f"客户{n}", name, "admin", "1", "华南组"] for n, name in enumerate(names))]
    said = {}
    for who in (cast.alice, cast.mia, cast.ada):
        _batch, records = bring_rows(rows, who)
        said[who] = fates(records)
        assert {reason.split("”")[1] for reason in reasons(records)} == {" is nobody you may assign to."}
    assert said[cast.alice] == ["new", "wrong", "wrong", "wrong", "wrong", "new", "wrong"]
    assert said[cast.mia] == ["new", "new", "wrong", "wrong", "wrong", "new", "wrong"]
    assert said[cast.ada] == ["new", "new", "new", "wrong", "wrong", "new", "wrong"]


@pytest.mark.proves("INV-7")
def test_a_rep_cannot_give_a_customer_away_or_take_one(cast):
    make_customer(cast.alice, name="甲")
    make_customer(cast.charlie, name="乙")
    _batch, records = bring_rows(
        [["客户名称", "责任人", "行业"], ["甲", "王敏", ""], ["乙", "李强", "贸易"]], cast.alice
    )
    assert fates(records) == ["wrong", "new"]  # the foreign one does not exist for her
    assert Customer.objects.get(owner=cast.charlie).industry == ""


@pytest.mark.proves("B21")
def test_a_name_of_two_customers_and_of_a_foreign_one(cast):
    for phone in ("13800000001", "13800000002"):
        make_customer(cast.alice, name="星澜科技", contacts=[{"name": "张", "phone": phone}])
    make_customer(cast.charlie, name="远山制造")
    head = ["客户名称", "联系人", "电话", "行业"]
    rows = [head, ["星澜科技", "", "", "软件"], ["星澜科技", "", "13800000002", "软件"], ["远山制造", "", "", "软件"]]
    _batch, records = bring_rows(rows, cast.alice)
    assert fates(records) == ["wrong", "changed", "new"]
    assert reasons(records) == ["2 customers are called “星澜科技”. Write the phone number of the one you mean."]
    make_customer(cast.charlie, name="星澜科技")
    _batch, records = bring_rows(rows[:2], cast.alice)
    assert reasons(records)[0].startswith("2 customers")  # the third, foreign one is not counted


@pytest.mark.proves("B22")
def test_five_thousand_bad_rows(cast, client_of):
    rows = [LOG_HEAD, *(log_row(name=f"客户{n}", day="2024-02-30") for n in range(5000))]
    batch, records = bring_rows(rows, cast.alice)
    assert batch.counts["wrong"] == 5000
    shown = client_of(cast.alice).get(reverse("exchange:import_check", args=[batch.pk])).context
    assert (len(shown["rows"]), shown["total"]) == (50, 5000)
    target = io.BytesIO()
    write_wrong_rows(batch, target)
    page = openpyxl.load_workbook(io.BytesIO(target.getvalue())).worksheets[0]
    assert page.max_row == 5001
    assert [cell.value for cell in page[1]][:6] == LOG_HEAD
    assert page["G2"].value == "Row 2, Followed up on: There is no such day as “2024-02-30”."
    _again, records = bring(target.getvalue(), cast.alice)  # corrected or not, it can be uploaded again
    assert len(records) == 5000


@pytest.mark.proves("B23")
def test_stages_unknown_retired_and_of_another_case(cast):
    from pipeline.models import Stage

    Stage.objects.filter(label="需求分析").update(retired_at=timezone.now())
    rows = [
        ["客户名称", "Stage"],
        *([f"客户{n}", name] for n, name in enumerate(["不知道", "需求分析", "NEGOTIATION", "商务谈判"])),
    ]
    _batch, records = bring_rows(rows, cast.alice)
    assert fates(records) == ["wrong", "wrong", "new", "new"]
    assert reasons(records)[0] == (
        "“不知道” is not one of: 线索获取, 初步沟通, 方案提交, 商务谈判, 合同签订, 售后跟进, 丢单."
    )


@pytest.mark.proves("B24")
@pytest.mark.parametrize("text", ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(1)", "\tx", "'=1", "=1\n+2", "_x0041_"])
def test_what_looks_like_a_formula_stays_text(cast, text):
    import openpyxl

    from exchange.sheets import sheet_of
    from exchange.writing import write_workbook

    batch, records = bring_rows([LOG_HEAD, log_row(name="甲", text=text)], cast.alice)
    take(batch)
    kept = FollowUp.objects.get().text
    assert kept == text.strip("\n ")
    sheet = sheet_of("follow-ups")
    target = io.BytesIO()
    write_workbook(target, [(sheet, sheet.rows(cast.alice, FollowUp.objects.all()))])
    cell = openpyxl.load_workbook(io.BytesIO(target.getvalue())).worksheets[0]["J2"]
    assert cell.data_type == "s"
    _batch, records = bring(target.getvalue(), cast.alice)
    assert (fates(records), records[0].values["text"]) == (["same"], kept)
    csv = io.StringIO()
    write_csv(csv, sheet, sheet.rows(cast.alice, FollowUp.objects.all()))
    line = csv.getvalue().splitlines()[1]
    assert csv.getvalue()[0] == "\ufeff"
    if text[0] in "=+-@\t'":
        assert f"'{kept[0]}" in line
    _batch, records = bring(csv.getvalue().encode(), cast.alice, name="a.csv")
    assert (fates(records), records[0].values["text"]) == (["same"], kept)


def test_an_empty_cell_changes_nothing_and_a_kept_cell_stays(cast):
    customer = make_customer(cast.alice, name="甲", industry="制造", size_text="50人")
    head = ["客户名称", "行业", "规模", "地址"]
    batch, records = bring_rows([head, ["甲", "", "80人", "上海"]], cast.alice)
    assert [c["field"] for c in records[0].changes] == ["size_text", "address"]
    row = batch.rows.get()
    row.keep = ["size_text"]
    row.save()
    take(batch)
    customer.refresh_from_db()
    assert (customer.industry, customer.size_text, customer.address) == ("制造", "50人", "上海")


def test_a_logged_follow_up_is_not_rewritten(cast):
    """T2: a workbook that was exported and edited does not change what was said."""
    from exchange.sheets import sheet_of
    from exchange.writing import write_workbook

    take(bring_rows([LOG_HEAD, log_row(text="谈价格")], cast.alice)[0])
    sheet, target = sheet_of("follow-ups"), io.BytesIO()
    write_workbook(target, [(sheet, sheet.rows(cast.alice, FollowUp.objects.all()))])
    book = openpyxl.load_workbook(io.BytesIO(target.getvalue()))
    book.worksheets[0]["J2"] = "客户说马上签"
    edited = io.BytesIO()
    book.save(edited)
    _batch, records = bring(edited.getvalue(), cast.alice)
    assert fates(records) == ["locked"]
    (locked,) = records[0].changes
    assert (locked["field"], locked["old"], locked["new"]) == ("text", "谈价格", "客户说马上签")
    assert "is not changed by an import" in locked["message"]


def test_moves_risks_and_amounts_of_a_deal_that_is_there(cast):
    customer = make_customer(cast.alice, name="甲")
    rows = [
        STAGE_HEAD,
        ["李强", "甲", "高意向（商务谈判）", today().isoformat(), "-", "样品已寄送", "竞品介入", "李强", "48万"],
    ]
    batch, records = bring_rows(rows, cast.alice)
    assert {c["field"] for c in records[0].changes} == {"stage", "key_action", "risk", "amount", "tag"}
    take(batch)
    deal = Deal.objects.get(customer=customer)
    assert (deal.stage.label, str(deal.amount), deal.risk, deal.key_action) == (
        "商务谈判",
        "480000.00",
        "竞品介入",
        "样品已寄送",
    )
    assert Customer.objects.get().tag == "hot"


def test_two_open_deals_need_the_name(cast):
    from pipeline.opening import open_deal

    customer = make_customer(cast.alice, name="甲")
    open_deal(customer, by=cast.alice, now=timezone.now(), name="二期")
    _batch, records = bring_rows(
        [["客户名称", "所属阶段", "阶段进入时间"], ["甲", "商务谈判", "2024-03-01"]], cast.alice
    )
    assert "has 2 open deals" in reasons(records)[0]
    batch, records = bring_rows(
        [["客户名称", "商机", "所属阶段", "阶段进入时间"], ["甲", "二期", "商务谈判", ""]], cast.alice
    )
    take(batch)
    assert Deal.objects.get(name="二期").stage.label == "商务谈判"


def test_imported_customers_raise_no_alarm_yet(cast):
    """D24: alarms start at the owner's first touch or after seven days; nothing is late."""
    take(bring_rows([LOG_HEAD, log_row()], cast.alice)[0])
    customer = Customer.objects.get()
    assert customer.alarms_from == today() + dt.timedelta(days=7)
    log = FollowUp.objects.get()
    assert (log.source, log.time_known, log.entered_by) == ("import", False, cast.alice)


def test_a_house_without_departments_is_told_to_make_them_first(cast):
    Department.objects.update(serves=False, is_active=False)
    _batch, records = bring(REQUESTS, cast.ada, people={"李*": "alice", "王*": "bob", "赵*": "charlie"})
    assert reasons(records)[0].startswith("No department accepts requests yet. Make “")


def test_digits_of_other_writings_are_no_numbers(cast):
    """² is a digit to Python and no number: a request's number, a row's key, a day."""
    head = ["需求编号", "协作部门", "客户名称", "需求描述", "提出时间"]
    _batch, records = bring_rows([head, ["R-²", "技术部", "甲", "评估", "2024-03-01"]], cast.ada)
    assert fates(records) == ["new"], reasons(records)
    _batch, records = bring_rows([[*LOG_HEAD, "_key"], [*log_row(), "F²"]], cast.alice)
    assert fates(records) == ["wrong"] and "“F²” does not belong to this table" in reasons(records)[0]
    assert order_of_days(["²/1/2016", "10/20/2016"]) == "mdy"
