"""Socket: undo of an Event by the app that did the deed (D34). `undoer(verb, function)`; function(event, by=, now=)."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused

_undoers = {}
DAYS = 30


def undoer(verb, function):
    """Register what takes a deed back; it raises Refused when somebody built on it since. A list that it returns are
    sentences of what went with it, or stayed."""
    _undoers[verb] = function


def can_undo(event, now):
    return event.verb in _undoers and event.undone_at is None and (now - event.at).days < DAYS


def undo(event, *, by, now):
    """Take the deed back, once; returns sentences to be said beside. Raises Refused when it is too late or was undone
    already."""
    if not can_undo(event, now):
        raise Refused(_("This can no longer be undone."))
    with transaction.atomic():
        rows = type(event).objects.filter(pk=event.pk, undone_at=None)
        if rows.update(undone_at=now, undone_by=by) != 1:
            raise Refused(_("This was undone already."))
        said = _undoers[event.verb](event, by=by, now=now)
    return said if isinstance(said, list) else []
