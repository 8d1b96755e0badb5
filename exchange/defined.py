"""The fields and tables an admin made, remembered for a moment (core/kept.py): pages without any pay nothing (R41)."""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from core.kept import Kept
from exchange.models import FieldDefinition

_held = ContextVar("held", default=None)


@dataclass(eq=False)
class Defined:
    """Shared between requests: read, never changed. `every` has the fields that are switched off as well."""

    every: dict = field(default_factory=dict)  # {of: [FieldDefinition]}
    tables: list = field(default_factory=list)  # own tables in use that have a field in use, in order
    off: list = field(default_factory=list)  # those that have none, or are switched off: files on their way know them

    def fields(self, of):
        """The fields in use of a customer ("customer") or of an own table (its slug), in their order."""
        return [one for one in self.every.get(of, ()) if one.is_on]

    def table(self, slug):
        return next((table for table in self.tables if table.slug == slug), None)


def _read():
    known, tables = Defined(), {}
    for one in FieldDefinition.objects.select_related("table").order_by("of", "position", "id"):
        known.every.setdefault(one.of, []).append(one)
        if one.table:
            table, in_use = tables.setdefault(one.table_id, (one.table, []))
            in_use += [one] if one.is_on and table.retired_at is None else []
    for table, in_use in sorted(tables.values(), key=lambda pair: (pair[0].position, pair[0].pk)):
        (known.tables if in_use else known.off).append(table)
    return known


_kept = Kept(_read)


def load():
    """What is defined now: one query a process and moment."""
    return _held.get() or _kept.get()


def fields_of(of):
    return load().fields(of)


@contextmanager
def supposing(one):
    """Within it a field is defined as `one` says, unsaved: for the preview of a form."""
    known = load()
    every = {of: [one if each.pk == one.pk else each for each in fields] for of, fields in known.every.items()}
    token = _held.set(Defined(every, known.tables, known.off))
    try:
        yield
    finally:
        _held.reset(token)


@contextmanager
def held():
    """Within it the definitions stay as they are at its beginning: a page, or a walk over the rows of a file. Also as a
    decorator: @held()."""
    token = _held.set(load())
    try:
        yield
    finally:
        _held.reset(token)
