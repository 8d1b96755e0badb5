"""What an app tells exchange about its sheets: columns, and the parts that match, compare, write and take back.

A **Sheet** is one kind of table (follow-ups, stage-progress, requests, customers). A **Column** is one of its columns
with the words that name it in both languages. A **Part** is the piece of a sheet that belongs to one noun: customers
bring the customer part and the follow-up part, pipeline brings the deal part, and a sheet may be made of several.
Exchange knows none of the nouns; it only walks: parse every cell, let each part check, then let each part write.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from exchange import defined
from exchange.problems import Wrong, gettext_noop

MISSING = gettext_noop("“%(column)s” is empty.")
NO_VALUE = gettext_noop("This is a formula without a value. Open the file in Excel, save it and upload it again.")
FROM_FORMULA = gettext_noop("The value of a formula was taken.")
MERGED = gettext_noop("The merged cells %(range)s hold a date or a person. Unmerge them and fill in each row.")
FILLED = gettext_noop("Filled down from the merged cells %(range)s.")

READ_AS = gettext_noop("“%(value)s” was read as “%(read)s”.")

KEY = "_key"  # the hidden last column of an export: which record a row was (D46)


@dataclass(frozen=True)
class Column:
    """One column. `parse(text, run, record)` gives the value or raises Wrong; `words` are the template's headers
    (Chinese, English), `synonyms` other headers people use. `fill` says whether a merged cell may be filled down
    (B12: never for dates and people). `choices(run or None)` are the words of its drop-down."""

    field: str
    words: tuple[str, str]
    parse: Callable[[str, Any, Any], Any]
    synonyms: tuple[str, ...] = ()
    required: bool = False
    fill: bool = True
    person: bool = False
    kind: str = "text"  # of the exported cell: text | date | money | number | plain (a number as it is)
    width: int = 16
    choices: Callable[[], list[str]] | None = None
    exported: bool = True

    @property
    def label(self):
        return self.words[1] if (get_language() or "").startswith("en") else self.words[0]


class Part:
    """The piece of a sheet that belongs to one noun. `order` is the order of checking and writing."""

    order = 0

    def check(self, records, run):
        """Compare with what is there, in a handful of queries for the whole list: links, changes, errors, flags."""

    def write(self, records, run):
        """Write the rows that are good, by the verbs of the app, set-based."""

    def take_back(self, batch, run):
        """Undo what write() did for this batch, less what somebody touched since (run.keep(name))."""


@dataclass
class Sheet:
    slug: str
    title: Any  # lazy, in the reader's language
    name: tuple[str, str]  # of the worksheet and the template file
    columns: list[Column]
    parts: list[Part]
    marks: frozenset  # fields of which most must be there for a header row to be this sheet's
    rows: Callable | None = None  # rows(user, queryset) → iterator of (key, {field: value}) for the export
    queryset: Callable | None = None  # queryset(user, querydict) → what the list shows with that query string
    list_url: str = ""  # where its records are seen
    list_args: tuple = ()
    own: bool = False  # a table an admin made
    off: bool = False  # one that is switched off: only files that are on their way know it
    extra: list[Column] = field(default_factory=list)  # only read, never exported: columns of parts from above

    @property
    def words(self):
        return self.name[1] if (get_language() or "").startswith("en") else self.name[0]

    @property
    def list_path(self):
        return reverse(self.list_url, args=self.list_args) if self.list_url else ""

    @property
    def all_columns(self):
        return self.columns + self.extra

    @property
    def by_field(self):
        return {column.field: column for column in self.all_columns}


_sheets: dict[str, Sheet] = {}
_growing: dict[str, Callable] = {}
_makers: list[Callable] = []
_whole = {"of": None, "sheets": {}}


def register(sheet):
    """Plug a sheet in, from an app's ready(). The same slug again replaces it."""
    _sheets[sheet.slug] = sheet
    _whole["of"] = None
    return sheet


def extend(slug, part, columns):
    """Let an upper app read more columns of a lower sheet, such as the stage in a list of customers."""
    sheet = _sheets[slug]
    if part not in sheet.parts:
        sheet.parts.append(part)
    known = {column.field for column in sheet.all_columns}
    sheet.extra += [column for column in columns if column.field not in known]
    _whole["of"] = None


def grow(slug, columns_of):
    """Let a sheet have the custom fields of its noun behind its own columns: columns_of(Defined) -> [Column]."""
    _growing[slug] = columns_of


