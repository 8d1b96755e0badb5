"""Undo of an import among requests: those nobody worked on since go, changed fields go back (7 days)."""

import datetime as dt

from django.db import transaction
from django.db.models import ProtectedError

from collaboration import importing_own
from collaboration.models import CollaborationRequest
from core.changing import change
from exchange.taking_back import made, was_set


def requests_back(batch, run):
    after = dt.datetime.fromisoformat(batch.mapping["finished"])
    importing_own.back(run)
    wanted = was_set(run, "collaboration.request")
    for request in CollaborationRequest._base_manager.filter(pk__in=wanted):
        values = {}
        for name, (old, new) in wanted[request.pk].items():
            if str(getattr(request, name)) != new:
                run.keep(request)
            else:
                values[name] = request._meta.get_field(name).to_python(old or None) if name == "needed_by" else old
        change(request, by=run.by, **values)
    mine = CollaborationRequest._base_manager.filter(pk__in=made(run, "collaboration.request"))
    rows = CollaborationRequest.history.filter(id__in=mine.values("pk"), history_date__gt=after)
    touched = set(rows.values_list("id", flat=True)) | set(
        mine.filter(comments__isnull=False).values_list("pk", flat=True)
    )
    for request in mine.distinct():
        try:
            with transaction.atomic():
                if request.pk in touched:
                    raise ProtectedError("", {request})
                request.delete()
        except ProtectedError:
            run.keep(request)
