"""B14–B17, D46: what people type, read one way; Hypothesis looks for what breaks."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange import parsing
from exchange.parsing import Day
from exchange.problems import Wrong
from exchange.reading import as_text, read_pasted
from exchange.recognising import header_key

TODAY = dt.date(2024, 3, 10)
FIRST = dt.date(2024, 3, 1)


@pytest.mark.proves("B14")
@pytest.mark.parametrize(
    "text",
    [
        "2024-03-01",
        "2024/3/1",
        "2024.3.1",
        "20240301",
        "2024年3月1日",
        "45352",
        "2024 - 03 - 01",
        "２０２４-０３-０１",
        "2024年3月1号",
    ],
)
def test_dates_in_every_spelling(text):
    assert parsing.date(text, today=TODAY) == Day(FIRST)


def test_a_real_date_cell_and_a_time():
    assert parsing.date(as_text(FIRST), today=TODAY) == Day(FIRST)
    assert parsing.date(as_text(dt.datetime(2024, 3, 1, 14, 5)), today=TODAY) == Day(FIRST, dt.time(14, 5))
    assert parsing.date("2024-03-01 下午2:05", today=TODAY) == Day(FIRST, dt.time(14, 5))


@pytest.mark.proves("B15", "D46")
def test_dates_without_a_year():
    assert parsing.date("3月3日", today=TODAY) == Day(dt.date(2024, 3, 3), None, True)
    assert parsing.date("3-3", today=TODAY) == Day(dt.date(2024, 3, 3), None, True)
    assert parsing.date("12月31日", today=TODAY).day == dt.date(2023, 12, 31)  # a date column: the nearest past one
    assert parsing.date("2月29日", today=dt.date(2023, 5, 1)).day == dt.date(2020, 2, 29)
    plan = parsing.date_in("3月3日上门演示系统功能", from_day=FIRST)
    assert plan == Day(dt.date(2024, 3, 3), None, True)
    assert parsing.date_in("1月5日再联系", from_day=FIRST).day == dt.date(2025, 1, 5)
    assert parsing.date_in("每周跟进审批进度,3月15日前再沟通", from_day=dt.date(2024, 3, 6)).day == dt.date(2024, 3, 15)
    assert parsing.date_in("订单 1/2 已付，共 3 箱", from_day=FIRST).day == dt.date(2025, 1, 2)
    assert parsing.date_in("下次见面再说", from_day=FIRST) is None


@pytest.mark.proves("B15")
@pytest.mark.parametrize(
    "text",
    [
        "03/04/2024",
        "昨天",
        "2024-02-30",
        "31/12/9999",
        "2024-13-01",
        "9999-12-31",
        "0001-01-01",
        "2月30日",
        "abc",
        "1",
        "2024",
        "1e309",
    ],
)
def test_dates_that_are_ambiguous_or_impossible(text):
    with pytest.raises(Wrong):
        parsing.date(text, today=TODAY)


@pytest.mark.parametrize("text", ["", "-", "—", "无", " / "])
def test_nothing_said_is_nothing(text):
    assert parsing.date(text, today=TODAY) is None
    assert parsing.money(text) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("48万", "480000"),
        ("¥1,200.50", "1200.50"),
        ("1.2亿", "120000000"),
        ("450K", "450000"),
        ("300000元", "300000"),
        ("人民币5万元整", "50000"),
        ("￥1,000,000", "1000000"),
        ("0", "0"),
        (".5", "0.5"),
    ],
)
def test_amounts(text, amount):
    assert parsing.money(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["abc", "-5", "1,2,3", "五万", "1e999", "48万左右吧", "9" * 15])
def test_amounts_that_are_none(text):
    with pytest.raises(Wrong):
        parsing.money(text)


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("500-1000人", (500, 1000)),
        ("1000人以上", (1000, None)),
        ("50人以下", (0, 50)),
        ("约200人", (200, 200)),
        ("1,000～5,000", (1000, 5000)),
        ("营收3亿元", (None, None)),
        ("大", (None, None)),
    ],
)
def test_sizes(text, band):
    assert parsing.size(text) == band


@pytest.mark.proves("B17")
def test_phones():
    assert parsing.phone(as_text(13812345678.0)) == "13812345678"
    for text in ("+86 138 1234 5678", "021-12345678-801", "138****5678", "(010) 8888 6666", "400-800-1234转801"):
        assert parsing.phone(text) == text
    for text in ("1.38E+10", "1.3812345678E10", "12", "没有"):
        with pytest.raises(Wrong):
            parsing.phone(text)
    assert parsing.name_and_phone("张三 13812345678") == ("张三", "13812345678")
    assert parsing.name_and_phone("张三：138****5678（采购）")[1] == "138****5678"
    assert parsing.name_and_phone("李工\n021-12345678") == ("李工", "021-12345678")


def test_tags_and_boxes():
    assert parsing.ticked("□潜在客户 ☑高意向") == "高意向"
    assert parsing.ticked("☐潜在客户☐意向客户☒成交") == "成交"
    assert parsing.ticked("□潜在客户 □意向客户") == ""
    with pytest.raises(Wrong):
        parsing.ticked("☑潜在客户 ☑高意向")
    for text in ("高意向(商务谈判)", "高意向（商务谈判）", " 高意向 ( 商务谈判 ) "):
        assert parsing.tag_and_stage(text) == ("高意向", "商务谈判")
    assert parsing.several("电话+微信、邮件，电话") == ["电话", "微信", "邮件"]


def test_headers():
    assert header_key("客户规模(员工数/营收)") == header_key("客户 规模") == "客户规模"
    assert header_key("关键动作(如“合同待审批”“样品已寄送”)") == "关键动作"
    assert header_key("客户需求/痛点") == header_key("客户需求痛点")
    assert header_key("ＴＡＧ\n*") == "tag"


WORDS = st.text(st.characters(codec="utf-8"), max_size=60)
DIGITS = st.text("0123456789-/.年月日 上下午:：万亿¥,%Ee+人以", max_size=16)


@given(WORDS | DIGITS)
def test_parsers_give_a_value_or_say_what_is_wrong(text):
    for parser in (
        lambda t: parsing.date(t, today=TODAY),
        parsing.money,
        parsing.phone,
        parsing.ticked,
        parsing.size,
        parsing.name_and_phone,
        parsing.tag_and_stage,
        parsing.several,
        parsing.dated_lines,
        header_key,
        lambda t: parsing.text(t, 50),
        lambda t: parsing.date_in(t, from_day=TODAY),
    ):
        try:
            parser(text)
        except Wrong as problem:
            assert str(problem)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)))
def test_every_spelling_of_every_day(day):
    for text in (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        str((day - dt.date(1899, 12, 30)).days),
    ):
        assert parsing.date(text, today=TODAY).day == day


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)), st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)))
def test_the_chosen_year_keeps_its_rule(today, day):
    past = parsing.date(f"{day.month}月{day.day}日", today=today)
    assert past.day <= today and (today - past.day).days < 366 * 8
    plan = parsing.date(f"{day.month}月{day.day}日", today=today, from_day=today)
    assert plan.day >= today and past.year_chosen and plan.year_chosen


@given(st.decimals(0, 10**10, places=2))
def test_amounts_survive(amount):
    assert parsing.money(f"¥{amount:,}") == amount
    assert parsing.money(str(amount)) == amount


@given(
    st.lists(
        st.tuples(
            st.dates(dt.date(2001, 1, 1), dt.date(2030, 1, 1)), st.text("谈了价格，。！abc ", min_size=1, max_size=20)
        ),
        max_size=6,
    )
)
def test_dated_lines_drop_nothing(lines):
    lines = [(day, text.strip()) for day, text in lines if text.strip() and text.strip()[0] not in "，。"]
    cell = "\n".join(f"{day} {text}" for day, text in lines)
    lead, said = parsing.dated_lines(cell)
    assert lead == "" and [(parsing.date(d, today=TODAY).day, t) for d, t in said] == lines


@given(
    st.lists(
        st.lists(
            st.text(
                st.characters(codec="utf-8", exclude_characters="\r\x00", exclude_categories=["Cs", "Cc"])
                | st.just("\n"),
                max_size=12,
            ),
            min_size=2,
            max_size=4,
        ),
        min_size=2,
        max_size=4,
    )
)
def test_pasted_blocks_come_back(rows):
    block = "\n".join("\t".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    found = [line.cells for line in read_pasted("a\tb\n" + block).parts[0].lines[1:]]
    expected = [
        [cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@'" and len(cell) > 1 else cell for cell in row]
        for row in rows
    ]
    while expected and not any(expected[-1]):
        expected.pop()
    assert found == expected
