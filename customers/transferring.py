"""Customers change hands: one by one, in bulk, or when somebody leaves (D1, D2, D34). Each hand-over is seen
afterwards: from whom, to whom, by whom, when and why (R53)."""

from django.db import transaction
from django.db.models import F

from activity.models import Event
from activity.recording import notify, record_many
from core.changing import change_many
from core.periods import today
from customers import steps
from customers.models import Customer

_functions = []
_verbs = {"customers.assigned", "customers.pooled", "customers.claimed"}
MOST = 100
# why something changed hands when nobody typed a reason: what the events keep as "how"
LEAVING, MEETING, IMPORT, BACK = "leaving", "meeting", "import", "back"


def on_assign(function):
    """Socket: function(customers, to, *, by, now, was) when customers get another owner; pipeline moves their open
    deals. `was` is {customer id: id of the owner before or None}."""
    if function not in _functions:
        _functions.append(function)
    return function


def hands(verb):
    """Socket: a verb of an upper floor whose events are hand-overs too, with from, to, why and how in their data."""
    _verbs.add(verb)


def handovers(customer):
    """The newest hand-overs around a customer that was fetched through its gate (R53)."""
    rows = Event.objects.about_customer(customer).filter(verb__in=_verbs).select_related("by")
    return list(rows.order_by("-at", "-pk")[:MOST])


def follow(customers, to, *, by, now, was=None):
    """What hangs on the owner from above follows: for verbs that write the owner themselves (the pool)."""
    for function in _functions:
        function(customers, to, by=by, now=now, was=was or {})


def assign_many(customers, to, *, by, now, tell=True, why="", how=""):
    """Make `to` (a seller, or None: the team's own) the owner, in his team, with the open steps.

    Returns the customers that really changed; one event each, one message to the new owner. `why` is what somebody
    typed, `how` one of the constants above. The right is the caller's to ask (accounts/rights.py).
    """
    changing = [customer for customer in customers if customer.owner_id != (to.pk if to else None)]
    if not changing:
        return []
    with transaction.atomic():
        was = {customer.pk: customer.owner_id for customer in changing}
        fields = {"owner": to, "pooled_at": None}
        if to is not None:
            fields |= {"team": to.team, "owned_on": today(now)}
        changed = change_many(changing, by=by, **fields)
        if to is not None:
            steps.hand_over(changed, to)
        follow(changed, to, by=by, now=now, was=was)
        events = record_assigned(changed, was, by=by, now=now, why=why, how=how)
        if tell and to is not None:
            notify(
                "customers.assigned", changed[0], tell=[to], by=by, at=now, event=events[0], act=True,
                key=f"assigned {events[0].pk}", name=changed[0].name, n=len(changed),
            )
    return changed


def record_assigned(customers, was, *, by, now, why="", how=""):
    """One event a customer that changed hands; `was` is {customer id: id of the owner before or None}."""
    names = _names({*was.values()} - {None})
    reason = {name: said for name, said in (("why", why[:200]), ("how", how)) if said}
    return record_many(
        "customers.assigned", customers, by=by, at=now, about=lambda c: c.pk,
        data=lambda c: {
            "name": c.name, "from": names.get(was[c.pk], ""), "to": c.owner.name if c.owner else "",
        } | reason,
    )  # fmt: skip


def assign(customer, to, *, by, now, why="", how=""):
    """The list of one; an unchanged owner changes nothing."""
    assign_many([customer], to, by=by, now=now, why=why, how=how)
    return customer


def hand_over_all(user, to, *, by, now):
    """For accounts/leaving.py: everything `user` owns goes to `to` in one go; returns how many customers."""
    mine = list(Customer._base_manager.select_for_update().filter(owner=user, merged_into=None))
    moved = assign_many(mine, to, by=by, now=now, how=LEAVING)
    left = user.steps.filter(closed_at=None)
    left.update(owner=to, version=F("version") + 1)
    user.owed.filter(closed_at=None).update(closed_at=now)
    return len(moved)


def _names(keys):
    from_model = Customer._meta.get_field("owner").related_model
    return dict(from_model._base_manager.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


def count_all(user):
    """How many customers a hand-over would move."""
    return user.customers.filter(merged_into=None).count()
