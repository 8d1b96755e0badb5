"""Confirming a batch: checked once more and written in one transaction, all rows or none (REL3)."""

from django.db import transaction
from django.utils import timezone

from activity.recording import record as tell
from core.errors import Refused
from exchange import choosing
from exchange.checking import counted, examine, parts_of, tell_row
from exchange.models import ImportBatch, ImportRow
from exchange.problems import gettext_noop
from exchange.problems import tell as words

State = ImportBatch.State
BROKEN = gettext_noop("Something went wrong on our side. Nothing was imported; try again.")
SOME_WRONG = gettext_noop("%(count)s rows have errors, nothing is imported yet")
SINCE = gettext_noop("Somebody has changed row %(rows)s since the check. Nothing was imported; look once more.")
NOT_READY = gettext_noop("This import is no longer waiting to be confirmed.")


class ChangedSince(Refused):
    """What the rows change is no longer what the check page showed (REL1): they are to be checked anew."""


def apply(batch, *, by, now):
    """Write the batch. Raises Refused when a row is wrong and "only the good rows" was not ticked, or when the batch
    was imported meanwhile; ChangedSince when somebody changed what it changes since the check. Then nothing is written.
    Idempotent: a batch that is done stays as it is."""
    with transaction.atomic():
        taken = ImportBatch.objects.filter(pk=batch.pk, state__in=[State.READY, State.IMPORTING, State.FAILED])
        if taken.update(state=State.IMPORTING) != 1:
            raise Refused(words(NOT_READY))
        records, run = examine(batch, by=by, now=now)
        bad = [record for record in records if record.fate == "wrong"]
        if bad and not batch.only_good:
            raise Refused(words(SOME_WRONG, {"count": len(bad)}))
        good = [record for record in records if record.fate not in ("wrong", "same")]
        if since := [record.number for record in good if record.is_shown_otherwise]:
            raise ChangedSince(words(SINCE, {"rows": [str(number) for number in since[:10]]}))
        for part in parts_of(batch):
            part.write([r for r in good if part in r.sheet.parts], run)
        _remember(batch, records, by=by, now=now)
    return records


def _remember(batch, records, *, by, now):
    """One before and after a row: the way back, and what the result page and the undo read."""
    for record in records:
        tell_row(record)
        record.row.before, record.row.after = _before_after(record)
        if record.fate == "changed" and not choosing.taken(record.row):
            record.row.fate = "same"  # all of it was refused
    ImportRow.objects.save_many(
        [record.row for record in records], ["fate", "changes", "errors", "flags", "before", "after"]
    )
    batch.counts = counted(records)
    if kept := sum(len(record.row.changes) - choosing.taken(record.row) for record in records if record.changes):
        batch.counts["kept"] = kept
    batch.state, batch.done_at, batch.error = State.DONE, now, ""
    batch.mapping["finished"] = timezone.now().isoformat()  # what is later in the field history came after
    batch.save(update_fields=["state", "counts", "done_at", "error", "mapping"])
    tell("exchange.imported", batch, by=by, at=now, name=batch.name, **batch.counts)
    if batch.file:
        name, storage = batch.file.name, batch.file.storage
        transaction.on_commit(lambda: storage.delete(name), robust=True)


def _before_after(record):
    if not record.made and not record.set:
        return None, None
    before, after = {}, {}
    for label, pk, name, old, new in record.set:
        before.setdefault(f"{label} {pk}", {})[name] = old
        after.setdefault(f"{label} {pk}", {})[name] = new
    return {"set": before}, {"made": record.made, "set": after}


def failed(batch, message=BROKEN):
    """Outside the rolled-back transaction: say that nothing was imported, so that no state is ever stuck."""
    ImportBatch.objects.filter(pk=batch.pk, state__in=[State.CHECKING, State.IMPORTING]).update(
        state=State.FAILED, error=message
    )


def claim(batch, state):
    """Move a batch into `state` (checking, importing) for a job, unless it is done. False when it was too late."""
    before = {  # its own state too: a job whose worker was killed runs again
        State.CHECKING: [State.UPLOADED, State.READY, State.FAILED, State.CHECKING],
        State.IMPORTING: [State.READY, State.FAILED, State.IMPORTING],
    }
    return ImportBatch.objects.filter(pk=batch.pk, state__in=before[state]).update(state=state) == 1
