"""B9–B13, D48: which table it is, headers as people write them, merged cells, formulas, several tables."""

import io

import openpyxl
import pytest

from customers.models import Customer, FollowUp
from exchange.problems import Unreadable
from pipeline.models import Deal
from tests.exchange.conftest import LOG_HEAD, bring, bring_rows, fates, reasons, take, xlsx

ROW = ["星澜科技", "2024-03-01", "电话", "介绍产品", "", ""]


@pytest.mark.proves("B10")
def test_headers_are_compared_after_normalising(cast):
    head = ["沟通内容\n(必填)", "  客户 名称 ", "跟进时间＊", "备用列", "ＴＡＧ", "职位/职务"]
    batch, records = bring_rows([head, ["介绍", "星澜科技", "2024-03-01", "x", "高意向", ""]], cast.alice)
    assert fates(records) == ["new"]
    assert records[0].values["tag"] == "hot"
    assert [values["columns"] for message, values in batch.notices if "not imported" in message] == [
        ["备用列", "职位/职务"]
    ]


@pytest.mark.proves("B11")
def test_a_header_that_is_missing_or_there_twice(cast):
    with pytest.raises(Unreadable, match="lacks the columns: Customer|No table was recognised"):
        bring_rows([["跟进时间", "跟进方式", "沟通内容"], ROW[1:4]], cast.alice)
    with pytest.raises(Unreadable, match="“客户” is there twice"):
        bring_rows([[*LOG_HEAD, "客户"], [*ROW, "x"]], cast.alice)
    with pytest.raises(Unreadable, match="same header row twice"):
        bring_rows([LOG_HEAD, ROW, LOG_HEAD, ROW], cast.alice)


@pytest.mark.proves("B11")
def test_title_and_total_rows(cast):
    batch, records = bring_rows(
        [["2024 年 3 月客户跟进"], [], LOG_HEAD, ROW, [], ["合计", "", "", "1 条", "", ""]], cast.alice
    )
    assert [r.number for r in records] == [4]
    assert sum("total or a title" in message for message, _ in batch.notices) == 1


@pytest.mark.proves("B12")
def test_merged_cells(cast):
    rows = [LOG_HEAD, *(["", f"2024-03-0{n}", "电话", f"第{n}次", "", ""] for n in (1, 2, 3))]
    _batch, records = bring(xlsx(rows, merged=[("A2:A4", "星澜科技")]), cast.alice)
    assert fates(records) == ["new", "new", "new"]
    assert [f["message"] for r in records for f in r.flags] == ["Filled down from the merged cells %(range)s."] * 2
    rows = [LOG_HEAD, *(["星澜科技", "", "电话", f"第{n}次", "", ""] for n in (1, 2, 3))]
    _batch, records = bring(xlsx(rows, merged=[("B2:B4", "2024-03-01")]), cast.alice)
    assert fates(records) == ["wrong"] * 3
    assert set(reasons(records)) == {
        "The merged cells B2:B4 hold a date or a person. Unmerge them and fill in each row."
    }


@pytest.mark.proves("B13")
def test_formulas(cast):
    rows = [LOG_HEAD, [{"f": "=A9", "v": "星澜科技"}, "2024-03-01", "电话", "好", "", ""]]
    _batch, records = bring(xlsx(rows), cast.alice)
    assert fates(records) == ["new"]
    assert [f["message"] for f in records[0].flags] == ["The value of a formula was taken."]
    book = openpyxl.Workbook()  # openpyxl writes no cached value
    for row in (LOG_HEAD, ["星澜科技", "2024-03-01", "电话", "=A1&B1", "", ""]):
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    _batch, records = bring(target.getvalue(), cast.alice)
    assert fates(records) == ["wrong"]
    assert "formula without a value" in reasons(records)[0]


