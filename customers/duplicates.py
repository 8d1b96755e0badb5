"""May it exist already? (R1, D5) The one exception to "not yours is 404": inside the sales departments a warning
gives name and owner, nothing else, at most 30 answers about foreign names a person a day; saving asks, typing does not.
"""

from dataclasses import dataclass

from accounts import switches
from activity.models import Event
from activity.recording import record
from core.periods import day_start, today
from core.text import name_key, phone_key
from customers.models import Contact, Customer

SHOWN = 5


@dataclass(frozen=True)
class Like:
    """One customer that may be the same: `pk` only when the asker may open it."""

    name: str
    owner: str
    pk: int | None


def alike(name, user, *, now, phone="", but=None):
    """Customers with the same name key, visible ones also by the same phone; foreign names within the daily limit."""
    key, digits = name_key(name), phone_key(phone)
    mine = Customer.objects.visible_to(user).live().exclude(pk=but).select_related("owner")
    found = list(mine.filter(name_key=key)[:SHOWN])
    if len(digits) >= 7 and not user.is_admin:
        known = {customer.pk for customer in found}
        same = Contact.objects.filter(phone_key=digits, retired_at=None).values("customer")
        found += [customer for customer in mine.filter(pk__in=same)[:SHOWN] if customer.pk not in known]
    likes = [Like(customer.name, customer.owner.name if customer.owner else "", customer.pk) for customer in found]
    return likes + _foreign(key, user, now=now, but={customer.pk for customer in found} | {but})


def nearby(name, user, *, phone=""):
    """While typing: customers he may open, by name key or whole phone. Nothing of others, so nothing is counted."""
    key, digits = name_key(name), phone_key(phone)
    mine = Customer.objects.visible_to(user).live().select_related("owner")
    near = list(mine.filter(name_key__startswith=key).order_by("name_key", "pk")[:SHOWN]) if len(key) > 1 else []
    if len(digits) >= 7 and not user.is_admin:
        same = Contact.objects.filter(phone_key=digits, retired_at=None).values("customer")
        near += list(mine.filter(pk__in=same).exclude(pk__in=[customer.pk for customer in near])[:SHOWN])
    return near


def _foreign(key, user, *, now, but):
    """What is not his: the same neutral line, counted."""
    if user.is_admin or not user.sells or not switches.get("duplicate_names"):
        return []
    rows = Customer.objects.live().filter(name_key=key, merged_into=None).exclude(pk__in=[pk for pk in but if pk])
    mine = Customer.objects.visible_to(user).filter(name_key=key)
    rows = list(rows.exclude(pk__in=mine.values("pk")).select_related("owner")[:SHOWN])
    if not rows:
        return []
    said = Event.objects.filter(verb="customers.duplicate_named", by=user, at__gte=day_start(today(now))).count()
    if said >= switches.get("duplicate_answers"):
        return []
    record("customers.duplicate_named", user, by=user, at=now)
    return [Like(row.name, row.owner.name if row.owner else "", None) for row in rows]
