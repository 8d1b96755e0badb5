"""Twelve months of one figure (R5, R11, R13, R24, M11): a line for each month, the oldest first, the running one last.

The figures are those of reviews/measures.py, each case in the month it counts for, all as known now: a win that was
taken back since is none in its month either. Times are told by their median, since a few long ones would lead a mean.
**slips**: deals of which an expected close was moved to a later day in the month, each once a month (as the deal's
history keeps it). What waits for other departments is reviews/waits.py.
"""

from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.periods import period_of, today
from pipeline.models import Deal
from reviews.beyond import count_of
from reviews.chance import Count
from reviews.measures import MEASURES, Line, Measure, Stretch, sample_of

MONTHS = 12


def slips(stretch):
    rows = Deal.history.filter(
        history_type="~", history_date__gte=stretch.start, history_date__lt=stretch.end, slips__gt=0,
        id__in=Deal.objects.filter(stretch.scope.deals()).values("pk"),
    )
    earlier = Deal.history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by("-history_id")
    before = Coalesce(Subquery(earlier.values("slips")[:1]), Value(0))
    moved = rows.annotate(before=before).filter(slips__gt=F("before")).order_by("history_date", "history_id")
    found = {}
    for deal, at in moved.values_list("id", "history_date"):
        found.setdefault((deal, period_of("month", today(at)).code), Line(deal, at, True))
    return list(found.values())


SLIPS = Measure("slips", _("Deals whose expected close was put off"), "deal", "count", False, slips)
MEASURED = MEASURES | {"slips": SLIPS}
SHOWN = {  # the tabs, and what each shows
    "cycle": ("cycle_days", "cycle_working"), "response": ("response_elapsed", "response_working"),
    "in_time": ("in_time",), "slips": ("slips",), "waiting": (),
}


@dataclass(frozen=True)
class Point:
    """One month of a measure: how many were counted, `value` the share (0–1), the median time or the number itself;
    `on` what counts of a share."""

    month: object
    n: int
    value: float | None
    on: int | None = None


def months_until(now):
    """The twelve months that end with the running one."""
    found = [period_of("month", today(now))]
    while len(found) < MONTHS:
        found.insert(0, found[0].previous())
    return found


def year_of(scope, now):
    """The Stretch of the twelve months."""
    months = months_until(now)
    return Stretch(scope, months[0].first, months[-1].last, now)


def trend(measure, year):
    """[Point] of a measure in year_of(). Read once for all months; a share that the database counts, all at once where
    it can, else month by month."""
    months = months_until(year.now)
    if measure.months:
        found = measure.months(year)
        counts = [found.get(month.code, Count(0, 0)) for month in months]
        return [Point(month, one.entered, one.share, one.on) for month, one in zip(months, counts, strict=True)]
    if measure.count:
        counts = [sample_of(measure, stretch_of(month, year.scope, year.now)).count for month in months]
        return [Point(month, one.entered, one.share, one.on) for month, one in zip(months, counts, strict=True)]
    values = defaultdict(list)
    for line in measure.read(year):
        values[period_of("month", today(line.at)).code].append(line.value)
    return [point(measure, month, values[month.code]) for month in months]


def cases(measure, scope, month, *, now):
    """The Lines that a Point counts; None for a month that is not among the twelve."""
    if month not in months_until(now):
        return None
    if measure.count or measure.months:
        return measure.read(stretch_of(month, scope, now))
    return [line for line in measure.read(year_of(scope, now)) if period_of("month", today(line.at)) == month]


def stretch_of(month, scope, now):
    return Stretch(scope, month.first, month.last, now)


def point(measure, month, values):
    if measure.is_share:
        count = count_of(values)
        return Point(month, count.entered, count.share, count.on)
    if measure.unit == "count":
        return Point(month, len(values), len(values))
    return Point(month, len(values), median(values) if values else None)
