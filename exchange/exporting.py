"""Exports: the template's table of what a list shows, within the rights of the moment it is fetched (D6, INV-11)."""

import io
import tempfile
import uuid
from pathlib import Path
from types import SimpleNamespace

from django.core.files import File
from django.http import QueryDict
from django.utils.text import get_valid_filename

from activity.recording import record
from core.periods import today
from exchange.models import ExportFile
from exchange.sheets import sheet_of
from exchange.writing import write_csv, write_workbook

DIRECT = 2_000  # more rows are a job with a message (stack §3.6)


def queryset_of(sheet, user, query):
    """What the list shows to `user` with that query string. No request: jobs have none."""
    data = QueryDict(query)
    return sheet.queryset(user, SimpleNamespace(user=user, GET=data, method="GET"), data)


def ask(sheet, *, by, query, form, now):
    """An ExportFile for what was asked; `is_large` ones are written by the job."""
    name = get_valid_filename(f"{sheet.words}-{today(now):%Y-%m-%d}.{'csv' if form == 'csv' else 'xlsx'}")
    rows = queryset_of(sheet, by, query).count()
    made = ExportFile.objects.create(owner=by, sheet=sheet.slug, query=query[:2000], name=name, rows=rows)
    record("exchange.exported", made, by=by, at=now, list=sheet.name[0], list_en=sheet.name[1], rows=rows)
    return made


def is_large(export):
    return export.rows > DIRECT


def write(export, target):
    """The rows as their owner may see them now, into a binary file. Returns the number of rows."""
    sheet = sheet_of(export.sheet)
    rows = sheet.rows(export.owner, queryset_of(sheet, export.owner, export.query))
    if export.name.endswith(".csv"):
        text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
        count = write_csv(text, sheet, rows)
        text.detach()
        return count
    return write_workbook(target, [(sheet, rows)])


def make_file(export, *, now):
    """For the job: written beside and stored under a random name, with the ids it holds, to be asked again."""
    sheet = sheet_of(export.sheet)
    keys = list(queryset_of(sheet, export.owner, export.query).values_list("pk", flat=True))
    with tempfile.NamedTemporaryFile(suffix=Path(export.name).suffix) as file:
        export.rows = write(export, file)
        file.seek(0)
        export.file.save(f"{uuid.uuid4().hex}{Path(export.name).suffix}", File(file), save=False)
    export.file.storage.save(f"{export.file.name}.keys", File(io.BytesIO(" ".join(map(str, keys)).encode())))
    export.ready_at = now
    export.save(update_fields=["file", "rows", "ready_at"])
    return export


def still_allowed(export):
    """Whether everything in a stored file may still be seen by its owner: rights are those of the download."""
    sheet = sheet_of(export.sheet)
    with export.file.storage.open(f"{export.file.name}.keys") as file:
        keys = {int(key) for key in file.read().split()}
    return keys <= set(queryset_of(sheet, export.owner, export.query).values_list("pk", flat=True))
