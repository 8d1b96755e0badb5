"""How long deals stay in a stage, by the survival curve of one month, so that those still there count (M5, R38).

Counted are the stays in open stages that touch the days of the period, each by itself: a deal that comes back begins a
new stay. An age is company days from the day the stay began. A stay that began in the period is under view from age 0,
one that was there before from the age it had on the period's first day (late arrival), and both until the day they
ended, whichever way the deal went, or the last day looked at: the period's, today while it runs. A stay whose stage was
merged into another did not end by itself: it drops out that day, as one still open does. What is known, and
when a stay stands, is as in reviews/flows.py. The curve, its median and the interval: pipeline/survival.py.
"""

import datetime as dt
from collections import Counter
from itertools import zip_longest
from typing import NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from core.periods import today, zone
from pipeline.survival import median_of
from reviews.flows import known_stays
from reviews.scopes import COMPANY


class Seen(NamedTuple):
    """One stay as the period saw it: `since` and `until` are ages in company days, `left` whether it ended."""

    deal: int
    stage: int
    entered_at: dt.datetime
    since: int
    until: int
    left: bool


def dwell_of(flows, scope, throughout=None):
    """[{"stage", "stays", "left", "open", "median", "low", "high", "thin"}] of the open stages in use, and of others
    that anybody was in: counts of stays, company days; None where the curve does not come down so far. One query, but
    where the stays that stood all the time are told: (stage, moment it began) of each (reviews/balance.py)."""
    spans = {fact.id: [] for fact in flows.stages.values() if fact.is_open}
    for seen in _touched(flows):
        spans[seen.stage].append((seen.since, seen.until, seen.left, 1))
    first, last = today(flows.start), _last_day(flows)
    for stage, day, times in _throughout(flows, scope) if throughout is None else _by_day(throughout):
        spans[stage].append(((first - day).days, (last - day).days, False, times))
    lines = []
    for stage, those in spans.items():
        if those or flows.stages[stage].live:
            found = median_of(those)
            lines.append({
                "stage": stage, "stays": found.stays, "left": found.left, "open": found.open, "median": found.days,
                "low": found.low, "high": found.high, "thin": found.thin,
            })  # fmt: skip
    return lines


def stays_seen(flows, scope, stage, then=None):
    """[Seen] of one stage, the stays that dwell_of() counts, by the day they began."""
    found = [seen for seen in _touched(flows) if seen.stage == stage]
    for deal, entered_at in _standing(flows, scope, then).filter(stage=stage).values_list("deal_id", "entered_at"):
        if then is None or then.inside(*then.place(deal)):
            found.append(Seen(deal, stage, entered_at, *_ages(flows, today(entered_at)), False))
    return sorted(found, key=lambda seen: (seen.entered_at, seen.deal))


def _touched(flows):
    """The stays that began or ended in the period."""
    first = today(flows.start)
    for stays in flows.by_deal.values():
        for stay, after in zip_longest(stays, stays[1:]):
            begins = flows.start <= stay.entered_at < flows.end
            left = stay.left_at is not None and flows.start <= stay.left_at < flows.end
            if not flows.stages[stay.stage].is_open or not (begins or (left and stay.entered_at < flows.start)):
                continue
            day = today(stay.entered_at)
            until = today(stay.left_at) if left else _last_day(flows)
            left = left and not (after and flows.carried(stay, after))
            yield Seen(
                stay.deal, stay.stage, stay.entered_at, max((first - day).days, 0), (until - day).days, left
            )


def _throughout(flows, scope):
    """[(stage, day it began, how many)] of the stays that began before the period and stood at its end."""
    rows = _standing(flows, scope).annotate(day=TruncDate("entered_at", tzinfo=zone())).values_list("stage_id", "day")
    return rows.annotate(times=Count("pk"))


def _by_day(stays):
    counted = Counter((stage, today(began)) for stage, began in stays)
    return [(stage, day, times) for (stage, day), times in counted.items()]


def _standing(flows, scope, then=None):
    stands = Q(entered_at__lt=flows.start) & (Q(left=None) | Q(left__gte=flows.end))
    return known_stays(COMPANY if then else scope, flows.as_of).filter(stands, stage__kind="open").order_by()


def _ages(flows, day):
    """From which age to which a stay that stood throughout was under view."""
    return (today(flows.start) - day).days, (_last_day(flows) - day).days


def _last_day(flows):
    return today(max(flows.end - dt.timedelta(microseconds=1), flows.start))
