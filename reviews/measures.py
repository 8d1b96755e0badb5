"""What a goal of the method may be measured by (R5, R10–R13, R24): each measure over any stretch of company days.

**response_elapsed**, **response_working**: share of leads answered within 24 hours, on either clock
(reviews/responses.py; those that still have time are not counted).
**conversion**: of the customers that became prospect (线索) in the stretch, the share that had reached interested or
higher within 30 days; **conversion_won**: of those that became interested, the share won within 60 days. Only those
whose days are over are counted, so that a young stretch has the same time as an old one. Tags as in reviews/rates.py.
**in_time**: share of measured conversations written down within the limit of minutes set up
(customers/promptness.py).
**approval_days**: working days until a contract was approved, by the day of the approval (reviews/approvals.py).
**cycle_days**, **cycle_working**: days from a customer's first conversation to the win, by the day of the win, as
calendar days and as working days between them; customers without a first conversation are not counted.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import mean, median

from django.utils.translation import gettext_lazy as _

from accounts import switches
from accounts.calendar import Calendar
from core.periods import day_start, today
from reviews.approvals import read_approvals
from reviews.beyond import count_of
from reviews.chance import Count
from reviews.facts import known_changes
from reviews.promptlead import leads_by_month
from reviews.promptly import timed_counts
from reviews.rates import RANK
from reviews.responses import read_leads
from reviews.scopes import read_stages
from reviews.talk import read_talks
from reviews.wins import won_stays

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """Company days `first` to `last`, read at `now` for a scope. What two measures read alike is read once."""

    scope: object
    first: dt.date
    last: dt.date
    now: dt.datetime
    read: dict = field(default_factory=dict, compare=False, repr=False)

    def once(self, name, read):
        if name not in self.read:
            self.read[name] = read()
        return self.read[name]

    @property
    def start(self):
        return day_start(self.first)

    @property
    def end(self):
        return max(min(day_start(self.last + DAY), self.now), self.start)


@dataclass(frozen=True)
class Line:
    """One case behind a figure: the id of what it is, when it counted, and its value: true or false, or a time."""

    id: int
    at: object
    value: object


@dataclass(frozen=True)
class Measure:
    """`what` its cases are, `unit` "share", "hours" or "days", `up` whether more is better, `read(stretch)` its Lines;
    `count(stretch)` the Count of a share without reading them, where the database can; `months(stretch)` the Count of
    each of its months, {month code: Count}, likewise."""

    name: str
    label: object
    what: str
    unit: str
    up: bool
    read: Callable
    count: Callable | None = None
    months: Callable | None = None

    @property
    def is_share(self):
        return self.unit == "share"


@dataclass(frozen=True)
class Sample:
    """What a measure says of a stretch: a Count of a share, or the times in order."""

    count: Count | None = None
    times: tuple = ()

    @property
    def n(self):
        return self.count.entered if self.count else len(self.times)

    @property
    def value(self):
        """The share (0–1), or the mean time; None for nothing counted."""
        if self.count:
            return self.count.share
        return mean(self.times) if self.times else None

    @property
    def median(self):
        return median(self.times) if self.times else None


def sample_of(measure, stretch):
    if measure.count:
        return Sample(measure.count(stretch))
    values = [line.value for line in measure.read(stretch)]
    return Sample(count_of(values)) if measure.is_share else Sample(times=tuple(sorted(values)))


def responses(clock):
    def read(stretch):
        leads = stretch.once("leads", lambda: read_leads(
            stretch.scope, stretch.start, stretch.end, now=stretch.now, calendar=Calendar.load()
        ))
        states = ((lead, lead.state(clock)) for lead in leads)
        return [Line(lead.id, lead.counted_at, state == "in_time") for lead, state in states if state != "waiting"]

    return read


def responses_by_month(clock):
    return lambda stretch: stretch.once("leads by month", lambda: leads_by_month(
        stretch.scope, stretch.start, stretch.end, now=stretch.now, calendar=Calendar.load()
    ))[clock]  # fmt: skip


def conversions(tag, to, days):
    def read(stretch):
        within, entered, reached = dt.timedelta(days=days), {}, set()
        changes = known_changes(stretch.scope, stretch.now).filter(at__gte=stretch.start, at__lt=stretch.end + within)
        for pk, old, new, at in changes.order_by("at", "pk").values_list("customer_id", "old", "new", "at"):
            if new == tag and RANK[old] < RANK[tag] and at < stretch.end:
                entered.setdefault(pk, at)
            elif pk in entered and RANK[new] >= RANK[to] and at <= entered[pk] + within:
                reached.add(pk)
        return [Line(pk, at, pk in reached) for pk, at in entered.items() if at + within <= stretch.now]

    return read


def promptness(stretch):
    limit = switches.get("in_time_minutes")
    talks = read_talks(stretch.scope, stretch.start, stretch.end, stretch.now, limit)
    return [Line(talk.id, talk.happened_at, talk.in_time) for talk in talks if talk.timed]


def promptness_counted(stretch):
    limit = switches.get("in_time_minutes")
    return timed_counts(stretch.scope, stretch.start, stretch.end, stretch.now, limit, Calendar.load())


def approvals(stretch):
    found = read_approvals(stretch.scope, stretch.start, stretch.end, calendar=Calendar.load())
    return [Line(one.id, one.done_at, one.days) for one in found]


def cycles(working):
    def read(stretch):
        calendar, found = Calendar.load(), []
        for deal, at, first in stretch.once("wins", lambda: wins_with_first(stretch)):
            days = cycle(today(first), today(at), calendar if working else None)
            found.append(Line(deal, at, days))
        return found

    return read


def wins_with_first(stretch):
    """[(deal, when it was won, its customer's first conversation)], oldest win first. Two queries."""
    won = won_stays(stretch.scope, read_stages(), stretch.start, stretch.end, stretch.now)
    rows = won.filter(deal__customer__first_response_at__lt=stretch.end).order_by("entered_at", "pk")
    return list(rows.values_list("deal_id", "entered_at", "deal__customer__first_response_at"))


def cycle(first, last, calendar=None):
    """Days from one day to another, 0 where it is not later; with a calendar the working days after the first."""
    if last <= first:
        return 0
    return calendar.working_days(first + DAY, last) if calendar else (last - first).days


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("response_elapsed", _("First response within 24 hours"), "customer", "share", True,
                responses("elapsed"), months=responses_by_month("elapsed")),
        Measure("response_working", _("First response within 24 hours, without rest days"), "customer", "share", True,
                responses("working"), months=responses_by_month("working")),
        Measure("conversion", _("Leads that became interested within 30 days"), "customer", "share", True,
                conversions("prospect", "interested", 30)),
        Measure("conversion_won", _("Interested customers won within 60 days"), "customer", "share", True,
                conversions("interested", "won", 60)),
        Measure("in_time", _("Conversations logged within the minutes set up"), "talk", "share", True, promptness,
                promptness_counted),
        Measure("approval_days", _("Contract approval, working days"), "request", "days", False, approvals),
        Measure("cycle_days", _("First conversation to the win, days"), "deal", "days", False, cycles(False)),
        Measure("cycle_working", _("First conversation to the win, working days"), "deal", "days", False, cycles(True)),
    )
}  # fmt: skip
OTHER_CLOCK = {"response_elapsed": "response_working", "response_working": "response_elapsed",
               "cycle_days": "cycle_working", "cycle_working": "cycle_days"}  # fmt: skip
