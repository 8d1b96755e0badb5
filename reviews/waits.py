"""The page of what waiting for other departments costs (M11): of one scope, in one month, and how it went for a year.

A place that sells reads the waiting of its own deals, by the department waited for; a department that takes requests
reads the waiting it was asked for, and what of it lay outside its control. Figures: collaboration/waiting.py.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from django.db.models import Q

from accounts.calendar import Calendar
from collaboration.models import RequestInterval, RequestKind
from collaboration.waiting import Counted, cause_words, cost_of, grouped_costs, read_stretches

MONTHS = 12  # of the trend


@dataclass(frozen=True)
class Line:
    """One department, kind, cause or month: how it is asked for, its label, how many deals waited, and working days to
    a tenth: all of them, the department's, the asker's. `bar` is its percent of the longest line."""

    key: object
    label: object
    deals: int
    days: float
    department: float
    asker: float
    bar: int


def held_by(scope):
    """The stretches a scope pays for: of its deals, or for a department that takes requests what was asked of it."""
    if takes_requests(scope):
        inside = Q(department=scope.id) | Q(department__path__contains=f"/{scope.id}/")
        return RequestInterval.objects.filter(inside)
    return RequestInterval.objects.filter(scope.deals("request__deal__"))


def takes_requests(scope):
    return scope.serves and not scope.sells


@dataclass
class Waits:
    """The stretches of a scope in the year that ends with the month `period`. `day`: minutes of a working day."""

    scope: object
    period: object
    year: list
    minutes: Counted
    day: int

    @classmethod
    def read(cls, scope, period, *, now, months=MONTHS):
        """Of the last `months` up to `period`. Two queries beside the calendar's."""
        calendar = Calendar.load()
        first = period
        for _month in range(months - 1):
            first = first.previous()
        year = read_stretches(held_by(scope), first.starts_at, min(period.ends_at, now))
        return cls(scope, period, year, Counted(calendar), calendar.day_minutes() or 1)

    def inside(self, period=None):
        """The stretches of one month; one that reaches over its end is cut."""
        period = period or self.period
        first, last = period.starts_at, period.ends_at
        return [
            one if first <= one.start and one.end <= last
            else replace(one, start=max(one.start, first), end=min(one.end, last))
            for one in self.year if one.start < last and one.end > first
        ]

    def cost(self, stretches):
        return cost_of(stretches, self.minutes)

    def lines(self, by, words):
        """A Line for each department, kind or cause of the month, the longest first."""
        found = grouped_costs(self.inside(), lambda one: getattr(one, by), self.minutes)
        return self.shown([(key, words(key), cost) for key, cost in found])

    def trend(self):
        """A Line for each of the twelve months, the oldest first."""
        months = [self.period]
        while len(months) < MONTHS:
            months.insert(0, months[0].previous())
        return self.shown([(one.code, one.first, self.cost(self.inside(one))) for one in months])

    def shown(self, costs):
        """Lines of (key, label, Cost)."""
        most = max([cost.minutes for *_names, cost in costs], default=0) or 1
        return [
            Line(key, label, len(cost.deals), self.days(cost.minutes), self.days(cost.department),
                 self.days(cost.asker), round(100 * cost.minutes / most))
            for key, label, cost in costs
        ]

    def tables(self):
        """[(what, lines)]: by department for those who wait, by kind and cause for everybody."""
        kinds = {one.pk: one.words for one in RequestKind.objects.all()}
        found = [] if takes_requests(self.scope) else [("department", self.departments())]
        return [*found, ("kind", self.lines("kind", kinds.get)), ("cause", self.lines("cause", cause_words))]

    def departments(self):
        return self.lines("department", {one.department: one.place for one in self.year}.get)

    def days(self, minutes):
        """Working days to a tenth."""
        return round(minutes / self.day, 1)


def by_deal(waits, stretches):
    """[(deal, Line of it, requests)], the longest waiting first: as many as the deals of the figure they are behind."""
    found = grouped_costs(stretches, lambda one: one.deal, waits.minutes)
    requests = defaultdict(dict)
    for one in stretches:
        requests[one.deal][one.request] = None
    return [(pk, waits.shown([(pk, pk, cost)])[0], list(requests[pk])) for pk, cost in found]


def narrowed(stretches, asked):
    """Those of one department, kind or cause: `asked` is {"department": 3}."""
    return [one for one in stretches if all(getattr(one, name) == value for name, value in asked.items())]
