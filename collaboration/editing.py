"""The text and the custom fields of a request changed while nobody has taken it, told field by field, taken back.

The event keeps the two versions it led from and to; what they held is read from the history, by whoever may read it.
"""

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from collaboration import rights, telling
from collaboration.models import CollaborationRequest
from collaboration.own import own_fields, said, set_own
from core.changing import change
from core.errors import NotAllowed, Refused
from core.words import NOTHING, day_long
from exchange.ownforms import patched

EDITED = "collaboration.edited"
FIELDS = ("title", "description", "standard", "needed_by")
SHOWN = 60  # characters of a text before and after


@transaction.atomic
def edit(request, *, by, now, expect, own=None, **fields):
    """Change the text while nobody has taken it, and custom fields by `own` ({slug: value, None for empty}). `expect`
    is the version the form saw; Conflict when the text moved on, or a field both changed."""
    changed = change(request, by=by, expect=expect, **fields)
    if own:
        changed += set_own(request, own, by=by, expect=request.version if changed else expect)
    if changed:
        before = expect if set(changed) & set(FIELDS) else request.version - 1
        telling.tell("edited", request, by=by, now=now, versions=[before, request.version])


def undo_edit(event, *, by, now):
    """What the edit changed, as it was before, while it may be edited and nobody changed it again since."""
    rows = CollaborationRequest.objects.visible_to(by).with_faces()
    one = rows.filter(pk=event.subject_id).select_for_update(of=("self",)).first()
    pair = _pairs([event]).get(event.pk)
    if one is None or pair is None:
        raise Refused(_("This can no longer be undone."))
    if not rights.may_edit(by, one) and not (by.is_admin and one.state in rights.EDITABLE):
        raise NotAllowed
    before, after = pair
    wanted = {name: getattr(before, name) for name in FIELDS if getattr(before, name) != getattr(after, name)}
    slugs = [slug for slug in {**before.custom, **after.custom} if before.custom.get(slug) != after.custom.get(slug)]
    moved = any(getattr(one, name) != getattr(after, name) for name in wanted)
    if moved or any(one.custom.get(slug) != after.custom.get(slug) for slug in slugs):
        raise Refused(_("%(code)s was changed again since.") % {"code": one.code})
    if slugs:
        wanted["custom"] = patched(one.custom, {slug: before.custom.get(slug) for slug in slugs})
    seen = one.version
    change(one, by=by, **wanted)
    telling.tell("edited", one, by=by, now=now, versions=[seen, one.version])


def changes_of(events, user):
    """{event id: [(label, words before, words after)]} of edits, as far as `user` may read the fields; one query where
    there are any."""
    events = [event for event in events if event.verb == EDITED]
    fields = own_fields(user) if events else []
    return {pk: _between(*pair, fields) for pk, pair in _pairs(events).items()}


def _pairs(events):
    """{event id: (the request before it, after it)}, from the history."""
    events = [event for event in events if event.data.get("versions")]
    if not events:
        return {}
    versions = {version for event in events for version in event.data["versions"]}
    past = CollaborationRequest.history.filter(id__in={event.subject_id for event in events}, version__in=versions)
    known = {(row.id, row.version): row for row in past.order_by("history_id")}
    found = {
        event.pk: [known.get((event.subject_id, version)) for version in event.data["versions"]] for event in events
    }
    return {pk: pair for pk, pair in found.items() if all(pair)}


def _short(value):
    if hasattr(value, "year"):
        return day_long(value, get_language())
    text = " ".join(str(value or "").split())
    return text[:SHOWN] + "…" if len(text) > SHOWN else text or NOTHING


def _between(before, after, fields):
    labels = {name: CollaborationRequest._meta.get_field(name).verbose_name for name in FIELDS}
    found = [
        (labels[name], *(_short(getattr(row, name)) for row in (before, after)))
        for name in FIELDS if getattr(before, name) != getattr(after, name)
    ]  # fmt: skip
    own = [one for one in fields if before.custom.get(one.slug) != after.custom.get(one.slug)]
    pairs = zip(said(before.custom, own), said(after.custom, own), strict=True)
    return found + [(one.words, _short(was), _short(now)) for (one, _value, was), (_one, _new, now) in pairs]
