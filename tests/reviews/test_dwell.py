"""Time in a stage as the monthly report states it: late arrivals, returns, what is still open, new stages (M5, R39).

That the figures equal a recount in random worlds is in test_figures.py; the curve itself in tests/pipeline.
"""

import datetime as dt
import io

import openpyxl
import pytest
from django.utils import timezone

from core.periods import day_start, period_of
from pipeline import staging
from pipeline.models import Deal, Playbook, StageProgress
from pipeline.moving import move_to
from pipeline.opening import open_rows
from reviews.closing import close_period
from reviews.figures import monthly
from reviews.models import Review
from reviews.scopes import COMPANY
from tests.cast import make_customer

MARCH, APRIL = (period_of("month", dt.date(2024, month, 1)) for month in (3, 4))


def day(month, number):
    return day_start(dt.date(2024, month, number))


@pytest.fixture
def stages(cast):
    return list(Playbook.objects.default().stages.order_by("position", "pk"))


def lives(cast, *paths):
    """A deal for each path [(stage, since), …]; nothing but these."""
    customer = make_customer(cast.alice, name="星澜科技", open_deals=False)
    rows = [
        {"name": f"路{n}", "before": path[:-1], "stage": path[-1][0], "entered_at": path[-1][1]}
        for n, path in enumerate(paths)
    ]
    return open_rows([(customer, row) for row in rows], by=cast.ada, at=timezone.now())


def line(figures, stage, part="dwell"):
    return next(one for one in figures[part] if one["stage"] == stage.pk)


@pytest.fixture
def march(cast, stages):
    """Of the first stage in March: ages under view, counted by hand."""
    first, second = stages[:2]
    return lives(
        cast,
        [(first, day(2, 10)), (second, day(3, 5))],  # there before: 20 to 24, ended
        [(first, day(2, 20))],  # there before and still: 10 to 40
        [(first, day(3, 3)), (second, day(3, 8))],  # 0 to 5, ended
        [(first, day(3, 3)), (second, day(4, 2))],  # 0 to 28, not ended in March
        [(first, day(3, 1)), (second, day(3, 4)), (first, day(3, 10))],  # 0 to 3, ended; and again 0 to 21
    )


@pytest.mark.proves("M5")
def test_a_month_counted_by_hand(cast, stages, march, client_of):
    """At 3 one of four ends, S = 3/4; at 5 one of three, S = 1/2: that is half."""
    as_of = timezone.now()
    told = line(monthly(MARCH, COMPANY, as_of=as_of), stages[0])
    assert told == {
        "stage": stages[0].pk, "stays": 6, "left": 3, "open": 3, "median": 5, "low": 3, "high": None, "thin": False,
    }  # fmt: skip
    told = line(monthly(APRIL, COMPANY, as_of=as_of), stages[0])
    assert (told["stays"], told["left"], told["median"]) == (3, 1, 30)  # of two: the third came under view at 41
    assert line(monthly(MARCH, COMPANY, as_of=as_of), stages[4])["median"] is None

    client = client_of(cast.ada)
    page = client.get("/reviews/month/2024-03").text
    assert "5 days" in page and "3 or more" in page and "Kaplan–Meier" in page
    url = f"/reviews/rows?period=2024-03&scope=company&stage={stages[0].pk}&of="
    lists = {of: client.get(url + of) for of in ("stays", "stays_left", "stays_open")}
    days = {of: sorted(row["case"] for row in answer.context["rows"]) for of, answer in lists.items()}
    assert days == {"stays": [3, 5, 21, 24, 28, 40], "stays_left": [3, 5, 24], "stays_open": [21, 28, 40]}
    assert [row["obj"].pk for row in lists["stays"].context["rows"]].count(march[4].pk) == 2  # it came back
    cells = openpyxl.load_workbook(io.BytesIO(client.get("/reviews/file/2024-03?scope=company").content)).active
    table = [[cell.value for cell in row] for row in cells.iter_rows()]
    start = next(n for n, row in enumerate(table) if row[0] == "Time in a stage")
    assert table[start + 2][1:6] == [5, "3 or more", 6, 3, 3]


@pytest.mark.proves("M5")
def test_what_is_recorded_late_changes_the_month_only_from_then_on(cast, stages, march):
    before, when = monthly(MARCH, COMPANY, as_of=timezone.now()), timezone.now()
    stay = StageProgress.objects.get(deal=march[1], left_at=None)
    late = when + dt.timedelta(minutes=1)
    StageProgress.objects.filter(pk=stay.pk).update(left_at=day(3, 2), left_recorded_at=late)  # it had gone at 11
    assert monthly(MARCH, COMPANY, as_of=when)["dwell"] == before["dwell"]
    told = line(monthly(MARCH, COMPANY, as_of=late), stages[0])
    assert (told["stays"], told["left"], told["open"]) == (6, 4, 2)


@pytest.mark.proves("R39")
def test_a_stage_added_in_mid_year_leaves_the_months_before_as_they_were(cast, stages):
    second, third, fourth = stages[1:4]
    lives(
        cast,
        [(second, day(3, 2)), (third, day(3, 6)), (fourth, day(3, 20))],
        [(second, day(3, 4)), (third, day(3, 9))],
        [(third, day(2, 20)), (fourth, day(3, 15)), (third, day(3, 18))],
    )
    as_of = timezone.now()
    close_period("month", MARCH.code, now=as_of)
    frozen = list(Review.objects.order_by("pk").values_list("figures", flat=True))
    before = monthly(MARCH, COMPANY, as_of=as_of)
    added = staging.add_stage(
        Playbook.objects.default(), by=cast.ada, now=timezone.now(), duties=[{"role": "rep"}], after=third,
        label="方案预沟通", label_en="Pre-talk", probability=40,
    )  # fmt: skip
    deal = Deal.objects.get(name="路1")
    move_to(deal, added, by=cast.alice, now=timezone.now())
    move_to(deal, fourth, by=cast.alice, now=timezone.now())
    after = monthly(MARCH, COMPANY, as_of=as_of)
    for part in ("rates", "in_month", "dwell"):
        assert [one for one in after[part] if one["stage"] != added.pk] == before[part]
        assert not line(after, added, part).get("entered") and not line(after, added, part).get("stays")
    assert [one for one in after["balance"]["stages"] if one["stage"] != added.pk] == before["balance"]["stages"]
    assert after["balance"]["total"] == before["balance"]["total"]
    close_period("month", MARCH.code, now=timezone.now())
    assert list(Review.objects.order_by("pk").values_list("figures", flat=True)) == frozen
    now = monthly(period_of("month", timezone.localdate()), COMPANY, as_of=timezone.now())
    assert (line(now, added, "rates")["entered"], line(now, added, "rates")["on"]) == (1, 1)
    later = monthly(MARCH, COMPANY, as_of=timezone.now())
    assert line(later, third, "rates")["on"] == line(before, third, "rates")["on"] + 1  # on by way of the new stage
