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
    records: Callable | None = None  # records(user) → what a row that went out may come back to; None: keys of its own
    fixed: frozenset = frozenset()  # fields that no import changes of a record that is there
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