def make(sheets_of):
    """Plug in what makes a whole sheet of each own table: sheets_of(Defined) -> [Sheet]."""
    if sheets_of not in _makers:
        _makers.append(sheets_of)


def _all():
    """{slug: sheet} with what an admin defined; made again when that is read again (exchange/defined.py)."""
    known = defined.load()
    if _whole["of"] is not known:
        made = dict(_sheets)
        for slug, columns_of in _growing.items():
            if slug in made and (columns := columns_of(known)):
                marks = made[slug].marks | {column.field for column in columns}
                made[slug] = replace(made[slug], columns=made[slug].columns + columns, marks=marks)
        for sheets_of in _makers:
            made |= {sheet.slug: sheet for sheet in sheets_of(known)}
        _whole.update(of=known, sheets=made)
    return _whole["sheets"]


def sheets():
    """Those in use."""
    return [sheet for sheet in _all().values() if not sheet.off]


def exported_sheets():
    """Those that can be written too; a table that only comes in has no rows of its own."""
    return [sheet for sheet in sheets() if sheet.rows]


def sheet_of(slug):
    """One by its slug, a table that is switched off too; None for none."""
    return _all().get(slug)


@dataclass
class Record:
    """One row of the file on its way: what was read, what it links to, and what will become of it."""

    row: Any  # ImportRow
    sheet: Sheet
    values: dict = field(default_factory=dict)
    links: dict = field(default_factory=dict)  # customer, contact, deal, … once found
    errors: list = field(default_factory=list)
    flags: list = field(default_factory=list)
    changes: list = field(default_factory=list)
    is_new: bool = False
    made: list = field(default_factory=list)  # [[model label, pk, words]]
    set: list = field(default_factory=list)  # [[model label, pk, field, old, new]]

    @property
    def number(self):
        return self.row.number

    @property
    def fate(self):
        if self.errors:
            return "wrong"
        if self.is_new:
            return "new"
        return "changed" if self.changes else "same"

    def get(self, field, default=None):
        value = self.values.get(field)
        return default if value is None else value

    def wrong(self, field, message, **values):
        shown = self.row.text_of(field)
        self.errors.append({"field": field, "value": shown[:200], "message": message, "params": values})

    def flag(self, field, message, **values):
        self.flags.append({"field": field, "message": message, "params": values})

    def change(self, field, old, new, *, shown=None, was=None):
        """A cell that differs. Returns False when the person chose to keep what is there. `was` is what stood there in
        words of no language: when it is another by the time of the import, nothing is imported (REL1)."""
        if field in (self.row.keep or []):
            return False
        old, new = shown or (old, new)
        change = {"field": field, "old": "" if old is None else str(old), "new": str(new)}
        self.changes.append(change | ({} if was is None else {"was": str(was)}))
        return True

    @property
    def is_shown_otherwise(self):
        """Whether somebody has changed what the row changes since the check page showed it."""
        shown = {change["field"]: change.get("was") for change in self.row.changes}
        known = [change for change in self.changes if "was" in change]
        if self.row.fate == "same":
            return bool(known)
        return any(shown.get(change["field"]) not in (None, change["was"]) for change in known)


def parse(record, run):
    """All cells of a record into values, errors and flags (formulas and merged cells included)."""
    for column in record.sheet.all_columns:
        text = record.row.text_of(column.field)
        note = record.row.note_of(column.field)
        try:
            _heed(note, column, record)
            value = column.parse(text, run, record)
        except Wrong as problem:
            record.wrong(column.field, problem.message, **problem.values)
            continue
        if value in (None, "") and column.required:
            record.wrong(column.field, MISSING, column=column.words[0])
        elif column.field not in record.values or value not in (None, ""):
            record.values[column.field] = value
        if not column.choices and (typed := record.row.typed_in(column.field)):
            record.flag(column.field, READ_AS, value=typed, read=text)  # a choice was settled by the person himself


def _heed(note, column, record):
    kind, detail = note
    if kind == "formula_empty":
        raise Wrong(NO_VALUE)
    if kind == "formula":
        record.flag(column.field, FROM_FORMULA)
    if kind in ("merged", "merged_head") and not column.fill:
        raise Wrong(MERGED, range=detail)
    if kind == "merged":
        record.flag(column.field, FILLED, range=detail)
