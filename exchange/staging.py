"""A file or a pasted block becomes a batch with its rows as read. Nothing of the business is touched (REL3)."""

import datetime as dt
import hashlib
import uuid
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.db import transaction

from exchange.matching import header_key
from exchange.models import ImportBatch, ImportRow, MappingProfile
from exchange.parsing import is_nothing
from exchange.problems import gettext_noop
from exchange.reading import read, read_pasted
from exchange.recognising import recognise
from exchange.sheets import sheet_of
from exchange.spelling import foreign_in, order_of

PASTED = gettext_noop("Pasted rows")
ALREADY = gettext_noop("This file was already imported at %(when)s. Rows that are the same change nothing.")
INLINE = 500  # more rows than this are a job (ux §3: more than ten seconds of work)
SAMPLES = 3
VALUES = 200  # distinct names or choices a person is asked to settle
WARN_DAYS = 7


def bring_in(*, by, now, data=b"", name="", text="", wanted=""):
    """Read, recognise and stage. Returns the batch; raises Unreadable and leaves nothing behind.

    `wanted` is the sheet the person chose, if any. A large file's rows are staged by the job that checks them.
    """
    if text:
        data, name = text.encode(), PASTED
    book = read_pasted(text) if text else read(data, name)
    tables, notices = recognise(book, name, wanted=wanted, profiles=MappingProfile.objects.visible_to(by))
    digest = hashlib.sha256(data).hexdigest()
    slugs = list(dict.fromkeys(table.slug for table in tables))
    with transaction.atomic():
        batch = ImportBatch(
            owner=by,
            name=name[:200],
            sha256=digest,
            sheet=slugs[0] if len(slugs) == 1 else "several",
            notices=_warned(notices, digest, by=by, now=now),
            mapping={"tables": [describe(t) for t in tables], "wanted": wanted},
            counts={"rows": sum(len(table.rows) for table in tables)},
        )
        batch.file.save(
            f"{uuid.uuid4().hex}{'.tsv' if text else '.xlsx' if data[:2] == b'PK' else '.csv'}",
            ContentFile(data),
            save=False,
        )
        batch.save()
        if batch.counts["rows"] <= INLINE:
            stage_rows(batch, tables)
    return batch


def is_large(batch):
    return batch.counts.get("rows", 0) > INLINE


def describe(table):
    """What the wizard needs of a table: header, columns, samples, and every name and choice that occurs in it."""
    samples, columns, settle = {}, sheet_of(table.slug).by_field, {}
    for index, name in table.columns.items():
        if name in columns and (columns[name].person or columns[name].choices):
            found = dict.fromkeys(row.cells[index].strip() for row in table.rows if index < len(row.cells))
            settle[name] = [text for text in found if text and not is_nothing(text)][:VALUES]
    for index in range(len(table.header)):
        shown = dict.fromkeys(row.cells[index] for row in table.rows[:200] if index < len(row.cells))
        samples[str(index)] = [text[:60] for text in shown if not is_nothing(text)][:SAMPLES]
    texts = {
        kind: [row.cells[index] for index, name in table.columns.items() if name in columns
               and columns[name].kind == kind for row in table.rows if index < len(row.cells)]
        for kind in ("date", "money")
    }  # fmt: skip
    return {
        "known": table.known,
        "parts": sorted({i for _rule, found in table.made for i in found if i is not None} - set(table.columns)),
        "opened": {header_key(table.header[i]): name for i, name in table.columns.items()},
        "dates": order_of(texts["date"]),
        "foreign": foreign_in(texts["money"])[:60],
        "part": table.part,
        "slug": table.slug,
        "header": table.header,
        "header_row": table.header_row,
        "columns": {str(index): name for index, name in table.columns.items()},
        "samples": samples,
        "settle": settle,
    }


def stage_rows(batch, tables=None):
    """The rows as read, once; a job that was killed and runs again finds them there and adds nothing."""
    if batch.rows.exists():
        return
    tables = read_again(batch) if tables is None else tables
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                batch=batch,
                part=table.part,
                number=line.number,
                cells={"v": line.cells, "n": {str(i): note for i, note in line.notes.items()}}
                | ({} if line.before is None else {"b": line.before}),
            )
            for table in tables
            for line in table.rows
        ],
        batch_size=1000,
    )


def read_again(batch):
    """The tables of a batch out of its file, as they were recognised."""
    with batch.file.open("rb") as file:
        data = file.read()
    pasted = batch.file.name.endswith(".tsv")
    book = read_pasted(data.decode()) if pasted else read(data, batch.name)
    opened = [SimpleNamespace(sheet=table["slug"], columns=table["opened"]) for table in batch.tables]
    return recognise(book, batch.name, wanted=batch.mapping.get("wanted", ""), profiles=opened)[0]


def settle_again(batch):
    """After other columns were chosen: whether they bring names or words that are still to be settled."""
    described = {table.part: table for table in read_again(batch)}
    before = [table.get("settle", {}) for table in batch.tables]
    for table in batch.tables:
        if found := described.get(table["part"]):
            found.slug, found.columns = table["slug"], {int(i): name for i, name in table["columns"].items()}
            table |= {name: value for name, value in describe(found).items() if name in ("settle", "dates", "foreign")}
    now = [table["settle"] for table in batch.tables]
    return any(words - set(old.get(name, ())) for old, new in zip(before, now, strict=True)
               for name, words in ((name, set(found)) for name, found in new.items()))  # fmt: skip


def _warned(notices, digest, *, by, now):
    since = now - dt.timedelta(days=WARN_DAYS)
    before = ImportBatch.objects.filter(owner=by, sha256=digest, state="done", done_at__gte=since).first()
    if before is None:
        return notices
    return [*notices, [ALREADY, {"when": before.done_at.isoformat()}]]
