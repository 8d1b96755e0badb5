"""How soon conversations are written down (M2, R24, D25): four bands, shares and medians of the running week.

A rep sees his own first, the manager his team's figure, a person's only by the switch. Who is counted is said in
customers/promptness.py; the lists behind the numbers are those of reviews/behind.py.
"""

from dataclasses import dataclass
from statistics import median

from django.urls import reverse

from accounts import switches
from core.charts import shares
from core.periods import period_of, today
from reviews.people import by_person
from reviews.talk import BANDS, read_talks


@dataclass(frozen=True)
class Band:
    """One band: its name, how many, of all measured (0–1), the median lag in minutes, and the width of its bar."""

    name: str
    count: int
    share: float | None
    median: float | None
    width: float
    url: str  # the list behind it, empty for none


@dataclass(frozen=True)
class Pace:
    period: object
    scope: object
    limit: int  # minutes
    bands: tuple
    timed: int  # measured conversations
    median: float | None
    day_only: int  # of which only the day is known: neither in time nor late
    before: float | None  # the share of the week before
    people: tuple  # (Scope, in time, measured) of a team, by the switch

    @property
    def share(self):
        return self.bands[0].share

    @property
    def has_any(self):
        return bool(self.timed or self.day_only)


def pace_of(scope, *, now, people=()):
    """The Pace of a scope in the running week. `people` are the persons whose own numbers may be shown. Three small
    queries."""
    period, limit = period_of("week", today(now)), switches.get("in_time_minutes")
    talks = read_talks(scope, period.previous().starts_at, now, now, limit)
    before = [talk for talk in talks if talk.happened_at < period.starts_at and talk.timed]
    week = [talk for talk in talks if talk.happened_at >= period.starts_at]
    timed = [talk for talk in week if talk.timed]
    groups = {name: [talk.lag for talk in timed if talk.band == name] for name in BANDS}
    widths = shares([len(lags) for lags in groups.values()], len(timed) or 1)
    return Pace(
        period=period, scope=scope, limit=limit,
        bands=tuple(
            Band(
                name, len(lags), len(lags) / len(timed) if timed else None, _median(lags), width,
                _list_of(name, period, scope) if lags else "",
            )
            for (name, lags), width in zip(groups.items(), widths, strict=True)
        ),
        timed=len(timed), median=_median([talk.lag for talk in timed]),
        day_only=sum(talk.day_only for talk in week),
        before=sum(talk.in_time for talk in before) / len(before) if before else None,
        people=tuple(
            (person, sum(talk.in_time for talk in mine), len(mine)) for person, mine in by_person(timed, people)
        ),
    )


def _list_of(name, period, scope):
    return f"{reverse('reviews:rows')}?of={name}&period={period.code}&scope={scope.code}"


def _median(lags):
    return round(median(lags), 1) if lags else None
