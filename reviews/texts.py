"""The three texts of a review (causes, next month, needs support) and the note that it was exported."""

from activity.recording import record
from core.changing import save_form
from core.errors import NotAllowed
from reviews.closing import row_of


def keep_texts(reading, form, *, by, now, expect):
    """Save what was typed. Raises NotAllowed for a reader who may not write, Conflict when the same text changed
    since the form was opened. `expect` is the version the writer saw, 0 before there was a row. Returns the changed
    names."""
    if not reading.may_write:
        raise NotAllowed
    review = row_of(reading.period, reading.scope)
    changed, _merged = save_form(form, review, by=by, expect=expect or 1)
    if changed:
        record("reviews.written", review, by=by, at=now, kind_of=review.kind, period=review.period,
               scope=reading.scope.name or reading.scope.code)
    return changed


def note_export(reading, *, by, now):
    """An export is on record: who took which review."""
    review = row_of(reading.period, reading.scope)
    record("reviews.exported", review, by=by, at=now, kind_of=review.kind, period=review.period,
           scope=reading.scope.name or reading.scope.code)
