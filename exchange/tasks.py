"""Jobs of the workbooks: check and apply a large import, write a large export, the nightly copies (D38, D49)."""

import logging

from django.utils import timezone

from accounts.rights import may_set_up
from activity.recording import notify
from core.errors import Refused
from core.jobs import job
from exchange import applying, checking, copies, exporting, formuse, staging
from exchange.models import ExportFile, ImportBatch
from exchange.problems import Unreadable

log = logging.getLogger(__name__)
State = ImportBatch.State


@job("check_import", long=True)
def check_import(job):
    """Stage and check a batch. Twice is harmless: rows are staged once, a fate is only written over."""
    batch = ImportBatch.objects.select_related("owner").get(pk=job.args["batch"])
    if batch.state in (State.DONE, State.UNDONE) or not applying.claim(batch, State.CHECKING):
        return {"state": batch.state}
    try:
        staging.stage_rows(batch)
        job.progress(batch.counts["rows"] // 2, batch.counts["rows"])
        checking.check(batch, by=batch.owner, now=timezone.now())
    except Unreadable as problem:
        applying.failed(batch, str(problem))
    except Exception:
        log.exception("import %s could not be checked", batch.pk)
        applying.failed(batch)
        raise
    return batch.counts


@job("apply_import", long=True)
def apply_import(job):
    """Write a confirmed batch, all rows or none, with the rights its owner has now (INV-17)."""
    batch = ImportBatch.objects.select_related("owner").get(pk=job.args["batch"])
    if batch.state in (State.DONE, State.UNDONE) or not applying.claim(batch, State.IMPORTING):
        return {"state": batch.state}
    job.progress(1, batch.counts["rows"])
    try:
        applying.apply(batch, by=batch.owner, now=timezone.now())
    except Refused as refusal:
        if isinstance(refusal, applying.ChangedSince):
            checking.check(batch, by=batch.owner, now=timezone.now())
            ImportBatch.objects.filter(pk=batch.pk).update(state=State.IMPORTING)
        applying.failed(batch, refusal.message)
        return {"state": State.FAILED}
    except Exception:
        applying.failed(batch)
        raise
    notify(
        "exchange.imported",
        batch,
        tell=[batch.owner],
        at=timezone.now(),
        key=f"import {batch.pk}",
        name=batch.name,
        **batch.counts,
    )
    return batch.counts


@job("make_export", long=True)
def make_export(job):
    export = ExportFile.objects.select_related("owner").get(pk=job.args["export"])
    if export.ready_at is None:
        exporting.make_file(export, now=timezone.now())
        notify(
            "exchange.export_ready",
            export,
            tell=[export.owner],
            at=timezone.now(),
            key=f"export {export.pk}",
            name=export.name,
            rows=export.rows,
        )
    return {"rows": export.rows}


@job("write_copies", long=True, may=may_set_up)
def write_copies(job):
    """The night also lets go of how long forms took half a year ago."""
    now = timezone.now()
    path, rows = copies.write_copies(now=now)
    formuse.forget_old(now)
    return {"file": path.name, "rows": rows}
