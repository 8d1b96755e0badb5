"""Another type for a field that has values: they go along when all fit; else it says how many do not, and which."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import Refused
from core.periods import today
from exchange import typed
from exchange.holding import holder_of
from exchange.models import FieldDefinition
from exchange.owncolumns import names_for, people_by_name
from exchange.problems import Wrong

Kind = FieldDefinition.Kind
MOST = 5_000  # values that go along at once; more ask for a new field beside the old one
SHOWN = 5


def fits(one, kind, *, by, now, known=()):
    """({key: (old, new)}, [words of the record and its value that do not fit]) of a field as it would be, whose values
    are of `kind` now. `known` is {key: [value before, value since]}: where it still stands, the one before fits."""
    old = FieldDefinition(of=one.of, slug=one.slug, kind=kind, choices=one.choices, unit=one.unit, table=one.table)
    rows = list(holder_of(one).values(old))
    names = names_for([old], [{one.slug: value} for _key, _words, value in rows])
    found = people_by_name(by) if one.kind == Kind.PERSON else None
    good, bad = {}, []
    for key, words, value in rows:
        before, since = dict(known).get(str(key), (None, None))
        if since is not None and since == value:
            good[key] = (value, before)
            continue
        said = typed.cell(value, old, names)
        try:
            if Kind.RECORD in (one.kind, kind):
                raise Wrong("")
            good[key] = (value, typed.parse("" if said is None else str(said), one, today=today(now), names=found))
        except Wrong:
            bad.append(f"{words} “{str(said)[:20]}”")
    return good, bad


def retype(one, kind, *, by, now):
    """Take the values of a field along to its new type. Raises ValidationError with those that do not fit. Returns
    {key: [the old value, the new one]} for the undo."""
    good, bad = fits(one, kind, by=by, now=now)
    if bad:
        raise ValidationError({"kind": refusal(bad)})
    if len(good) > MOST:
        raise ValidationError({"kind": _("More than 5,000 records have a value: add a new field beside this one.")})
    holder_of(one).rewrite(one, {key: new for key, (_old, new) in good.items()}, by=by)
    return {str(key): list(pair) for key, pair in good.items()}


def retype_back(one, kind, known, *, by, now):
    """The values of before again; those that came or were changed since go along if they fit, or nothing is undone."""
    good, bad = fits(one, kind, by=by, now=now, known=known)
    if bad:
        raise Refused(refusal(bad))
    holder_of(one).rewrite(one, {key: new for key, (_old, new) in good.items()}, by=by)


def refusal(bad):
    """The sentence that says how many values do not fit and names the first of them."""
    shown = "; ".join(bad[:SHOWN]) + ("…" if len(bad) > SHOWN else "")
    words = ngettext("%(n)s value does not fit: %(which)s", "%(n)s values do not fit: %(which)s", len(bad))
    return words % {"n": len(bad), "which": shown}
