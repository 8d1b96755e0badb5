"""One verb for every record with custom values: changed field by field, compared field by field (R41, REL1)."""

from dataclasses import dataclass

from django.db import transaction

from core.changing import Clash, change
from core.errors import Conflict
from exchange import typed
from exchange.ownforms import patched


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


def patch_values(fresh, column, patch, fields, *, by, expect=None, also=None):
    """Change custom values of a record that its caller has locked: {slug: value, None for empty} in its JSON column.

    `expect` is the version the person saw: Conflict with those that somebody else changed since; the others merge.
    `also(values)` gives columns that follow from the new values. Returns the slugs that changed.
    """
    held = getattr(fresh, column) or {}
    if expect not in (None, fresh.version):
        _compare(fresh, column, patch, expect, fields)
    new = patched(held, patch)
    changed = [slug for slug in patch if held.get(slug) != new.get(slug)]
    if changed:
        with transaction.atomic():
            change(fresh, by=by, **{column: new}, **(also(new) if also else {}))
    return changed


def _compare(fresh, column, patch, expect, fields):
    history = type(fresh).history
    past = history.filter(id=fresh.pk, version=expect).order_by("-history_id").first()
    held, was = getattr(fresh, column) or {}, (getattr(past, column) or {}) if past else {}
    known, clashes = {one.slug: one for one in fields}, []
    for slug, yours in patch.items():
        now, before = held.get(slug), was.get(slug)
        if now != yours and (past is None or before != now) and slug in known:
            said = [Said.of(value, known[slug]) for value in (before, now, yours)]
            clashes.append(Clash(getattr(known[slug], "form_name", slug), known[slug].words, *said))
    if clashes:
        last = history.filter(id=fresh.pk).select_related("history_user").order_by("-history_id").first()
        raise Conflict(fresh, clashes, by=last and last.history_user, at=last and last.history_date)