def test_several_tables_in_one_book_and_a_hidden_one(cast):
    stages = [
        ["客户名称", "所属阶段", "阶段进入时间", "金额"],
        ["星澜科技", "商务谈判", "2024-03-06", "48万"],
        ["远山制造", "方案提交", "2024-03-02", "¥1,200.50"],
    ]
    data = xlsx([LOG_HEAD, ROW], sheet="跟进", more=[("阶段", stages), ("旧数据", [LOG_HEAD, ROW])], hidden=["旧数据"])
    batch, records = bring(data, cast.alice)
    assert (fates(records), batch.sheet) == (["new", "new", "new"], "several")
    assert ["The hidden sheet “%(part)s” was left out.", {"part": "旧数据"}] in batch.notices
    take(batch)
    assert {(d.customer.name, d.stage.label, str(d.amount)) for d in Deal.objects.all()} == {
        ("星澜科技", "商务谈判", "480000.00"),
        ("远山制造", "方案提交", "1200.50"),
    }
    assert (Customer.objects.count(), FollowUp.objects.count()) == (2, 1)


def test_two_tables_one_under_the_other(cast):
    rows = [
        LOG_HEAD,
        ROW,
        [],
        ["客户名称", "所属阶段", "阶段进入时间", "当前风险"],
        ["远山制造", "需求分析", "2024-03-02", "竞品介入"],
    ]
    batch, records = bring_rows(rows, cast.alice)
    assert [r.sheet.slug for r in records] == ["follow-ups", "stage-progress"]
    take(batch)
    assert Customer.objects.count() == 2


def test_two_forms_in_one_worksheet(cast):
    form = [
        ["客户名称", "所属行业", "联系人", "联系方式"],
        ["甲公司", "制造", "王工", "13812345678"],
        ["跟进记录", "跟进时间", "跟进方式", "沟通内容"],
        ["首次接触", "2024-03-01", "电话", "好"],
        ["状态标签", "□潜在客户 ☑意向客户 □高意向", "", ""],
    ]
    other = [
        ["客户名称", "所属行业", "联系人", "联系方式"],
        ["乙公司", "贸易", "李总", "13912345678"],
        ["跟进记录", "跟进时间", "跟进方式", "沟通内容"],
        ["首次接触", "2024-03-02", "微信", "行"],
    ]
    batch, records = bring_rows([["客户跟进记录表"], *form, [], ["客户跟进记录表"], *other], cast.alice)
    assert (reasons(records), fates(records)) == ([], ["new", "new"])
    take(batch)
    assert {(c.name, c.tag, c.industry, c.contacts.get().phone) for c in Customer.objects.all()} == {
        ("甲公司", "interested", "制造", "13812345678"),
        ("乙公司", "prospect", "贸易", "13912345678"),
    }


@pytest.mark.proves("D48")
def test_the_sheet_teams_really_have(cast):
    """One row a customer, many dated lines in one cell, name and phone in one cell; nothing is dropped."""
    cell = (
        "老客户介绍来的\n2024/3/1 电话沟通，介绍产品\n还问了价格\n3.5：上门拜访，约下周报价\n【2024年3月9日】已发报价"
    )
    rows = [["客户", "联系人/电话", "进度", "跟进情况"], ["星澜科技", "张敏 138-1234-5678", "方案提交", cell]]
    from datetime import UTC, datetime

    batch, records = bring_rows(rows, cast.alice, now=datetime(2024, 3, 12, 3, tzinfo=UTC))
    assert (reasons(records), fates(records)) == ([], ["new"])
    take(batch, now=datetime(2024, 3, 12, 3, tzinfo=UTC))
    customer = Customer.objects.get()
    assert customer.notes == "老客户介绍来的"
    contact = customer.contacts.get()
    assert (contact.name, contact.phone) == ("张敏", "138-1234-5678")
    assert [(f"{f.happened_at:%m-%d}", f.text) for f in customer.followups.order_by("happened_at")] == [
        ("03-01", "电话沟通，介绍产品\n还问了价格"),
        ("03-05", "上门拜访，约下周报价"),
        ("03-09", "已发报价"),
    ]
    deal = customer.deals.get()
    assert deal.stage.label == "方案提交"
    assert deal.key_actions.count() == 3
    _again, records = bring_rows(rows, cast.alice, now=datetime(2024, 3, 12, 3, tzinfo=UTC))
    assert fates(records) == ["same"]
