"""What the pages of the wizard show, and the answers they send back."""

import datetime as dt

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from core.errors import TooMany
from core.words import listed
from exchange import gate, profiling, taking_back
from exchange.forms_profiles import ProfileForm
from exchange.known import KNOWN
from exchange.models import ImportBatch
from exchange.problems import tell
from exchange.sheets import sheet_of, sheets
from exchange.writing import write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 50
AN_HOUR = 10


def throttle(rows, *, now):
    """Ten an hour (reliability §6.2)."""
    since = now - dt.timedelta(hours=1)
    if rows.filter(made_at__gte=since).count() >= AN_HOUR:
        raise TooMany(600)


def start(request, form, problem=None):
    batches = ImportBatch.objects.visible_to(request.user).select_related("owner")
    looks_like = sheet_of(problem.looks_like) if problem and problem.looks_like else None
    return {
        "form": form,
        "sheets": sheets(),
        "systems": listed(dict.fromkeys(one.system for one in KNOWN), get_language()),
        "batches": batches[:SHOWN],
        "step": 1,
        "looks_like": looks_like,
        "limit_rows": gate.ROWS,
    }


def mapping(batch, settling, *, form=None):
    return {
        "profiles": profiling.fitting(batch, settling.run.by),
        "used": batch.mapping.get("profile", ""),
        "known": [table["known"] for table in batch.tables if table.get("known")],
        "form": form or ProfileForm(),
        "may_save": len(batch.tables) == 1,
        "dates": settling.dates,
        "foreign": settling.foreign,
        "batch": batch,
        "settling": settling,
        "tables": settling.tables,
        "people": settling.people,
        "values": settling.values,
        "owners": settling.owners(),
        "teams": settling.teams() if any(one["make"] for one in settling.people) else [],
        "make_team": settling.given.get("make_team", ""),
        "owner": batch.mapping.get("owner", ""),
        "step": 2,
        "errors": [tell(message, values) for message, values in settling.errors],
        "notices": notices(batch),
    }


def notices(batch):
    found = []
    for message, values in batch.notices:
        if "when" in values:
            when = timezone.localtime(dt.datetime.fromisoformat(values["when"]))
            values = values | {"when": f"{when:%Y-%m-%d %H:%M}"}
        found.append(tell(message, values))
    return found


def result(request, batch, *, now):
    return {
        "batch": batch,
        "counts": batch.counts,
        "step": 4,
        "good": batch.counts.get("rows", 0) - batch.counts.get("wrong", 0),
        "mine": batch.owner_id == request.user.pk,
        "can_undo": taking_back.can_undo(batch, now) and batch.owner_id == request.user.pk,
        "sheets": [sheet_of(slug) for slug in dict.fromkeys(table["slug"] for table in batch.tables)],
    }


def count_try(batch):
    """Each press is a job of its own: a key that was used is never told again."""
    batch.mapping["tries"] = batch.mapping.get("tries", 0) + 1
    batch.save(update_fields=["mapping"])


def job_key(what, batch):
    return f"{what} import {batch.pk} try {batch.mapping['tries']}"


def go(request, name, *args):
    """A redirect that htmx follows as a page, not into the fragment."""
    if request.htmx and not request.htmx.boosted:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse(name, args=args)
        return response
    return redirect(name, *args)


def disposition(name):
    return content_disposition_header(True, name)


def empty_tables(request, wanted, slug):
    if not wanted:
        raise Http404
    response = HttpResponse(content_type=XLSX)
    response["Content-Disposition"] = disposition(f"{wanted[0].words if len(wanted) == 1 else 'SalesFlow'}.xlsx")
    write_workbook(response, [(sheet, iter(())) for sheet in wanted], keys=False)
    return response
