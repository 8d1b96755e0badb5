"""One row of a file on its way: what was read, what it links to, what changes, and what may not."""

from dataclasses import dataclass, field
from typing import Any

from exchange.problems import Wrong, gettext_noop
from exchange.spelling import spelled

MISSING = gettext_noop("“%(column)s” is empty.")
NO_VALUE = gettext_noop("This is a formula without a value. Open the file in Excel, save it and upload it again.")
FROM_FORMULA = gettext_noop("The value of a formula was taken.")
MERGED = gettext_noop("The merged cells %(range)s hold a date or a person. Unmerge them and fill in each row.")
FILLED = gettext_noop("Filled down from the merged cells %(range)s.")
READ_AS = gettext_noop("“%(value)s” was read as “%(read)s”.")

KINDS = ("conflict", "locked")  # of a change that is more than another value: changes[…]["kind"]


@dataclass
class Record:
    """One row of the file on its way: what was read, what it links to, and what will become of it."""

    row: Any  # ImportRow
    sheet: Any
    values: dict = field(default_factory=dict)
    links: dict = field(default_factory=dict)  # customer, contact, deal, … once found
    errors: list = field(default_factory=list)
    flags: list = field(default_factory=list)
    changes: list = field(default_factory=list)
    is_new: bool = False
    made: list = field(default_factory=list)  # [[model label, pk, words]]
    told: set = field(default_factory=set)  # fields that are part of a change told under another
    set: list = field(default_factory=list)  # [[model label, pk, field, old, new]]
    key: Any = None  # the exchange.keys.Key of a row that was exported here
    copy_of: int = 0  # the row that has the same key
    edited: dict = field(default_factory=dict)  # field → what stands here now, of cells changed in the file
    conflicts: dict = field(default_factory=dict)  # field → {"now", "before"}, of cells changed on both sides

    @property
    def number(self):
        return self.row.number

    @property
    def fate(self):
        kinds = {change.get("kind") for change in self.changes}
        if self.errors:
            return "wrong"
        if self.is_new:
            return "new"
        if "conflict" in kinds:
            return "conflict"
        return "changed" if None in kinds else "locked" if kinds else "same"

    def get(self, field, default=None):
        value = self.values.get(field)
        return default if value is None else value

    def wrong(self, field, message, **values):
        shown = self.row.text_of(field)
        self.errors.append({"field": field, "value": shown[:200], "message": message, "params": values})

    def may_not(self, field, message, **values):
        """A cell that this person, or an import, may not change: said beside it in a row that was exported here, where
        the rest goes in; an error in any other row."""
        if self.key is None:
            self.wrong(field, message, **values)
            return
        now, yours = self.edited.get(field, ""), self.row.raw_of(field)
        self.lock(field, now, yours, message, **values)

    def lock(self, field, now, yours, message, **values):
        self.changes.append(
            {"field": field, "old": now, "new": yours, "kind": "locked", "message": message, "params": values}
        )

    def flag(self, field, message, **values):
        self.flags.append({"field": field, "message": message, "params": values})

    def change(self, field, old, new, *, shown=None, was=None):
        """A cell that differs. Returns False when the person chose to keep what is there. What stood there is kept in
        words of no language (`was`, else `old` itself): when it is another by the time of the import, nothing is
        imported (REL1)."""
        if was is None:
            was = getattr(old, "pk", old)
        old, new = shown or (old, new)
        change = {"field": field, "old": "" if old is None else str(old), "new": str(new), "was": str(was or "")}
        if field in self.conflicts:
            change |= {"kind": "conflict", "was": self.conflicts[field]["now"]} | self.conflicts[field]
        self.changes.append(change)
        return field not in (self.row.keep or [])

    @property
    def is_shown_otherwise(self):
        """Whether somebody has changed what the row changes since the check page showed it."""
        if self.row.fate in ("new", "wrong"):
            return False
        shown = {change["field"]: change for change in self.row.changes}
        return any(_differ(shown.get(change["field"]), change) for change in self.changes if "was" in change)

    def ask_anew(self):
        """An accepted conflict whose other side changed again since it was shown is open again."""
        shown = {change["field"]: change.get("was") for change in self.row.changes}
        moved = {c["field"] for c in self.changes if c["field"] in shown and shown[c["field"]] != c.get("was")}
        self.row.take = [field for field in self.row.take if field not in moved]


def _differ(shown, change):
    return shown is None or (shown.get("was"), shown.get("kind")) != (change["was"], change.get("kind"))


def parse(record, run):
    """All cells of a record into values, errors and flags (formulas and merged cells included)."""
    for column in record.sheet.all_columns:
        text = record.row.text_of(column.field)
        note = record.row.note_of(column.field)
        try:
            _heed(note, column, record)
            value = column.parse(spelled(text, column, run.spelling), run, record)
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
