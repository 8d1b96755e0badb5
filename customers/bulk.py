"""Many customers at once: assign, tag, plan a next step; per object, with one Undo for all (S4, D36)."""

from django.utils.translation import gettext as _

from accounts import rights
from accounts.models import User
from activity.recording import record
from core.errors import Refused
from customers import facts, steps
from customers.models import Customer, NextStep, TagChange
from customers.steps import Plan, plan_many
from customers.tagging import set_tags, void_tag_changes
from customers.transferring import BACK, assign_many

MOST = 200


def assign(customers, to, *, by, now, why=""):
    """Those `by` may assign go to `to`. Returns (changed customers, the event that can be undone or None)."""
    was = {c.pk: c.owner_id for c in customers if rights.may_assign(by, c)}
    changed = assign_many([c for c in customers if c.pk in was], to, by=by, now=now, why=why)
    return changed, _event(changed, by=by, now=now, do="assign", was=[[c.pk, was[c.pk]] for c in changed])


def tag(customers, new, *, by, now):
    changed = set_tags([(customer, new) for customer in customers], by=by, now=now)
    rows = TagChange.objects.filter(customer__in=changed, recorded_at=now, voided_at=None).values_list("pk", flat=True)
    return changed, _event(changed, by=by, now=now, do="tag", rows=list(rows), new=new)


def plan(customers, on, text, *, by, now):
    made = plan_many([Plan(c, c.owner or by, on, text) for c in customers], by=by, now=now)
    return customers, _event(customers, by=by, now=now, do="plan", steps=[step.pk for step in made])


def shift(step, to, *, by, now):
    """One step to another day, counted as moved like any other; ([its customer] or [], the event that is undone)."""
    if step.due_on == to:
        return [], None
    steps.shift(step, to, by=by, now=now)
    return [step.customer], step.shifted_as


def undo_bulk(event, *, by, now):
    """Take a bulk deed back as far as nobody built on it: an owner or tag changed since stays as it is now."""
    data = event.data
    if data["do"] == "assign":
        _assign_back(data["was"], event, by=by, now=now)
    elif data["do"] == "tag":
        rows = list(TagChange.objects.filter(pk__in=data["rows"], voided_at=None).select_related("customer"))
        void_tag_changes([row for row in rows if row.customer.tag == row.new], by=by, now=now)
    elif data["do"] == "shift":  # of before a shift was undone by its own event
        steps.shift_back(data["step"], data["was"], data["to"], by=by, now=now)
    else:
        made = list(NextStep.objects.open().filter(pk__in=data["steps"]).select_related("customer"))
        if not made:
            raise Refused(_("These next steps are closed already."))
        NextStep.objects.open().filter(pk__in=[s.pk for s in made]).update(closed_at=now, closed_as="dropped")
        facts.refresh_steps(facts.unique([step.customer for step in made]))


def _assign_back(was, event, *, by, now):
    owner_of = dict(map(tuple, was))
    people = User.objects.in_bulk([pk for pk in owner_of.values() if pk])
    to = event.data.get("to")
    for customer in Customer._base_manager.filter(pk__in=owner_of, owner=to):
        assign_many([customer], people.get(owner_of[customer.pk]), by=by, now=now, tell=False, how=BACK)


def _event(changed, *, by, now, **data):
    if not changed:
        return None
    if data["do"] == "assign":
        data["to"] = changed[0].owner_id
    return record("customers.bulk", changed[0], by=by, at=now, n=len(changed), **data)

