"""Custom fields of a customer: changed by one verb, compared field by field when two people edit (R41, REL1)."""

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import ngettext

from activity.recording import record
from core.changing import change_each
from customers.models import Customer
from customers.searching import index_again
from exchange import typed
from exchange.defined import fields_of, load
from exchange.owncolumns import names_for
from exchange.ownforms import patched
from exchange.patching import patch_values

OF = "customer"
BATCH = 1_000


def own_fields():
    """The custom fields of customers in use."""
    return fields_of(OF)


def own_values(customer):
    """[(field, value, words)] of a customer's custom fields in use, empty ones too; one query where a person is named,
    none where there are no fields."""
    fields = own_fields()
    names = names_for(fields, [customer.custom]) if fields else None
    found = [(one, customer.custom.get(one.slug)) for one in fields]
    return [(one, value, typed.say(value, one, names)) for one, value in found]


def set_custom(customer, patch, *, by, now, expect=None):
    """Change custom fields: {slug: value, None for empty}. `expect` is the version the person saw: Conflict with those
    of them that somebody else changed since; the others merge. Returns the slugs that changed. Does not tell the
    timeline: tell_custom() does, or the caller with what else it changes."""
    with transaction.atomic():
        fresh = Customer._base_manager.select_for_update().get(pk=customer.pk)
        changed = patch_values(fresh, "custom", patch, load().every.get(OF, ()), by=by, expect=expect)
        if changed:
            customer.custom, customer.version = fresh.custom, fresh.version
            if _are_searched(changed):
                index_again([fresh])
    return changed


def tell_custom(customer, changed, *, by, now):
    if changed:
        record("customers.edited", customer, by=by, at=now, about=customer, n=len(changed))


def _are_searched(slugs):
    return any(one.slug in slugs and one.kind in typed.TEXTS for one in load().every.get(OF, ()))


# --- what exchange asks (exchange/holding.py) ---


def has_value(n):
    return ngettext("%(n)s customer has a value", "%(n)s customers have a value", n)


def counts(fields):
    """{slug: how many customers have a value}, in one statement."""
    wanted = {one.slug: Count("pk", filter=Q(custom__has_key=one.slug)) for one in fields}
    return Customer.objects.filter(merged_into=None).order_by().aggregate(**wanted) if wanted else {}


def values(one):
    """(key, name, value) of every customer that has one, archived and merged ones too."""
    rows = Customer._base_manager.filter(custom__has_key=one.slug).order_by("pk")
    return [(pk, name, custom[one.slug]) for pk, name, custom in rows.values_list("pk", "name", "custom")]


def rewrite(one, wanted, *, by):
    """{key: value} of one field, set-based; each customer keeps the rest."""
    keys = sorted(wanted)
    for start in range(0, len(keys), BATCH):
        found = Customer._base_manager.select_for_update().filter(pk__in=keys[start : start + BATCH])
        rows = [(each, {"custom": patched(each.custom, {one.slug: wanted[each.pk]})}) for each in found]
        changed = change_each(rows, by=by)
        if one.kind in typed.TEXTS and changed:
            index_again(changed)
