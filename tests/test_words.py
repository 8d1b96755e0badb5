"""How numbers, dates and spans are said, in both languages (ux §5)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from core import charts, words
from salesflow.jobtitles import TITLES

TODAY = date(2024, 3, 8)
NOW = datetime(2024, 3, 8, 14, 32)


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (None, "–", "–"),
        ("", "–", "–"),
        (0, "¥0", "¥0"),
        (8600, "¥8,600", "¥8,600"),
        (Decimal("9999.49"), "¥9,999", "¥9,999"),
        (Decimal("9999.60"), "¥1万", "¥10K"),
        (10_000, "¥1万", "¥10K"),
        (485_000, "¥48.5万", "¥485K"),
        (480_000, "¥48万", "¥480K"),
        (85_500, "¥8.6万", "¥85.5K"),
        (999_600, "¥100万", "¥1M"),
        (4_850_000, "¥485万", "¥4.85M"),
        (5_590_000, "¥559万", "¥5.59M"),
        (2_428_000, "¥242.8万", "¥2.43M"),
        (12_600_000, "¥1,260万", "¥12.6M"),
        (126_000_000, "¥1.26亿", "¥126M"),
        (99_999_600, "¥1亿", "¥100M"),
        (1_260_000_000, "¥12.6亿", "¥1.26B"),
        (-20_000, "−¥2万", "−¥20K"),
    ],
)
def test_money(amount, zh, en):
    assert (words.money(amount, "zh-hans"), words.money(amount, "en")) == (zh, en)


def test_money_in_full_and_in_wan():
    assert words.money_full(480_000) == "¥480,000"
    assert words.money_full(Decimal("480000.50")) == "¥480,000.50"
    assert words.money_in_wan(485_000) == "48.5"
    assert words.money_in_wan(None) == "–"


def test_percent():
    assert [words.percent(x) for x in (None, 0, 0.314, Decimal("0.005"), 1.04)] == ["–", "0%", "31%", "1%", "104%"]


@pytest.mark.parametrize(
    ("say", "zh", "en"),
    [
        (lambda lang: words.day(TODAY, TODAY, lang), "3月8日 周五", "Fri 8 Mar"),
        (lambda lang: words.day(date(2023, 12, 3), TODAY, lang), "2023年12月3日", "3 Dec 2023"),
        (lambda lang: words.day(None, TODAY, lang), "–", "–"),
        (lambda lang: words.day_plain(date(2024, 3, 15), TODAY, lang), "3月15日", "15 Mar"),
        (lambda lang: words.day_dense(TODAY, TODAY, lang), "3/08", "8 Mar"),
        (lambda lang: words.day_dense(date(2023, 12, 3), TODAY, lang), "2023/12/03", "3 Dec 2023"),
        (lambda lang: words.day_chip(TODAY, TODAY, lang), "今天", "Today"),
        (lambda lang: words.day_chip(date(2024, 3, 11), TODAY, lang), "周一 3/11", "Mon 11 Mar"),
        (lambda lang: words.week(TODAY, lang), "3月4日–10日（第 10 周）", "4–10 Mar (week 10)"),
        (lambda lang: words.week(date(2024, 2, 28), lang), "2月26日–3月3日（第 9 周）", "26 Feb – 3 Mar (week 9)"),
        (lambda lang: words.month(TODAY, lang), "2024年3月", "March 2024"),
    ],
)
def test_days(say, zh, en):
    assert (say("zh-hans"), say("en")) == (zh, en)


@pytest.mark.parametrize(
    ("ago", "zh", "en"),
    [
        (timedelta(seconds=20), "刚刚", "Just now"),
        (timedelta(minutes=18), "18 分钟前", "18 min ago"),
        (timedelta(minutes=59, seconds=59), "59 分钟前", "59 min ago"),
        (timedelta(hours=1), "13:32", "13:32"),
        (-timedelta(hours=2), "16:32", "16:32"),
        (timedelta(hours=15), "3月7日 周四", "Thu 7 Mar"),
        (timedelta(days=100), "2023年11月29日", "29 Nov 2023"),
    ],
)
def test_moments(ago, zh, en):
    assert (words.when(NOW - ago, NOW, "zh-hans"), words.when(NOW - ago, NOW, "en")) == (zh, en)


def test_moments_with_the_clock():
    at = datetime(2024, 3, 6, 14, 20)
    assert [words.when_dense(at, NOW, lang) for lang in ("zh-hans", "en")] == ["3/06 14:20", "6 Mar 14:20"]
    assert [words.exact(at, lang) for lang in ("zh-hans", "en")] == ["2024年3月6日 14:20", "6 Mar 2024 14:20"]


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (None, "–", "–"),
        (0, "0 分钟", "0 min"),
        (59, "59 分钟", "59 min"),
        (180, "3 小时", "3 h"),
        (200, "3 小时 20 分", "3 h 20 min"),
        (1440, "1 天", "1 day"),
        (3000, "2 天", "2 days"),
    ],
)
def test_spans(minutes, zh, en):
    assert (words.span(minutes, "zh-hans"), words.span(minutes, "en")) == (zh, en)


def test_initials():
    assert [words.initials(n) for n in ("李强", "Li Qiang", "ada", "", "a.b@example.com")] == [
        "李",
        "LQ",
        "AD",
        "?",
        "AB",
    ]


def draw(text, language="en", request=None, **context):
    with translation.override(language):
        return Template(text).render(Context(context | {"request": request}))


def test_a_tag_says_the_whole_word_in_tables_and_the_short_one_on_cards():
    assert "潜在客户" in draw("{% tag 'prospect' %}", "zh-hans")
    short = draw("{% tag_short 'prospect' %}", "zh-hans")
    assert ("潜在客户" in short, "潜在" in short, "#g-prospect" in short) == (False, True, True)
    assert [draw(f"{{% tag '{key}' %}}").count("<use") for key in ("prospect", "interested", "hot", "won", "lost")] == [
        1
    ] * 5


def test_a_moment_carries_its_machine_form_and_its_exact_value():
    at = timezone.make_aware(datetime(2024, 3, 6, 14, 20))
    assert draw("{{ at|when_dense }}", at=at) == (
        f'<time datetime="{at.isoformat(timespec="minutes")}" title="6 Mar 2024 14:20">6 Mar 2024 14:20</time>'
    )


def test_two_renders_of_a_form_carry_two_keys():
    one, two = draw("{% form_key 'log' %}"), draw("{% form_key 'log' %}")
    assert one != two
    assert one.endswith('.log">')


def test_the_query_string_is_changed_not_lost():
    request = RequestFactory().get("/customers?tag=won&page=3")
    assert draw("{% qs page=None sort='name' %}", request=request) == "?tag=won&amp;sort=name"


def test_money_keeps_the_whole_value_in_its_title():
    assert draw("{% money amount %}", amount=480_000) == '<span class="num" title="¥480,000">¥480K</span>'


def test_the_ribbon_is_one_band_with_the_thickest_stage_in_the_middle():
    paths = charts.ribbon([42, 86, 121, 164, 146, 88, 64])
    assert len(paths) == 7
    ends = [path.split("100 ")[1].split("V")[0] for path in paths]
    starts = [path.split("C")[0].removeprefix("M0 ") for path in paths]
    assert ends[:-1] == starts[1:]
    assert charts.ribbon([0, 0])[0].startswith("M0 11.0")


def test_shares_and_heat():
    assert charts.shares([14, 8, 0]) == [100.0, 57.1, 0.0]
    assert charts.shares([0, 0]) == [0.0, 0.0]
    assert [charts.heat(n, 10) for n in (0, 1, 5, 10)] == [0, 1, 3, 5]
    assert charts.sparkline([0, 2, 4]) == [(0, 16, 0), (5, 8.0, 8.0), (10, 0.0, 16.0)]


def test_a_list_is_joined_as_its_language_does():
    assert words.listed(["潜在客户", "成交"], "zh-hans") == "潜在客户、成交"
    assert words.listed(["Prospect", 3], "en") == "Prospect, 3"


def test_every_line_of_the_timetable_has_words_on_the_jobs_page(settings):
    assert {line.name for line in settings.SCHEDULE} - set(TITLES) == set()
