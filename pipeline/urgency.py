"""Which deals need a person, as conditions of one query: the same priority as pipeline/strips.py says in words."""

import calendar
import datetime as dt

from django.db.models import Case, IntegerField, Q, Value, When

from core.periods import day_start
from customers.models import Customer
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


def chips(on, rule):
    """The three quick filters: {name: condition}. Quiet is the literal rule, planned ones included (D23)."""
    first, last = month_of(on)
    return {
        "stale": OPEN & Q(customer__in=Customer.objects.stale(on, rule).values("pk")),
        "risk": ~Q(risk="") & OPEN,
        "closing": OPEN & Q(expected_close__gte=first, expected_close__lte=last),
    }


def rank(on, rule):
    """The strip's priority as a number, for ordering: 0 is the most urgent (ux §3.2)."""
    quiet = OPEN & Q(customer__in=Customer.objects.quiet(on, rule).values("pk"))
    planned = OPEN & Q(customer__in=Customer.objects.quiet_planned(on, rule).values("pk"))
    waits = Q(customer__waiting_until__gte=on)
    standing = CardNote.objects.filter(until=None)
    good_since = on - dt.timedelta(days=GOOD_DAYS)
    conditions = {
        "overdue": Q(customer__next_step_on__lt=on),
        "quiet": quiet,
        "nextless": OPEN & Q(customer__next_step_on=None) & ~waits,
        "hold": Q(pk__in=standing.filter(kind="hold").values("deal")),
        "risk": ~Q(risk=""),
        "planned": planned,
        "waiting": (OPEN & waits) | Q(pk__in=standing.filter(kind="waiting").values("deal")),
        "good": Q(pk__in=standing.filter(kind="good", since__gte=day_start(good_since)).values("deal")),
    }
    whens = [When(conditions[name], then=Value(place)) for place, name in enumerate(ORDER)]
    return Case(*whens, default=Value(CALM), output_field=IntegerField())
