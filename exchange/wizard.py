"""What the pages of the wizard show, and the answers they send back."""

import datetime as dt

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.asked import number
from core.errors import TooMany
from core.models import Job
from exchange import gate, taking_back
from exchange.applying import BROKEN
from exchange.models import ImportBatch, ImportRow
from exchange.problems import tell
from exchange.sheets import sheet_of, sheets
from exchange.writing import write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 50
AN_HOUR = 10
TABS = ("new", "changed", "same", "wrong")


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
        "batches": batches[:SHOWN],
        "step": 1,
        "looks_like": looks_like,
        "limit_rows": gate.ROWS,
    }


def mapping(batch, settling):
    return {
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


def checked(request, batch, *, refused=False):
    tab = request.GET.get("tab")
    counts = batch.counts
    if tab not in TABS:
        tab = next((name for name in ("wrong", "changed", "new", "same") if counts.get(name)), "new")
    rows = [Row(row, batch) for row in batch.rows.filter(fate=tab)[:SHOWN]] if batch.state == "ready" else []
    job = Job.objects.filter(name__in=["check_import", "apply_import"], args__batch=batch.pk).order_by("-pk").first()
    lost = job is not None and job.state == "failed" and batch.state in ("checking", "importing")
    titles = {"new": _("New"), "changed": _("Changes"), "same": _("Same"), "wrong": _("Errors")}
    return {
        "batch": batch,
        "tab": tab,
        "rows": rows,
        "counts": counts,
        "job": job,
        "lost": lost,
        "step": 3,
        "shown": min(counts.get(tab, 0), SHOWN),
        "refused": refused,
        "notices": notices(batch),
        "mine": batch.owner_id == request.user.pk,
        "rows_of_tab": counts.get(tab, 0),
        "failure": tell(batch.error or BROKEN),
        "tabs": [
            {"label": titles[name], "url": f"?tab={name}", "n": counts.get(name, 0), "current": name == tab}
            for name in TABS
        ],
    }


class Row:
    """One row as the check page shows it: what it is, what changes, what is wrong, in words."""

    def __init__(self, row, batch):
        table = next(table for table in batch.tables if table["part"] == row.part)
        self.sheet = sheet_of(table["slug"])
        self.columns = {name: int(index) for index, name in table["columns"].items()}
        self.row = row.read_with(self.columns, {})
        self.number, self.part, self.pk = row.number, row.part, row.pk

    def label(self, field):
        column = self.sheet.by_field.get(field)
        return column.label if column else field

    @property
    def name(self):
        found = (self.row.text_of(field) for field in ("customer", "place", "reference", "description"))
        return next((words[:200] for words in found if words), "")[:200]

    @property
    def cells(self):
        shown = [column for column in self.sheet.columns if column.field in self.columns and column.field != "customer"]
        return [(c.label, self.row.text_of(c.field)[:80]) for c in shown if self.row.text_of(c.field).strip()]

    @property
    def changes(self):
        return [
            {**change, "label": self.label(change["field"]), "name": f"keep-{self.pk}-{change['field']}"}
            for change in self.row.changes
        ] + [
            {"field": field, "label": self.label(field), "kept": True, "name": f"keep-{self.pk}-{field}"}
            for field in self.row.keep
        ]

    @property
    def errors(self):
        return [
            {
                "label": self.label(e["field"]),
                "value": self.row.text_of(e["field"]),
                "field": e["field"],
                "message": tell(e["message"], e["params"]),
                "name": f"cell-{self.pk}-{e['field']}",
                "editable": e["field"] in self.columns,
            }
            for e in self.row.errors
        ]

    @property
    def flags(self):
        return [f"{self.label(f['field'])}: {tell(f['message'], f['params'])}" for f in self.row.flags]


def take_answers(batch, data):
    """Keep or replace per row and cell, and cells corrected on the page. Only rows of this batch can be named."""
    shown = {key for pk in data.getlist("shown") if (key := number(pk))}
    rows = batch.rows.filter(pk__in=shown)
    touched = []
    for row in rows:
        table = next((table for table in batch.tables if table["part"] == row.part), None)
        columns = {name: int(index) for index, name in table["columns"].items()}
        keep = [name.split("-", 2)[2] for name in data if name.startswith(f"keep-{row.pk}-")]
        row.keep = [field for field in keep if field in columns or field == "contact"]
        for name in data:
            if name.startswith(f"cell-{row.pk}-") and (index := columns.get(name.split("-", 2)[2])) is not None:
                cells = row.cells["v"] + [""] * (index + 1 - len(row.cells["v"]))
                if cells[index] != data[name]:
                    cells[index] = data[name].replace("\x00", "")[:20_000]
                    row.cells = {"v": cells, "n": {k: v for k, v in row.cells.get("n", {}).items() if k != str(index)}}
        touched.append(row)
    ImportRow.objects.save_many(touched, ["keep", "cells"])


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
