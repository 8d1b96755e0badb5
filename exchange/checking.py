"""Every row's fate before anything is written: new, changed, same or wrong, and why (REL3, S6 step 3)."""

from collections import Counter

from django.db import transaction

from core.periods import today
from exchange.defined import held
from exchange.models import ImportBatch, ImportRow
from exchange.people import People
from exchange.records import Record, parse
from exchange.sheets import sheet_of
from exchange.threeway import compare, conclude

FATES = ("new", "changed", "same", "wrong")
DECIDED = ("conflict", "changed")  # fates of rows with cells to decide on
MORE = ("conflict", "locked")  # counted where there are any


class Run:
    """One walk over a batch: who imports, when, the people he may name, and what the parts share (`shared`)."""

    def __init__(self, batch, *, by, now):
        self.batch, self.by, self.now, self.today = batch, by, now, today(now)
        self.people = People(by, batch.mapping.get("people"))
        self.owner = self.people.by_login.get(batch.mapping.get("owner") or (by.username if by.sells else ""))
        self.spelling = batch.mapping.get("spelling", {})
        self.shared, self.kept, self.source = {}, [], batch.name

    def once(self, name, make):
        """A value that is looked up once a run, such as the words of the stages."""
        if name not in self.shared:
            self.shared[name] = make()
        return self.shared[name]

    def keep(self, words):
        """Undo leaves this record alone, because somebody touched it since."""
        self.kept.append(str(words))


@held()
def examine(batch, *, by, now):
    """(records, run): every row parsed and compared with what is there. Reads only, in a handful of queries."""
    run = Run(batch, by=by, now=now)
    records = list(_records(batch))
    going = compare(records, run)
    for record in going:
        parse(record, run)
    for part in parts_of(batch):
        part.check([r for r in going if part in r.sheet.parts], run)
    conclude(going, run)
    return records, run


def parts_of(batch):
    found = {id(part): part for table in batch.tables for part in sheet_of(table["slug"]).parts}
    return sorted(found.values(), key=lambda part: part.order)


def _records(batch):
    tables = {}
    for table in batch.tables:
        columns = {name: int(index) for index, name in table["columns"].items()}
        tables[table["part"]] = (sheet_of(table["slug"]), columns)
    values = batch.mapping.get("values", {})
    for row in batch.rows.all():
        if row.part in tables:
            sheet, columns = tables[row.part]
            yield Record(row.read_with(columns, values), sheet)


def check(batch, *, by, now):
    """Examine and remember each row's fate; the batch is ready to import. Returns (records, run)."""
    records, run = examine(batch, by=by, now=now)
    for record in records:
        record.ask_anew()
        tell_row(record)
    with transaction.atomic():
        ImportRow.objects.save_many([record.row for record in records], ["fate", "changes", "errors", "flags", "take"])
        batch.counts = counted(records)
        batch.mapping["touched"] = _touched(records)
        batch.state, batch.error = ImportBatch.State.READY, ""
        batch.save(update_fields=["state", "counts", "error", "mapping"])
    return records, run


def counted(records):
    """{"rows": …, "new": …, …} of rows, and {"cells": …, "cells_conflict": …} of cells that change."""
    fates = Counter(record.fate for record in records)
    cells = Counter(change.get("kind", "changed") for record in records for change in record.changes)
    return (
        {"rows": len(records)}
        | {fate: fates.get(fate, 0) for fate in FATES}
        | {fate: fates[fate] for fate in MORE if fates[fate]}
        | {f"cells_{kind}": n for kind, n in sorted(cells.items())}
    )


def _touched(records):
    """{fate: {field: number of cells}} of the cells a person may decide on, for deciding on a whole column."""
    found = {}
    for record in records:
        for change in record.changes if record.fate in DECIDED else ():
            if change.get("kind") != "locked":
                fields = found.setdefault(record.fate, {})
                fields[change["field"]] = fields.get(change["field"], 0) + 1
    return found


def take_unseen(batch):
    """Ready to import without a look, for whoever shows nothing before all of it is written or taken back."""
    batch.state = ImportBatch.State.READY
    batch.save(update_fields=["state"])


def tell_row(record):
    row = record.row
    row.fate, row.changes, row.errors, row.flags = record.fate, record.changes, record.errors, record.flags
