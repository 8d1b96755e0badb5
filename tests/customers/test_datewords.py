"""Date words: what is a date, which one, and what only looks like one (R28, M14)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.datewords import dates_in, plan_in

FRIDAY = dt.date(2024, 3, 8)


class Week:
    """Monday to Friday are working days."""

    def works(self, day):
        return day.isoweekday() < 6


def said(text, today=FRIDAY, calendar=None):
    return [f"{one.day}{one.time.strftime(' %H:%M') if one.time else ''}" for one in dates_in(text, today, calendar)]


@pytest.mark.proves("R28")
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("今天下午回他", "2024-03-08"), ("明天再打", "2024-03-09"), ("明早九点", "2024-03-09 09:00"), ("后天见", "2024-03-10"),
        ("大后天见", "2024-03-11"), ("周五碰", "2024-03-08"), ("周三开会", "2024-03-13"), ("礼拜三开会", "2024-03-13"),
        ("星期天加班", "2024-03-10"), ("下周三前有结果", "2024-03-13"), ("下下周一上线", "2024-03-18"), ("本周五签", "2024-03-08"),
        ("下个星期二", "2024-03-12"), ("3月3日上门演示", "2025-03-03"), ("3月15日前再沟通", "2024-03-15"), ("3月15号周五", "2024-03-15"),
        ("三月十五号", "2024-03-15"), ("3/15 再问", "2024-03-15"), ("3-15前给答复", "2024-03-15"), ("15号给答复", "2024-03-15"),
        ("5号给答复", "2024-04-05"), ("31号前", "2024-03-31"), ("下月5号", "2024-04-05"), ("2027年3月3日到期", "2027-03-03"),
        ("2027-03-03 到期", "2027-03-03"), ("2024/3/9", "2024-03-09"), ("明年3月3日", "2025-03-03"), ("三天后", "2024-03-11"),
        ("3天内", "2024-03-11"), ("两周后再约", "2024-03-22"), ("半个月后", "2024-03-23"), ("一个月后", "2024-04-08"),
        ("再过十天", "2024-03-18"), ("过十天后", "2024-03-18"), ("月底签", "2024-03-31"), ("5月底", "2024-05-31"), ("下月初", "2024-04-01"),
        ("月初", "2024-04-01"), ("年底", "2024-12-31"), ("12月31日", "2024-12-31"), ("1月5日", "2025-01-05"),
        ("2月29日", "2028-02-29"), ("１２月３日演示", "2024-12-03"), ("周三１５：００", "2024-03-13 15:00"), ("３／１５再问", "2024-03-15"), ("下周再联系", "2024-03-11"), ("明天下午3点", "2024-03-09 15:00"),
        ("周三15:00", "2024-03-13 15:00"), ("后天下午三点半演示", "2024-03-10 15:30"), ("周一上午10点", "2024-03-11 10:00"),
        ("周一中午12点", "2024-03-11 12:00"), ("今晚8点", "2024-03-08 20:00"),
        ("call tomorrow", "2024-03-09"), ("the day after tomorrow", "2024-03-10"), ("meet next Wed", "2024-03-13"),
        ("demo Friday", "2024-03-08"), ("by Monday", "2024-03-11"), ("this Friday", "2024-03-08"), ("on Sat", "2024-03-09"),
        ("in two weeks", "2024-03-22"), ("in 3 days", "2024-03-11"), ("in a month", "2024-04-08"), ("in a week", "2024-03-15"),
        ("end of month", "2024-03-31"), ("end of the year", "2024-12-31"), ("next month", "2024-04-01"),
        ("next week", "2024-03-11"), ("Mar 3", "2025-03-03"), ("3 March", "2025-03-03"), ("on 15 Mar", "2024-03-15"),
        ("March 15th", "2024-03-15"), ("3rd of April", "2024-04-03"), ("March 3, 2027", "2027-03-03"),
        ("Mon 11 March", "2024-03-11"), ("by the 15th", "2024-03-15"), ("Friday 3pm", "2024-03-08 15:00"),
        ("3pm Monday", "2024-03-11 15:00"), ("Monday at 9", "2024-03-11 09:00"), ("3/12 2:30pm", "2024-03-12 14:30"),
        ("11 March 10:00", "2024-03-11 10:00"), ("tomorrow at 15:00", "2024-03-09 15:00"),
    ],
)  # fmt: skip
def test_a_date_that_was_said(text, day):
    assert said(text) == [day]


@pytest.mark.proves("R28")
@pytest.mark.parametrize(
    "text",
    [
        "13800005678", "138-0000-5678", "138 0000 5678", "010-88881234", "400-888-1234", "192.168.1.10", "第 3 次", "预算已批",
        "3/4的客户", "1/3 的预算", "3/4 of the team", "50/50", "24/7 support", "报价3-5万", "3-5天", "10-20 licences", "5-8 people",
        "¥3-15", "15号楼", "3号线", "1号店", "A3-15", "B-3-15", "2月30日", "13月1日", "3月份", "3个月", "上周三", "上个月5号", "每周三例会",
        "每月15号", "last Friday", "every Monday", "周一到周五", "Mon-Fri", "昨天", "yesterday", "前天聊过", "本周三见过", "2023年3月3日",
        "2023-03-03", "sat down with him", "may 3", "march on", "去年3月", "版本 3.15", "比例3:15", "需要3-5 套", "",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_date(text):
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [("月底", "2024-03-29"), ("下月初", "2024-04-01"), ("5月初", "2024-05-01"), ("6月初", "2024-06-03"), ("月中", "2024-03-15"),
     ("next week", "2024-03-11"), ("3月31日", "2024-03-31"), ("周日", "2024-03-10")],
)  # fmt: skip
def test_vague_words_move_to_a_working_day_and_named_days_stay(text, day):
    assert said(text, calendar=Week()) == [day]


def test_the_year_is_marked_as_chosen_when_it_was():
    chosen = {text: dates_in(text, FRIDAY)[0].year_chosen for text in ("3月15日", "2027年3月3日", "明天", "Mar 20", "月底")}
    assert chosen == {"3月15日": True, "2027年3月3日": False, "明天": False, "Mar 20": True, "月底": False}


def test_several_dates_come_in_the_order_of_the_text():
    assert said("周一发方案，3月20日签，再过两周后装机") == ["2024-03-11", "2024-03-20", "2024-03-22"]


def test_the_log_offers_the_last_sentence_that_names_a_date():
    found, sentence = plan_in("3月10日收样品。客户认可，下周三前给答复。其他再说", FRIDAY)
    assert (found.day, sentence) == (dt.date(2024, 3, 13), "客户认可，下周三前给答复")
    assert plan_in("没有日期。", FRIDAY) is None


@pytest.mark.proves("R28")
@given(st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31)), st.integers(1, 12), st.integers(1, 31))
def test_a_month_and_day_is_always_the_coming_one(today, month, day):
    found = dates_in(f"{month}月{day}日上门", today)
    english = dates_in(f"visit on {day} {['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][month - 1]}", today)
    assert [one.day for one in found] == [one.day for one in english]
    try:
        dt.date(2024, month, day)
    except ValueError:
        assert found == []
        return
    assert (found[0].day.month, found[0].day.day) == (month, day)
    assert today <= found[0].day
    assert found[0].day - today <= dt.timedelta(days=366 if (month, day) != (2, 29) else 366 * 4 + 1)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text):
    for one in dates_in(text, FRIDAY, Week()):
        assert one.day >= FRIDAY
        assert 0 <= one.start < one.end <= len(text)
