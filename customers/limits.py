"""New limits of quiet, tried on today's customers before they are saved, and taken back afterwards (M12).

The preview asks the same two questions as the list, once with the rule as it is and once as it would be.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts import switches
from activity.models import Event
from activity.recording import record
from core.errors import Refused
from customers.models import Customer
from customers.staleness import Rule, state_of

VERB = "customers.limits_changed"
EXAMPLES = 5
NAMES = (
    "stale_days", "stale_working_days", "planned_days", "stale_by_tag", "stale_by_class", "manager_ladder_days",
    "meeting_ladder_days",
)


@dataclass(frozen=True)
class Preview:
    """How many are quiet now and would be, who comes and goes (counts and a few by money), and that by owner."""

    now: int
    then: int
    comes: int
    goes: int
    coming: list  # customers with `quiet`, their state under the new limits
    going: list
    people: list  # (owner's name or "", now, then), those with a change first


def preview(user, values, *, on):
    """The Preview of switches with `values` changed, over what `user` sees. Seven queries whatever there is."""
    rule, new = Rule.load(), Rule.of(switches.everything() | values)
    customers = Customer.objects.visible_to(user)
    before, after = customers.quiet(on, rule), customers.quiet(on, new)
    comes = after.exclude(pk__in=before.order_by().values("pk"))
    goes = before.exclude(pk__in=after.order_by().values("pk"))
    owners = _by_owner(before), _by_owner(after)
    people = [(name, owners[0].get(name, 0), owners[1].get(name, 0)) for name in owners[0] | owners[1]]
    people.sort(key=lambda row: (-abs(row[2] - row[1]), row[0]))
    return Preview(
        now=sum(owners[0].values()), then=sum(owners[1].values()), comes=comes.count(), goes=goes.count(),
        coming=_examples(comes, on, new), going=_examples(goes, on, new), people=people,
    )


def _by_owner(rows):
    found = rows.order_by().values_list("owner__name").annotate(n=Count("pk"))
    return {name or "": n for name, n in found}


def _examples(rows, on, rule):
    found = list(rows.select_related("owner").order_by("-open_amount", "pk")[:EXAMPLES])
    for customer in found:
        customer.quiet = state_of(customer, on, rule)
    return found


def change_limits(values, *, by, now):
    """Save what differs, as one change with before and after; returns the Event, or None when nothing differs."""
    was = switches.everything()
    changed = {name: value for name, value in values.items() if name in NAMES and was[name] != value}
    if not changed:
        return None
    with transaction.atomic():
        for name, value in changed.items():
            row = switches.set(name, value, by=by, now=now)
        return record(VERB, row, by=by, at=now, before={name: was[name] for name in changed}, after=changed)


def undo_limits(event, *, by, now):
    """Back to what they were, unless somebody has changed one of them since."""
    is_now = switches.everything()
    if any(is_now[name] != value for name, value in event.data["after"].items()):
        raise Refused(_("These limits were changed again since."))
    for name, value in event.data["before"].items():
        switches.set(name, value, by=by, now=now)


def changes(limit=10):
    """The newest changes, for the page of those who may make them."""
    return Event.objects.filter(verb=VERB).select_related("by")[:limit]
