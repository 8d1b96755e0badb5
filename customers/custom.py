"""Custom fields of a customer: changed by one verb, compared field by field when two people edit (R41, REL1)."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q

from activity.recording import record
from core.changing import Clash, change, change_each
from core.errors import Conflict
from customers.models import Customer
from customers.searching import index_again
from exchange import typed
from exchange.defined import fields_of, load
from exchange.owncolumns import names_for
from exchange.ownforms import patched

OF = "customer"
BATCH = 1_000


@dataclass(frozen=True)
class Said:
    """A value as a page of a conflict shows it, and as the form behind it holds it."""

    words: str
    pk: str

    @classmethod
    def of(cls, value, one):
        held = typed.typed(value, one)
        return cls(typed.say(value, one) or "–", ",".join(held) if isinstance(held, list) else held)

    def __str__(self):
        return self.words


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
        if expect not in (None, fresh.version):
            _compare(fresh, patch, expect)
        new = patched(fresh.custom, patch)
        changed = [slug for slug in patch if fresh.custom.get(slug) != new.get(slug)]
        if changed:
            change(fresh, by=by, custom=new)
            customer.custom, customer.version = fresh.custom, fresh.version
            if _are_searched(changed):
                index_again([fresh])
    return changed


def tell_custom(customer, changed, *, by, now):
    if changed:
        record("customers.edited", customer, by=by, at=now, about=customer, n=len(changed))


def _compare(fresh, patch, expect):
    past = Customer.history.filter(id=fresh.pk, version=expect).order_by("-history_id").first()
    known, clashes = {one.slug: one for one in load().every.get(OF, ())}, []
    for slug, yours in patch.items():
        now = fresh.custom.get(slug)
        before = past.custom.get(slug) if past else None
        if now != yours and (past is None or before != now) and slug in known:
            one = known[slug]
            clashes.append(Clash(slug, one.words, *(Said.of(value, one) for value in (before, now, yours))))
    if clashes:
        last = Customer.history.filter(id=fresh.pk).select_related("history_user").order_by("-history_id").first()
        raise Conflict(fresh, clashes, by=last and last.history_user, at=last and last.history_date)


def _are_searched(slugs):
    return any(one.slug in slugs and one.kind in typed.TEXTS for one in load().every.get(OF, ()))


# --- what exchange asks (exchange/holding.py) ---


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
