"""Targets (R9, R36, D30): what a month or quarter aims at, for the company, departments, teams and people.

A target locks when it is first saved, or at the end of the third working day of its period, whichever is first: its
first value is kept, and what comes later needs a reason and stands beside it, with who and when (its history).
"""

import datetime as dt
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.calendar import Calendar
from activity.recording import record, record_many
from core.changing import change, change_each, write_history
from core.errors import Refused
from core.periods import today
from pipeline.models import Stage
from reviews.models import Scope as Kind
from reviews.models import Target
from reviews.scopes import departments_led, leads_all

SUMS = (Target.Metric.SIGNED, Target.Metric.NEW_CUSTOMERS, Target.Metric.WON)  # of these the parts add up
WHOLE = (Target.Metric.NEW_CUSTOMERS, Target.Metric.WON)
LOCKED_AFTER = 3  # working days


class NeedsReason(ValueError):
    """What is typed after the lock needs a reason."""


def locks_at(period, calendar=None):
    """The end of the third working day of the period: from then on a first value is a late one."""
    calendar = calendar or Calendar.load()
    third = calendar.next_working_day(period.first - dt.timedelta(days=1), LOCKED_AFTER)
    return calendar.end_of_day(third)


def is_late(period, now):
    """Whether the period's targets are past their lock."""
    return today(now) > period.last or now > locks_at(period)


def may_aim(user, scope, known):
    """Managers set the targets of the teams they lead, of the people in them, of the departments all of whose teams
    they lead, and the company's when they lead all (D1, D8); nobody else does."""
    if not user.is_manager:
        return False
    led = set(user.teams_led())
    if scope.kind == Kind.COMPANY:
        return leads_all(user, known)
    if scope.kind == Kind.DEPARTMENT:
        return any(scope.id == department.id for department in departments_led(known, led))
    return (scope.id if scope.kind == Kind.TEAM else scope.parent) in led


def aim(period, metric, scope, value, *, by, now, expect=None, reason="", detail=""):
    """Set one target; None takes it away as 0. The first value is kept for ever. Returns the Target.

    `expect` is the version the typist saw. Raises NeedsReason when an existing target changes, or a first one comes
    after the lock, without one; Conflict.
    """
    value, reason = Decimal(value or 0), reason.strip()[:200]
    with transaction.atomic():
        target, made = Target.objects.get_or_create(
            period=period.code, metric=metric, detail=detail, scope=scope.kind, scope_id=scope.id,
            defaults={"value": value, "first_value": value, "locked_at": now, "reason": reason},
        )
        before = None if made else target.value
        if not reason and (is_late(period, now) if made else before != value):
            raise NeedsReason
        if made:
            target.history.update(history_user=by)
        elif before != value:
            change(target, by=by, expect=expect, value=value, reason=reason)
        if made or before != value:
            record("reviews.aimed", target, by=by, at=now, scope=scope.name or scope.code, metric=metric,
                   period=period.code, value=str(value), before=None if before is None else str(before), reason=reason)
    return target


def aim_many(wanted, *, by, now):
    """Set a list of targets: [(period, scope, metric, detail, Target as it is now or None, value, reason)], locked by
    the caller where they are there; the rules of aim() are the caller's to check. Conflict when one moved on. Returns
    the Targets in order; a handful of statements."""
    made, changed, found = [], [], []
    for period, scope, metric, detail, target, value, reason in wanted:
        if target is None:
            target = Target(period=period.code, metric=metric, detail=detail, scope=scope.kind, scope_id=scope.id,
                            value=value, first_value=value, locked_at=now, reason=reason)
            made.append(target)
        else:
            changed.append((target, {"value": value, "reason": reason}))
        found.append(target)
    before = {target.pk: target.value for target, _values in changed}
    with transaction.atomic():
        try:
            Target.objects.bulk_create(made, batch_size=500)
        except IntegrityError as race:
            raise Refused(_("Somebody else has just set one of these targets. Check once more.")) from race
        write_history(made, by=by, made=True)
        change_each(changed, by=by)
        names = {id(target): scope.name or scope.code for target, (_p, scope, *_rest) in
                 zip(found, wanted, strict=True)}
        record_many("reviews.aimed", found, by=by, at=now, data=lambda target: {
            "scope": names[id(target)], "metric": target.metric, "period": target.period, "value": str(target.value),
            "before": str(before[target.pk]) if target.pk in before else None, "reason": target.reason,
        })
    return found


def copy_period(period, scopes, *, by, now, percent=0):
    """Give every scope without a target what it had the period before, with `percent` on top of what adds up; nothing
    for a stage that is out of use. Returns how many."""
    have = set(Target.objects.of(period).values_list("metric", "detail", "scope", "scope_id"))
    wanted = {(scope.kind, scope.id) for scope in scopes}
    reason = _("Copied from %(period)s") % {"period": period.previous().code} if is_late(period, now) else ""
    gone = {str(pk) for pk in Stage.objects.filter(retired_at__isnull=False).values_list("pk", flat=True)}
    made = []
    for old in Target.objects.of(period.previous()):
        if old.metric == Target.Metric.RATE and old.detail in gone:
            continue
        if (old.scope, old.scope_id) in wanted and (old.metric, old.detail, old.scope, old.scope_id) not in have:
            value = grown(old.value, percent if old.metric in SUMS else 0, whole=old.metric in WHOLE)
            target = Target(period=period.code, metric=old.metric, detail=old.detail, scope=old.scope,
                            scope_id=old.scope_id, value=value, first_value=value, locked_at=now, reason=reason)
            target._history_user = by
            target.save()
            made.append(target)
    record_many("reviews.aimed", made, by=by, at=now, data=lambda target: {
        "scope": "", "metric": target.metric, "period": period.code, "value": str(target.value), "before": None,
        "reason": reason,
    })
    return len(made)


def grown(value, percent, *, whole):
    """A value with some percent on top, to the whole yuan or customer."""
    more = value * (100 + percent) / 100
    return more.quantize(Decimal(1)) if whole or percent else value
