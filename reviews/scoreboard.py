"""The method scoreboard (R10–R13, M7): goals, what each was in its baseline and is now, and whether that is more than
chance (reviews/beyond.py). Nothing of it is kept but the goal: both sides are counted when the page is opened, by the
same rule (reviews/measures.py), from what is known now.

A goal changes by points (percentage points of a share, days of a time), by so many percent of the baseline, or to a
value; which of them stands in the goal. Before runs over the days of its baseline, now from the day it is measured from
to its end or to today.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import override

from accounts import switches
from activity.recording import record
from core.changing import change
from core.errors import NotAllowed
from core.periods import period_of, today
from reviews import beyond
from reviews.measures import MEASURES, Sample, Stretch, sample_of
from reviews.models import MethodGoal
from reviews.models import Scope as Kind
from reviews.scopes import Scope

DAY = dt.timedelta(days=1)
BASELINE = 3  # months, of a goal that is switched on
AHEAD = 3
PRESETS = {  # the three of the method: (measure, direction, kind, size)
    "response": ("response_elapsed", "up", "level", 90),
    "conversion": ("conversion", "up", "relative", 15),
    "approval": ("approval_days", "down", "points", 3),
}


@dataclass(frozen=True)
class Scored:
    """A goal with what was counted before and now."""

    goal: MethodGoal
    before: Sample
    now: Sample
    on: dt.date

    @property
    def measure(self):
        return MEASURES[self.goal.metric]

    @property
    def aim(self):
        """The value to be reached: a share (0–1) or a time; None where the baseline has none to start from."""
        size, goal = float(self.goal.size), self.goal
        size /= 100 if goal.kind == "relative" or self.measure.is_share else 1
        if goal.kind == "level":
            return size
        if self.before.value is None:
            return None
        signed = size if goal.direction == "up" else -size
        found = self.before.value * (1 + signed) if goal.kind == "relative" else self.before.value + signed
        return min(max(found, 0.0), 1.0) if self.measure.is_share else max(found, 0.0)

    @property
    def change(self):
        """Now less before, in the unit; None unless both are there."""
        return None if None in (self.now.value, self.before.value) else self.now.value - self.before.value

    @property
    def relative(self):
        """The change as a part of what it was; None from nothing."""
        return self.change / self.before.value if self.change is not None and self.before.value else None

    @property
    def interval(self):
        """(low, high) of the change at 95 percent; None with too few on a side."""
        if self.change is None:
            return None
        if self.measure.is_share:
            return beyond.newcombe(self.now.count, self.before.count)
        few = min(self.now.n, self.before.n) < beyond.LEAST
        return None if few else beyond.shift_interval(self.now.times, self.before.times)

    @property
    def beyond(self):
        """"better" or "worse" where the change is more than chance, else ""."""
        if not self.change:
            return ""
        if self.measure.is_share:
            differs = beyond.share_differs(self.now.count, self.before.count)
        else:
            differs = beyond.times_differ(self.now.times, self.before.times)
        if not differs:
            return ""
        if not self.measure.is_share and self.change * sum(self.interval) < 0:
            return ""  # a few large times move the mean one way, most the other: neither is said
        return "better" if (self.change > 0) == (self.goal.direction == "up") else "worse"

    @property
    def more(self):
        """How many more cases now until the change that is aimed at would show; 0 for enough, None where the baseline
        is too small for it."""
        if self.aim is None or self.before.value is None:
            return None
        size = self.aim - self.before.value
        if self.measure.is_share:
            return beyond.more_cases(self.now.count, self.before.count, size)
        return beyond.more_times(self.now.times, self.before.times, size)

    @property
    def reached(self):
        if self.aim is None or self.now.value is None:
            return False
        return self.now.value >= self.aim if self.goal.direction == "up" else self.now.value <= self.aim

    @property
    def is_over(self):
        return self.goal.ends_on < self.on


def stretch_of(goal, side, now):
    """The Stretch of "before" or "now"."""
    scope = Scope(goal.scope, goal.scope_id)
    if side == "before":
        return Stretch(scope, goal.before_first, goal.before_last, now)
    return Stretch(scope, goal.since, goal.ends_on, now)


def scored(goals, now):
    """A Scored for each. What two goals share is counted once; at most three queries for each side of a goal."""
    counted = {}

    def sample(goal, side):
        stretch = stretch_of(goal, side, now)
        key = (goal.metric, goal.scope, goal.scope_id, stretch.first, stretch.last)
        if key not in counted:
            counted[key] = sample_of(MEASURES[goal.metric], stretch)
        return counted[key]

    return [Scored(goal, sample(goal, "before"), sample(goal, "now"), today(now)) for goal in goals]


def may_measure(user, scope, name):
    """Whether the measure of a scope is shown: a person's share logged in time is his own, or by the switch (D25)."""
    own = scope.kind == Kind.PERSON and scope.id == user.pk
    return name != "in_time" or scope.kind != Kind.PERSON or own or switches.get("rep_share_shown")


def goals_of(user, scope):
    """The goals of a scope that a person reads, those that were given up left out. One query."""
    rows = MethodGoal.objects.visible_to(user).of(scope).filter(dropped_at=None).select_related("owner")
    return [goal for goal in rows if may_measure(user, scope, goal.metric)]


def may_set(user):
    """Goals are set by managers and admins, for what they read."""
    return user.is_manager or user.is_admin


def proposal(preset, user, now):
    """What the form of a new goal begins with: the last three closed months against the three from this one on."""
    month = period_of("month", today(now))
    first = last = month
    for _n in range(BASELINE):
        first = first.previous()
    for _n in range(AHEAD - 1):
        last = last.next()
    found = {"before_first": first.first, "before_last": month.first - DAY, "since": month.first,
             "ends_on": last.last, "owner": user.pk}
    if preset in PRESETS:
        found |= dict(zip(("metric", "direction", "kind", "size"), PRESETS[preset], strict=True))
    return found


def baseline(scope, data, now):
    """What a goal not yet set would start from: the value of its baseline, None where nothing was counted."""
    stretch = Stretch(scope, data["before_first"], data["before_last"], now)
    return sample_of(MEASURES[data["metric"]], stretch).value


def set_goal(scope, *, by, now, **fields):
    """Begin a goal of a scope found among those that `by` reads. Raises NotAllowed."""
    if not may_set(by) or not may_measure(by, scope, fields["metric"]):
        raise NotAllowed
    goal = MethodGoal.objects.create(scope=scope.kind, scope_id=scope.id, made_by=by, made_at=now, **fields)
    goal.history.update(history_user=by)
    record("reviews.goal_set", goal, by=by, at=now, tell=[goal.owner], due=goal.ends_on.isoformat(),
           **called(goal))
    return goal


def called(goal):
    """The name of what is measured, in both languages, for the record of what happened."""
    label = MEASURES[goal.metric].label
    with override("zh-hans"):
        chinese = str(label)
    with override("en"):
        return {"what": chinese, "what_en": str(label)}


def drop(goal, *, by, now, expect):
    """Give a goal up: it leaves the scoreboard and stays in the record. Raises NotAllowed, Conflict."""
    if not may_set(by):
        raise NotAllowed
    if goal.dropped_at is None and change(goal, by=by, expect=expect, dropped_at=now):
        record("reviews.goal_dropped", goal, by=by, at=now, tell=[goal.owner], **called(goal))
