"""Custom fields of requests in a file: compared, written set-based, taken back where they still stand.

A department that is not shown amounts cannot bring any in: what a file says there is left out, and said (D6).
"""

from accounts.rights import sees_amounts
from collaboration.models import CollaborationRequest
from collaboration.own import kinds_naming, own_fields, set_many
from exchange import typed
from exchange.models import FieldDefinition
from exchange.owncolumns import all_people, flag_missing
from exchange.problems import gettext_noop
from exchange.taking_back import was_set

LABEL = "collaboration.request.own"  # of what this file set, apart from the request's columns
NOT_SHOWN = gettext_noop("“%(column)s” is an amount, which your department is not shown: it was left out.")


def _fields(run):
    return run.once("own of requests", lambda: own_fields(run.by))


def new_values(record, run):
    """{slug: value} of the fields the row fills in."""
    return {one.slug: record.values[one.slug] for one in _fields(run) if record.values.get(one.slug) is not None}


def flag(record, run):
    """Say what a new request lacks that its kind insists on, and what was left out."""
    named = run.once("kinds naming fields", lambda: kinds_naming() if _fields(run) else {})
    kind = record.links["kind"]
    flag_missing(record, [one for one in _fields(run) if one.slug not in named or kind.pk in named[one.slug]])
    _say_left_out(record, run)


def _say_left_out(record, run):
    if sees_amounts(run.by):
        return
    for one in own_fields():
        if one.kind == FieldDefinition.Kind.MONEY and record.values.get(one.slug) is not None:
            record.flag(one.slug, NOT_SHOWN, column=one.label)


def changed(record, request, run):
    """{slug: value} of those the row gives another value."""
    known = {one.slug: typed.current(request.custom.get(one.slug), one) for one in _fields(run)}
    return {slug: value for slug, value in new_values(record, run).items() if known[slug] != value}


def compare(record, request, patch, run):
    """Show what would change, and keep what the person lets change."""
    _say_left_out(record, run)
    for one in (each for each in _fields(run) if each.slug in patch):
        old, new = typed.current(request.custom.get(one.slug), one), patch[one.slug]
        words = tuple(typed.say(value, one, run.once("people", all_people)) for value in (old, new))
        if record.change(one.slug, old, new, shown=words):
            record.links.setdefault("request_own", {})[one.slug] = new


def write(records, run):
    wanted = {}
    for record in records:
        if patch := record.links.get("request_own"):
            request = record.links["request"]
            wanted.setdefault(request.pk, {}).update(patch)
            for slug, new in patch.items():
                record.set.append([LABEL, request.pk, slug, request.custom.get(slug), new])
    set_many(wanted, by=run.by)


def back(run):
    """Each value that still is what the file gave gets its old one; others stay, by name."""
    wanted, patches = was_set(run, LABEL), {}
    for request in CollaborationRequest._base_manager.filter(pk__in=wanted):
        for slug, (old, new) in wanted[request.pk].items():
            if request.custom.get(slug) == new:
                patches.setdefault(request.pk, {})[slug] = old
            else:
                run.keep(request)
    set_many(patches, by=run.by)
