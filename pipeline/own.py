"""Custom fields of a deal: beside its playbook's questions in Deal.custom, under keys of their own (R41)."""

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import ngettext

from core.changing import change_each
from exchange import typed
from exchange.defined import fields_of, load
from exchange.owncolumns import names_for
from exchange.ownforms import patched
from exchange.patching import patch_values
from pipeline.models import Deal

OF = "deal"
BATCH = 1_000


def own_fields():
    """The custom fields of deals in use."""
    return fields_of(OF)


def own_shown(data, asked):
    """The custom fields somebody wants as columns of the table; not on a day gone by."""
    return [] if asked.past else [one for one in own_fields() if one.slug in data.getlist("more")]


def own_values(deals, fields):
    """{deal id: [(field, words)]} of these fields, empty ones too; people are remembered."""
    names = names_for(fields, [deal.custom for deal in deals])
    return {deal.pk: [(one, typed.say(deal.custom.get(one.slug), one, names)) for one in fields] for deal in deals}


def set_own(deal, patch, *, by, expect=None, asks=()):
    """Change custom fields, and answers to its playbook's questions (`asks` are those as fields): {slug: value, None
    for empty}; two people's edits merge one by one, or Conflict. Returns the slugs that changed."""
    with transaction.atomic():
        fresh = Deal.objects.select_for_update().get(pk=deal.pk)
        changed = patch_values(fresh, "custom", patch, [*load().every.get(OF, ()), *asks], by=by, expect=expect)
        deal.custom, deal.version = fresh.custom, fresh.version
    return changed


def set_many(wanted, *, by):
    """{deal id: {slug: value}}, set-based; each deal keeps the rest. Returns those that changed."""
    changed, keys = [], sorted(wanted)
    for start in range(0, len(keys), BATCH):
        found = Deal.objects.select_for_update().filter(pk__in=keys[start : start + BATCH])
        changed += change_each([(deal, {"custom": patched(deal.custom, wanted[deal.pk])}) for deal in found], by=by)
    return changed


# --- what exchange asks (exchange/holding.py) ---


def has_value(n):
    return ngettext("%(n)s deal has a value", "%(n)s deals have a value", n)


def counts(fields):
    """{slug: how many deals have a value}, in one statement."""
    wanted = {one.slug: Count("pk", filter=Q(custom__has_key=one.slug)) for one in fields}
    return Deal.objects.order_by().aggregate(**wanted) if wanted else {}


def values(one):
    """(key, customer and deal, value) of every deal that has one."""
    rows = Deal.objects.filter(custom__has_key=one.slug).order_by("pk")
    found = rows.values_list("pk", "customer__name", "name", "custom")
    return [(pk, f"{customer} {name}".strip(), custom[one.slug]) for pk, customer, name, custom in found]


def rewrite(one, wanted, *, by):
    """{key: value} of one field, set-based."""
    set_many({pk: {one.slug: value} for pk, value in wanted.items()}, by=by)
