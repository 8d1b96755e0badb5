"""Which deals need a person, as conditions of one query: the same priority as pipeline/strips.py says in words."""

import calendar
import datetime as dt

from django.db.models import Case, IntegerField, Q, Value, When

from core.periods import day_start
from customers.staleness import waiting
from pipeline.models import CardNote
from pipeline.notes import GOOD_DAYS
from pipeline.strips import CALM, ORDER

WON_DAYS = 30  # a won deal leaves the board so long after its win and its last open next step (D15)
OPEN = Q(stage__kind="open")


def month_of(on):
    """First and last day of the month of a company day."""
    return on.replace(day=1), on.replace(day=calendar.monthrange(on.year, on.month)[1])


def on_board(on):
    """Open deals, and won ones until 30 days after the win or their next step. Lost has no column."""
    since = on - dt.timedelta(days=WON_DAYS)
    won = Q(stage__kind__in=["won", "after"])
    recent = Q(customer__next_step_on__gte=since) | Q(signed_on__gte=since) | Q(won_at__gte=day_start(since))
    return (OPEN | (won & recent)) & Q(customer__archived_at=None)


def in_stage(low, high, on):
    """Deals in their stage for `low` to `high` company days on the day `on`; without `high`, for `low` or longer."""
    condition = Q(entered_at__lt=day_start(on - dt.timedelta(days=low - 1))) if low else Q()
    return condition if high is None else condition & Q(entered_at__gte=day_start(on - dt.timedelta(days=high)))


def chips(on, rule):
    """The three quick filters: {name: condition}. Quiet is the literal rule, planned ones included (D23)."""
    first, last = month_of(on)
    return {
        "stale": OPEN & rule.stale(on, "customer__"),
        "risk": ~Q(risk="") & OPEN,
        "closing": OPEN & Q(expected_close__gte=first, expected_close__lte=last),
    }


def rank(on, rule):
    """The strip's priority as a number, for ordering: 0 is the most urgent (ux §3.2)."""
    waits = waiting(on, "customer__")
    standing = CardNote.objects.filter(until=None)
    good_since = on - dt.timedelta(days=GOOD_DAYS)
    conditions = {
        "overdue": Q(customer__next_step_on__lt=on),
        "quiet": OPEN & rule.quiet(on, "customer__"),
        "nextless": OPEN & Q(customer__next_step_on=None) & ~waits,
        "hold": Q(pk__in=standing.filter(kind="hold").values("deal")),
        "risk": ~Q(risk=""),
        "planned": OPEN & rule.quiet_planned(on, "customer__"),
        "waiting": (OPEN & waits) | Q(pk__in=standing.filter(kind="waiting").values("deal")),
        "good": Q(pk__in=standing.filter(kind__in=["good", "bad"], since__gte=day_start(good_since)).values("deal")),
    }
    whens = [When(conditions[name], then=Value(place)) for place, name in enumerate(ORDER)]
    return Case(*whens, default=Value(CALM), output_field=IntegerField())
