"""What a person decides about the cells of an import: take the file's or keep what is here, by cell, row, column or all
(M1). A cell in conflict stays as it is until it is accepted, any other change goes in until it is refused."""

from core.asked import number
from exchange.checking import DECIDED
from exchange.models import ImportRow

LONGEST = 20_000  # characters of a cell corrected on the page


def take_answers(batch, data):
    """Choices by cell, and cells corrected on the page. Only rows of this batch can be named."""
    shown, chosen = _keys(data, "shown"), _keys(data, "choose")
    touched = []
    for row in batch.rows.filter(pk__in=shown | chosen):
        if row.pk in chosen:
            _decide(row, {field: f"take-{row.pk}-{field}" in data for field in offered(row)})
        _correct(row, batch, data)
        touched.append(row)
    ImportRow.objects.save_many(touched, ["keep", "take", "cells"])


def take_many(batch, words):
    """One press for many cells: "take:12:" a row, "keep:changed:industry" a column, "take:conflict:" all of one fate.
    Anything else decides nothing."""
    verb, _colon, rest = words.partition(":")
    place, _colon, field = rest.partition(":")
    if verb not in ("take", "keep"):
        return
    rows = batch.rows.filter(fate__in=DECIDED)
    rows = rows.filter(fate=place) if place in DECIDED else rows.filter(pk=number(place) or 0)
    touched = list(rows)
    for row in touched:
        _decide(row, {one: verb == "take" for one in offered(row) if field in ("", one)})
    ImportRow.objects.save_many(touched, ["keep", "take"])


def offered(row):
    """{field: the change} of the cells there is a choice about."""
    return {change["field"]: change for change in row.changes if change.get("kind") != "locked"}


def is_taken(row, change):
    if change.get("kind") == "conflict":
        return change["field"] in row.take
    return change["field"] not in row.keep


def taken(row):
    """How many of its changed cells go in."""
    return sum(1 for change in offered(row).values() if is_taken(row, change))


def _decide(row, answers):
    changes, keep, take = offered(row), set(row.keep), set(row.take)
    for field, taken in answers.items():
        in_conflict = changes[field].get("kind") == "conflict"
        listed, wanted = (take, taken) if in_conflict else (keep, not taken)
        (listed.add if wanted else listed.discard)(field)
    row.keep, row.take = sorted(keep), sorted(take)


def _correct(row, batch, data):
    table = next(table for table in batch.tables if table["part"] == row.part)
    columns = {name: int(index) for index, name in table["columns"].items()}
    for name in data:
        if name.startswith(f"cell-{row.pk}-") and (index := columns.get(name.split("-", 2)[2])) is not None:
            cells = row.cells["v"] + [""] * (index + 1 - len(row.cells["v"]))
            if cells[index] != data[name]:
                cells[index] = data[name].replace("\x00", "")[:LONGEST]
                notes = {k: v for k, v in row.cells.get("n", {}).items() if k != str(index)}
                row.cells = row.cells | {"v": cells, "n": notes}


def _keys(data, name):
    return {key for pk in data.getlist(name) if (key := number(pk))}
