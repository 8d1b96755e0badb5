"""Targets (R9, R36, D30): signed amount and new customers of a month for teams and people.

A target locks when it is first saved, or at the end of the third working day of its month, whichever is first: its
first value is kept, and a later change needs a reason and stands beside it. Children need not add up; the gap is shown.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from accounts.calendar import Calendar
from activity.recording import record, record_many
from core.changing import change
from core.periods import today
from reviews.models import Scope as Kind
from reviews.models import Target

METRICS = (Target.Metric.SIGNED, Target.Metric.NEW_CUSTOMERS)
LOCKED_AFTER = 3  # working days


class NeedsReason(ValueError):
    """A locked target changes only with a reason."""


def locks_at(period, calendar=None):
    """The end of the third working day of the period: from then on a first value is a late one."""
    calendar = calendar or Calendar.load()
    third = calendar.next_working_day(period.first - dt.timedelta(days=1), LOCKED_AFTER)
    return calendar.end_of_day(third)


def may_aim(user, scope, known):
    """Managers set the targets of the teams they lead and of the people in them; nobody else does (D8)."""
    if not user.is_manager:
        return False
    led = set(user.teams_led())
    return scope.kind == Kind.TEAM and scope.id in led or scope.kind == Kind.PERSON and scope.parent in led


def aim(period, metric, scope, value, *, by, now, expect=None, reason=""):
    """Set one target; None takes it away as 0. The first value is kept for ever. Returns the Target.

    `expect` is the version the typist saw. Raises NeedsReason when an existing target changes without one, Conflict.
    """
    value = Decimal(value or 0)
    with transaction.atomic():
        target, made = Target.objects.get_or_create(
            period=period.code, metric=metric, detail="", scope=scope.kind, scope_id=scope.id,
            defaults={"value": value, "first_value": value, "locked_at": now, "reason": reason[:200]},
        )
        before = None if made else target.value
        if not made and before != value:
            if not reason.strip():
                raise NeedsReason
            change(target, by=by, expect=expect, value=value, reason=reason.strip()[:200])
        if made or before != value:
            record("reviews.aimed", target, by=by, at=now, scope=scope.name or scope.code, metric=metric,
                   period=period.code, value=str(value), before=None if before is None else str(before), reason=reason)
    return target


def copy_month(period, scopes, *, by, now, percent=0):
    """Give every scope without a target what it had the month before, with `percent` on top. Returns how many."""
    have = set(Target.objects.of(period).values_list("metric", "scope", "scope_id"))
    wanted = {(scope.kind, scope.id) for scope in scopes}
    made = []
    for old in Target.objects.of(period.previous()).filter(metric__in=METRICS):
        if (old.scope, old.scope_id) in wanted and (old.metric, old.scope, old.scope_id) not in have:
            value = grown(old.value, percent, whole=old.metric == Target.Metric.NEW_CUSTOMERS)
            target = Target(period=period.code, metric=old.metric, scope=old.scope, scope_id=old.scope_id, value=value,
                            first_value=value, locked_at=now)
            target._history_user = by
            target.save()
            made.append(target)
    record_many("reviews.aimed", made, by=by, at=now, data=lambda target: {
        "scope": "", "metric": target.metric, "period": period.code, "value": str(target.value), "before": None,
        "reason": "",
    })
    return len(made)


def grown(value, percent, *, whole):
    """A value with some percent on top, to the whole yuan or customer."""
    more = value * (100 + percent) / 100
    return more.quantize(Decimal(1)) if whole or percent else value


@dataclass
class Line:
    """One row of the grid: a team, or a person in it."""

    scope: object
    cells: list  # one for each metric
    is_team: bool = False


@dataclass
class Box:
    metric: str
    scope: object
    target: Target | None
    editable: bool
    gap: Decimal | None = None  # of a team: what its people do not have yet
    error: str = ""
    typed: str = ""

    @property
    def name(self):
        return f"{self.metric}.{self.scope.code}"

    @property
    def late(self):
        """Changed after the first value: both are shown."""
        return bool(self.target and self.target.value != self.target.first_value)


def grid(user, period, known):
    """The lines somebody reads: his teams with their people; a rep his own. One query beside the places."""
    rows = {(t.metric, t.scope, t.scope_id): t for t in Target.objects.visible_to(user).of(period)}

    def boxes(scope, people=()):
        found = []
        for metric in METRICS:
            target = rows.get((metric, scope.kind, scope.id))
            parts = [rows[key].value for p in people if (key := (metric, p.kind, p.id)) in rows]
            gap = target.value - sum(parts, Decimal(0)) if target and people else None
            found.append(Box(metric, scope, target, may_aim(user, scope, known), gap))
        return found

    if user.is_rep:
        me = next((p for p in known.people if p.id == user.pk), None)
        return [Line(me, boxes(me))] if me else []
    led = {team.id for team in known.teams} if user.is_admin else set(user.teams_led())
    lines = []
    for team in known.teams:
        if team.id in led:
            people = [p for p in known.people if p.parent == team.id]
            lines.append(Line(team, boxes(team, people), is_team=True))
            lines += [Line(person, boxes(person)) for person in people]
    return lines


def is_late(period, now):
    """Whether the month's targets are past their lock."""
    return today(now) > period.last or now > locks_at(period)
