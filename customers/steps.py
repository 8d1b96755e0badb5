"""Next steps: planned, moved, kept, missed, dropped; waiting for the customer; weekly ones (D13, R48–R50).

What a step changes on its customer (next_step_on, waiting_until) is kept here; staleness reads those.
"""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from activity.recording import record, record_many
from core.errors import Refused
from core.periods import today
from core.writing import write_rows
from customers import facts
from customers.ending import over
from customers.models import Customer, FollowUp, NextStep

WEEK = dt.timedelta(days=7)


@dataclass
class Plan:
    """One step to make. `kind` ours (due_on is the day to do it) or waiting (due_on is the last day we wait);
    `repeat` "weekly" until the day `until`, or until what `ends` names happens; all three may stay empty."""

    customer: Customer
    owner: object
    due_on: dt.date
    text: str = ""
    due_time: dt.time | None = None
    kind: str = "ours"
    is_visit: bool = False
    repeat: str = ""
    until: dt.date | None = None
    ends: str = ""
    year_chosen: bool = False
    follow_up: FollowUp | None = None


def make_many(plans, *, by, now, batch=None):
    """Insert the steps, without the customers' columns and without an event: for verbs that write those themselves."""
    return NextStep._base_manager.bulk_create(
        [
            NextStep(
                customer=p.customer, owner=p.owner, due_on=p.due_on, text=p.text[:300], due_time=p.due_time,
                kind=p.kind, is_visit=p.is_visit, repeat=p.repeat, until=p.until, ends=p.ends,
                year_chosen=p.year_chosen, follow_up=p.follow_up, made_at=now, made_by=by, batch=batch,
            )
            for p in plans
        ],
        batch_size=facts.BATCH,
    )


def plan_many(plans, *, by, now, batch=None):
    """Plan next steps; a list of Plan in, the steps out, in order. Planning is a first touch: alarms held back after
    an import may ring again from now (D24)."""
    if not plans:
        return []
    with transaction.atomic():
        steps = make_many(plans, by=by, now=now, batch=batch)
        customers = facts.unique([plan.customer for plan in plans])
        facts.set_steps(customers)
        if batch is None:
            for customer in customers:
                customer.alarms_from = None
        fields = ["next_step_on", "waiting_until", "alarms_from"]
        write_rows(customers, fields, batch_size=facts.BATCH)
        record_many("customers.planned", steps, by=by, at=now, about=lambda s: s.customer_id, data=_words)
    return steps


def plan(customer, *, by, now, **fields):
    """The list of one; the owner is the customer's, else `by`."""
    fields.setdefault("owner", customer.owner or by)
    return plan_many([Plan(customer=customer, **fields)], by=by, now=now)[0]


def shift(step, to, *, by, now):
    """Move an open step to another day; counted, and said (step.shifted_as is the event). Refused when it was closed
    meanwhile."""
    was = step.due_on
    if to == was:
        return step
    with transaction.atomic():
        rows = NextStep.objects.open().filter(pk=step.pk, version=step.version)
        if rows.update(due_on=to, moved_count=F("moved_count") + 1, version=F("version") + 1) != 1:
            raise _refused(step)
        step.due_on, step.moved_count, step.version = to, step.moved_count + 1, step.version + 1
        facts.refresh_steps([step.customer])
        step.shifted_as = _say_shifted(step, was.isoformat(), to.isoformat(), by=by, now=now)
    return step


def _say_shifted(step, was, to, *, by, now):
    """The days of a step are told by these events alone: customers/asof.py reads them backwards."""
    [event] = record_many(
        "customers.shifted", [step], by=by, at=now, about=lambda s: s.customer_id,
        data=lambda s: {"text": s.text, "from": was, "to": to, "times": s.moved_count},
    )
    return event


def give(step, to, *, by, now, expect, why=""):
    """An open step becomes somebody else's. `expect` is the version that was shown; Refused when it moved on."""
    was = step.owner
    with transaction.atomic():
        rows = NextStep.objects.open().filter(pk=step.pk, version=expect)
        if rows.update(owner=to, version=F("version") + 1) != 1:
            raise _refused(step)
        step.owner, step.version = to, expect + 1
        said = {"text": step.text, "due_on": step.due_on.isoformat(), "from": was.name, "to": to.name}
        record(
            "customers.step_given", step, by=by, at=now, about=step.customer_id, tell=[to], act=True,
            name=step.customer.name, **said, **({"why": why[:200]} if why else {}),
        )  # fmt: skip
    return step


