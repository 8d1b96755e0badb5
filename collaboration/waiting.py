"""What waiting for other departments costs a deal (M11): how long, on whose side, for which department, kind and cause.

Counted: the stretches of requests tied to a deal that somebody held (RequestInterval, M10), only while the deal stood
in an open stage: a deal that is won or lost waits no more. Time is working minutes of the company's calendar; a part of
a minute at either end is left out. Requests that overlap count once within every figure: a figure of two departments
is at most the sum of theirs. **Sides**: what a department held is the department's; the rest, held by the asker alone,
is what lay outside its control. **Cause** is the state it lay in: not yet taken, in work, a question open.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import pgettext

from accounts.calendar import Calendar
from accounts.models import Department
from collaboration.cards import place_words
from collaboration.clocks import span_words
from collaboration.models import CollaborationRequest, RequestInterval
from core.periods import day_start
from pipeline.models import Deal, StageProgress

IN_APPROVAL = "approval"
FIRST_DAY = dt.date(2000, 1, 1)  # before any request


@dataclass(frozen=True)
class Stretch:
    """One held stretch of a request while its deal was open."""

    deal: int
    request: int
    department: int
    kind: int
    cause: str
    holder: str
    start: dt.datetime
    end: dt.datetime
    running: bool
    amount: Decimal | None  # of the deal today, in CNY
    place: str  # the department's name in the reader's language


@dataclass
class Cost:
    """`department` and `asker` are working minutes of deals that waited: deal-minutes. `deals` are those deals with
    what each is worth today (CNY)."""

    department: int = 0
    asker: int = 0
    deals: dict = field(default_factory=dict)

    @property
    def minutes(self):
        return self.department + self.asker

    @property
    def amount(self):
        return sum(amount for amount in self.deals.values() if amount)


def read_stretches(held, start, end):
    """The Stretches of RequestIntervals (a queryset chosen by the caller's rights) inside [start, end), `end` at most
    now. Two queries."""
    held = held.filter(
        Q(ended_at=None) | Q(ended_at__gt=start), started_at__lt=end, request__deal__isnull=False
    ).exclude(holder=RequestInterval.Holder.NOBODY)
    open_spans = defaultdict(list)
    stays = StageProgress.objects.standing().filter(
        Q(left_at=None) | Q(left_at__gt=start), stage__kind="open", entered_at__lt=end,
        deal__in=held.order_by().values("request__deal"),
    )
    for deal, entered, left in stays.order_by().values_list("deal", "entered_at", "left_at"):
        open_spans[deal].append((max(entered, start), min(left or end, end)))
    rows = held.order_by("started_at", "pk").values_list(
        "request__deal", "request", "department", "request__kind", "request__kind__is_approval", "state", "holder",
        "started_at", "ended_at", "request__deal__amount",
        "department__name", "department__name_en",
    )
    open_spans = {deal: union(spans) for deal, spans in open_spans.items()}
    found, places = [], {}
    for deal, request, department, kind, approves, state, holder, begins, ends, amount, name, name_en in rows:
        cause = IN_APPROVAL if approves and state == "submitted" else state
        if department not in places:
            places[department] = place_words(Department(name=name, name_en=name_en))
        place, span = places[department], (max(begins, start), min(ends or end, end))
        for first, last in overlap([span], open_spans.get(deal, ())):
            running = ends is None and last == end
            found.append(Stretch(deal, request, department, kind, cause, holder, first, last, running, amount, place))
    return found


def cost_of(stretches, minutes):
    """The Cost of stretches. `minutes(start, end)` counts working minutes (Counted, below)."""
    total, by_deal = Cost(), defaultdict(lambda: ([], []))
    for one in stretches:
        by_deal[one.deal][one.holder == RequestInterval.Holder.ASKER].append((one.start, one.end))
        total.deals[one.deal] = one.amount
    for served, asked in by_deal.values():
        served, asked = union(served), union(asked)
        all_of_it = sum(minutes(*span) for span in union(served + asked))
        of_department = sum(minutes(*span) for span in served)
        total.department += of_department
        total.asker += all_of_it - of_department
    return total


def grouped_costs(stretches, key, minutes):
    """[(key, Cost)], the longest waiting first."""
    groups = defaultdict(list)
    for one in stretches:
        groups[key(one)].append(one)
    found = [(name, cost_of(mine, minutes)) for name, mine in groups.items()]
    return sorted(found, key=lambda pair: (-pair[1].minutes, str(pair[0])))


@dataclass(frozen=True)
class Told:
    """What one deal waited in all its life, in words: altogether, [(department, how long)], with the asker alone."""

    deal: object
    words: str
    places: list
    asker: str


def told(requests, *, now):
    """[Told] for each deal of `requests` (a queryset of what a person may see) that waited, the longest first."""
    minutes = Counted(Calendar.load())
    stretches = read_stretches(RequestInterval.objects.filter(request__in=requests), day_start(FIRST_DAY), now)
    places = {one.department: one.place for one in stretches}
    of_deal = defaultdict(list)
    for one in stretches:
        of_deal[one.deal].append(one)
    deals = Deal.objects.in_bulk(of_deal)
    found = []
    for pk, cost in grouped_costs(stretches, lambda one: one.deal, minutes):
        by_place = grouped_costs(of_deal[pk], lambda one: one.department, minutes)
        found.append(Told(
            deals[pk], span_words(cost.minutes), [(places[key], span_words(part.minutes)) for key, part in by_place],
            span_words(cost.asker) if cost.asker else "",
        ))
    return found


class Counted:
    """Working minutes between two moments, each cut to its whole minute; spans that come again are counted once."""

    def __init__(self, calendar):
        self.calendar, self.known = calendar, {}

    def __call__(self, start, end):
        span = (start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
        if span not in self.known:
            self.known[span] = self.calendar.working_minutes(*span)
        return self.known[span]


def union(spans):
    """Spans of (start, end) without overlaps, in order, touching ones joined; empty ones are dropped."""
    found = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def overlap(some, others):
    """The parts of `some` spans that lie inside one of `others`."""
    both = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return [(start, end) for start, end in both if start < end]


def cause_words(cause):
    """The state it lay in, in the reader's language."""
    if cause == IN_APPROVAL:
        return pgettext("request state", "In approval")
    return str(dict(CollaborationRequest.State.choices)[cause])
