"""How soon a new lead is spoken to for the first time (R11), per rep and source, on two clocks.

**Lead**: a customer that was made here in the period. One that an import brought was known before, so it is none; nor
is one that was merged into another. It begins when it was made; one that marketing handed over, when it was asked for.
**Answered**: by its first conversation that counts as contact, talked or sent (D12), at the end of it; one that was
made by writing that conversation down was answered at once.
**elapsed** (hours): as the clock on the wall runs. **working** (hours): the same without the company's rest days, so
that a lead of Friday evening is not late on Monday morning; make-up days count.
**In time** on a clock: answered within 24 hours of it. **Late**: answered later, or not at all after 24 hours.
**Waiting**: not answered, and its 24 hours are not over. The share is in time ÷ (in time + late); the median is that of
the same leads, one that is not answered yet counting with the time it has waited so far: silence betters no figure.
Counted for the customer's owner and team of today. Answers are looked for up to now, after the period too.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cache
from statistics import median

from django.db.models import Min, Q

from core.periods import day_start, today, zone
from customers.models import Customer

CLOCKS = ("elapsed", "working")
STATES = ("in_time", "late", "waiting")
WITHIN = 24  # hours
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Lead:
    """One lead; `hours` until the answer, or so far, by clock."""

    id: int
    counted_at: dt.datetime  # when it was made: the period it is counted in
    since: dt.datetime
    answered_at: dt.datetime | None
    team: int | None
    person: int | None
    source: str
    hours: dict

    def state(self, clock):
        if self.hours[clock] > WITHIN:
            return "late"
        return "in_time" if self.answered_at else "waiting"


@dataclass(frozen=True)
class Response:
    """One clock: leads by state; share 0–1 and median hours are None while nothing is due."""

    clock: str
    in_time: int
    late: int
    waiting: int
    median: float | None

    @property
    def counts(self):
        return [(state, getattr(self, state)) for state in STATES]

    @property
    def due(self):
        return self.in_time + self.late

    @property
    def share(self):
        return self.in_time / self.due if self.due else None


def leads_in(scope, start, end):
    """The customers of a scope that are leads made in [start, end)."""
    return Customer.objects.filter(scope.customers(), batch=None, made_at__gte=start, made_at__lt=end)


def read_leads(scope, start, end, *, now, calendar, only=None):
    """The leads of a scope made in [start, end), oldest first; `only` narrows them by a condition. One query."""
    handed = Min("requests__asked_at", filter=Q(requests__kind__makes_customer=True))
    rows = (
        leads_in(scope, start, end).filter(only or Q())
        .annotate(handed=handed).order_by("made_at", "pk")
        .values_list("pk", "made_at", "handed", "first_response_at", "team", "owner", "source")
    )
    found = []
    for pk, made, asked, answered, team, person, source in rows:
        since = min(made, asked) if asked else made
        hours = {clock: hours_between(since, answered or now, clock, calendar) for clock in CLOCKS}
        found.append(Lead(pk, made, since, answered, team, person, source.strip(), hours))
    return found


def hours_between(start, end, clock, calendar):
    """Hours from start to end (aware), 0 when end is not after start; on the working clock without rest days."""
    if end <= start:
        return 0.0
    span = end - start
    if clock == "working":
        span -= resting(start, end, calendar)
    return span.total_seconds() / 3600


def resting(start, end, calendar):
    """How much of the time from start to end lies on rest days."""
    first, last = today(start), today(end)
    if first == last:
        return dt.timedelta() if calendar.works(first) else end - start
    rest = dt.timedelta()
    if not calendar.works(first):
        rest += day_start(first + DAY) - start
    if not calendar.works(last):
        rest += end - day_start(last)
    if is_even(zone(), first.year, last.year):  # a lead nobody answers has months between: they are not walked through
        return rest + ((last - first).days - 1 - calendar.working_days(first + DAY, last - DAY)) * DAY
    between = (first + n * DAY for n in range(1, (last - first).days))
    return sum((day_start(day + DAY) - day_start(day) for day in between if not calendar.works(day)), rest)


@cache
def is_even(place, first, last):
    """Whether every day of these years has 24 hours in a zone, the company's."""
    starts = [day_start(dt.date(year, month, 1)) for year in range(first, last + 1) for month in range(1, 13)]
    return len({moment.astimezone(place).utcoffset() for moment in starts}) == 1


def first_response(leads, clock):
    """The Response of leads on one clock, as the head of this file says."""
    states = Counter(lead.state(clock) for lead in leads)
    due = [lead.hours[clock] for lead in leads if lead.state(clock) != "waiting"]
    return Response(clock, *(states[state] for state in STATES), round(median(due), 1) if due else None)


def leads_behind(leads, clock, of):
    """The leads one figure counts: "due", or one of STATES. Raises KeyError for no figure."""
    wanted = {"due": ("in_time", "late"), **{state: (state,) for state in STATES}}[of]
    return [lead for lead in leads if lead.state(clock) in wanted]
