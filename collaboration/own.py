"""Custom fields of a request: beside what it keeps in CollaborationRequest.custom, under keys of their own (R41).

A field may be asked by some kinds of request only: RequestKind.own_fields names it. One that no kind names is asked by
every kind. Whoever sees a request sees its fields; those that hold money only where amounts are shown to him (D6).
"""

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import ngettext

from accounts.rights import sees_amounts
from collaboration.models import CollaborationRequest, RequestKind
from collaboration.rights import may_edit
from core.changing import change_each
from exchange import typed
from exchange.defined import fields_of, load
from exchange.models import FieldDefinition
from exchange.owncolumns import names_for
from exchange.ownforms import patched
from exchange.patching import patch_values

OF = "request"
BATCH = 1_000
Kind, Asked = FieldDefinition.Kind, FieldDefinition.Asked


def own_fields(user=None):
    """The custom fields of requests in use; those that `user` may read, all without one (the nightly copy)."""
    fields = fields_of(OF)
    if user is None or sees_amounts(user):
        return fields
    return [one for one in fields if one.kind != Kind.MONEY]


def own_of(kind, user, *, new=False):
    """Those that a kind asks, as far as `user` may read them; `new`: in the form of a new request. One query where
    there are fields, none without."""
    fields = [one for one in own_fields(user) if not new or one.asked == Asked.NEW]
    named = kinds_naming() if fields else {}
    return [one for one in fields if kind is None or one.slug not in named or kind.pk in named[one.slug]]


def kinds_naming():
    """{slug: keys of the kinds that ask it}, of the fields that only some kinds ask."""
    named = {}
    for pk, slugs in RequestKind.objects.values_list("pk", "own_fields"):
        for slug in slugs:
            named.setdefault(slug, set()).add(pk)
    return named


def own_values(request, user):
    """[(field, value, words)] of what it has, as far as `user` may read it; for whoever may fill them in also what its
    kind asks and is empty."""
    asked = {one.slug for one in own_of(request.kind, user)} if may_edit(user, request) else set()
    fields = [one for one in own_fields(user) if one.slug in asked or one.slug in request.custom]
    return said(request.custom, fields)


def own_words(requests, fields):
    """{request id: [(field, words)]} of rows, empty ones too."""
    names = names_for(fields, [one.custom for one in requests])
    return {one.pk: [(each, typed.say(one.custom.get(each.slug), each, names)) for each in fields] for one in requests}


def said(values, fields):
    """[(field, value, words)] of these values; people are remembered."""
    names = names_for(fields, [values]) if fields else None
    return [(one, values.get(one.slug), typed.say(values.get(one.slug), one, names)) for one in fields]


def kept(request):
    """{slug: value} of its custom fields alone, those switched off too."""
    slugs = {one.slug for one in load().every.get(OF, ())}
    return {slug: value for slug, value in request.custom.items() if slug in slugs}


def set_own(request, patch, *, by, expect=None):
    """Change custom fields: {slug: value, None for empty}; two people's edits merge one by one, or Conflict. Returns
    the slugs that changed."""
    with transaction.atomic():
        fresh = CollaborationRequest._base_manager.select_for_update(of=("self",)).get(pk=request.pk)
        changed = patch_values(fresh, "custom", patch, load().every.get(OF, ()), by=by, expect=expect)
        request.custom, request.version = fresh.custom, fresh.version
    return changed


def set_many(wanted, *, by):
    """{request id: {slug: value}}, set-based; each request keeps the rest. Returns those that changed."""
    changed, keys = [], sorted(wanted)
    for start in range(0, len(keys), BATCH):
        found = CollaborationRequest._base_manager.select_for_update(of=("self",)).filter(
            pk__in=keys[start : start + BATCH]
        )
        changed += change_each([(one, {"custom": patched(one.custom, wanted[one.pk])}) for one in found], by=by)
    return changed


# --- what exchange asks (exchange/holding.py) ---


def has_value(n):
    return ngettext("%(n)s request has a value", "%(n)s requests have a value", n)


def counts(fields):
    """{slug: how many requests have a value}, in one statement."""
    wanted = {one.slug: Count("pk", filter=Q(custom__has_key=one.slug)) for one in fields}
    return CollaborationRequest.objects.order_by().aggregate(**wanted) if wanted else {}


def values(one):
    """(key, number and title, value) of every request that has one."""
    rows = CollaborationRequest.objects.filter(custom__has_key=one.slug).order_by("pk")
    return [
        (pk, f"R-{number} {title}", custom[one.slug])
        for pk, number, title, custom in rows.values_list("pk", "number", "title", "custom")
    ]


def rewrite(one, wanted, *, by):
    """{key: value} of one field, set-based."""
    set_many({pk: {one.slug: value} for pk, value in wanted.items()}, by=by)
