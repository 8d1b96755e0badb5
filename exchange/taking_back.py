"""Undo of an import for seven days: what it made goes, what it changed goes back, less what somebody touched since."""

from django.db import transaction

from activity.recording import record as tell
from core.errors import Refused
from exchange.checking import Run, parts_of
from exchange.models import ImportBatch
from exchange.problems import gettext_noop
from exchange.problems import tell as words

State = ImportBatch.State
TOO_LATE = gettext_noop("An import can be undone for seven days after it was done.")
ALREADY = gettext_noop("This import was undone already.")


def can_undo(batch, now):
    return batch.state == State.DONE and batch.done_at is not None and now < batch.undo_until


def undo(batch, *, by, now):
    """Take the batch back, in one transaction. Returns the names of what was kept because it was changed since."""
    with transaction.atomic():
        if not can_undo(batch, now):
            raise Refused(words(TOO_LATE if batch.state == State.DONE else ALREADY))
        if ImportBatch.objects.filter(pk=batch.pk, state=State.DONE).update(state=State.UNDONE, undone_at=now) != 1:
            raise Refused(words(ALREADY))
        run = Run(batch, by=by, now=now)
        run.shared["rows"] = list(batch.rows.exclude(after=None))
        for part in reversed(parts_of(batch)):
            part.take_back(batch, run)
        batch.state, batch.undone_at = State.UNDONE, now
        batch.kept_on_undo = list(dict.fromkeys(run.kept))
        batch.save(update_fields=["kept_on_undo"])
        tell("exchange.undone", batch, by=by, at=now, name=batch.name, kept=len(batch.kept_on_undo))
    return batch.kept_on_undo


def made(run, label):
    """{pk: ImportRow} of the records of one model that this batch made."""
    return {pk: row for row in run.shared["rows"] for name, pk, _words in row.after.get("made", []) if name == label}


def was_set(run, label):
    """{pk: {field: (old, new)}} of the records of one model that this batch changed."""
    found = {}
    for row in run.shared["rows"]:
        for key, new in row.after.get("set", {}).items():
            name, _, pk = key.rpartition(" ")
            if name == label:
                old = row.before["set"][key]
                found.setdefault(int(pk), {}).update({field: (old[field], new[field]) for field in new})
    return found