def undo_shift(event, *, by, now):
    """Back to the day it was moved from. Refused when the step was changed or closed since."""
    shift_back(event.subject_id, event.data["from"], event.data["to"], by=by, now=now)


def shift_back(pk, was, to, *, by, now):
    """Undo a shift from the day `was` to the day `to` (ISO), which then does not count as moved; said like a shift."""
    with transaction.atomic():
        rows = NextStep.objects.open().filter(pk=pk, due_on=to, moved_count__gt=0)
        if rows.update(due_on=was, moved_count=F("moved_count") - 1, version=F("version") + 1) != 1:
            raise Refused(_("This next step was changed or closed meanwhile."))
        step = NextStep._base_manager.select_related("customer").get(pk=pk)
        facts.refresh_steps([step.customer])
        _say_shifted(step, to, was, by=by, now=now)


def close(step, how, *, by, now, kept_by=None):
    """Close an open step as "kept", "missed" or "dropped"; `kept_by` is the follow-up that kept it.

    A weekly step that was kept or missed comes back a week later, until its last day or what ends it. Returns the new
    step or None.
    """
    with transaction.atomic():
        rows = NextStep.objects.open().filter(pk=step.pk)
        if rows.update(closed_at=now, closed_as=how, kept_by=kept_by, version=F("version") + 1) != 1:
            raise _refused(step)
        step.closed_at, step.closed_as, step.kept_by = now, how, kept_by
        again = make_many(_next_rounds([step], now=now), by=by, now=now)
        facts.refresh_steps([step.customer])
        record_many(
            "customers.step_closed", [step], by=by, at=now, about=lambda s: s.customer_id,
            data=lambda s: {"text": s.text, "due_on": s.due_on.isoformat(), "how": how},
        )
    return again[0] if again else None


def close_by_logs(pairs, *, by, now):
    """Close steps by follow-ups, for log_many: [(step, follow_up)]. Kept when the talk was by the due day, else
    missed; a waiting step ends kept, since the customer was spoken to. Steps closed meanwhile stay as they are."""
    groups = {}
    for step, follow_up in pairs:
        in_time = today(follow_up.happened_at) <= step.due_on or step.kind == NextStep.Kind.WAITING
        how = NextStep.ClosedAs.KEPT if in_time else NextStep.ClosedAs.MISSED
        groups.setdefault((how, follow_up.pk), []).append(step)
    for (how, follow_up), steps in groups.items():
        NextStep.objects.open().filter(pk__in=[s.pk for s in steps]).update(
            closed_at=now, closed_as=how, kept_by=follow_up, version=F("version") + 1
        )
    make_many(_next_rounds([step for step, _follow_up in pairs], now=now), by=by, now=now)


def end_repeats(*, now):
    """For a job: open rounds whose end has come are no longer needed. Returns how many; they are not missed."""
    ended = 0
    for step in over(NextStep.objects.open()).select_related("customer"):
        with suppress(Refused):  # somebody closed it meanwhile
            close(step, NextStep.ClosedAs.DROPPED, by=None, now=now)
            ended += 1
    return ended


def hand_over(customers, to):
    """Open steps of customers that change hands go to the new owner."""
    NextStep.objects.open().filter(customer__in=customers).exclude(owner=to).update(owner=to, version=F("version") + 1)


def _next_rounds(steps, *, now):
    plans, day = [], today(now)
    weekly = [s for s in steps if s.repeat == "weekly" and s.closed_as != NextStep.ClosedAs.DROPPED]
    ending = [step.pk for step in weekly if step.ends]
    ended = {step.pk for step in over(NextStep._base_manager.filter(pk__in=ending))} if ending else ()
    for step in weekly:
        if step.pk in ended:
            continue
        due = step.due_on + WEEK
        while due <= day:
            due += WEEK
        if step.until is None or due <= step.until:
            plans.append(
                Plan(step.customer, step.owner, due, step.text, step.due_time, step.kind, step.is_visit,
                     step.repeat, step.until, step.ends)
            )
    return plans


def _words(step):
    return {"text": step.text, "due_on": step.due_on.isoformat(), "kind": step.kind}


def _refused(step):
    now = NextStep._base_manager.select_related("owner").filter(pk=step.pk).first()
    return Refused(_("This next step was changed or closed meanwhile."), holder=now and now.owner)

