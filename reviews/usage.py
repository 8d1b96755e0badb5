"""How the fields of forms are used in a quarter (S16, M9): filled in, filled in late, corrected, narrowed by, timed.

Every number is of rows its reader may see, and opens a list of exactly that many (behind_field).

rows      records made from the first day of the quarter to its last, or so far; merged ones are not
filled    those of them that have a value now
late      those of the filled that were made without it: their first version is without a value. Records whose first
          version is not known (made before versions were kept) are not late
edits     changes within the quarter of a value that stood there, on any record; None where no versions are kept.
          Filling in for the first time is no edit
saved     saved filters of the company that narrow, sort or show a column by it, as they are now
exports   exports asked for within the quarter that do
seconds   median of the whole seconds a field had the focus, over the newest TIMED saves of its form that say so; only
          whom FormUse lets read it (exchange/querysets.py)
"""

import statistics
from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from customers.models import TableRow
from exchange import defined, tuning
from exchange.models import FieldDefinition, FormUse
from exchange.typed import TEXTS
from reviews import narrowing

TIMED = 5_000
Kind = FieldDefinition.Kind


@dataclass
class FieldUse:
    """One field in a quarter; `built` is its BuiltIn or `own` its FieldDefinition, `values` how often each text or
    option stands there."""

    place: tuning.Place
    name: str
    built: object = None
    own: object = None
    rows: int = 0
    filled: int = 0
    late: int = 0
    edits: int | None = None
    saved: int = 0
    exports: int = 0
    recent: int = 0  # exports of the last 90 days
    is_watched: bool = False  # asked as it is now, with data, for 90 days
    is_settled: bool = False  # not added and not changed since the quarter, or the last 90 days, began
    seconds: int | None = None
    timed: int = 0
    notes: int = 0
    said: list = field(default_factory=list)
    values: Counter = field(default_factory=Counter)
    ids: tuple = ((), ())  # keys of the filled and of the late ones
    edited: list = field(default_factory=list)  # (key, when) of each edit

    @property
    def key(self):
        return f"{self.place.of}.{self.name}"

    @property
    def label(self):
        return self.own.words if self.own else self.built.label

    @property
    def share(self):
        """Of 1; None without rows."""
        return self.filled / self.rows if self.rows else None

    @property
    def bar(self):
        """The share as 0 to 100, for the drawing."""
        return round((self.share or 0) * 100)

    @property
    def is_unused(self):
        """Whether for 90 days neither a saved filter nor an export nor a report spoke of it."""
        return self.is_watched and not (self.saved or self.recent or self.reports)

    @property
    def reports(self):
        return [str(label) for label in self.built.reports] if self.built else []

    @property
    def asked(self):
        """The AskedField of a built-in one."""
        return tuning.asked_of(self.place.of, self.name) if self.built else None

    @property
    def version(self):
        return self.own.version if self.own else self.asked.version

    @property
    def is_new(self):
        """Whether the form of a new record asks for it."""
        if self.own:
            return self.own.asked == FieldDefinition.Asked.NEW
        return self.asked.how == tuning.How.BUILT

    @property
    def is_edited(self):
        """Whether a form of edits can ask for it."""
        return self.own is not None or self.built.is_edited

    @property
    def is_hidden(self):
        """Whether no form asks for it."""
        return self.own.asked == FieldDefinition.Asked.SHOWN if self.own else self.asked.how == tuning.How.OFF

    @property
    def is_required(self):
        return bool(self.own and self.own.required)

    @property
    def is_text(self):
        """Free text that could be chosen from a list instead."""
        return self.own.kind == Kind.TEXT if self.own else self.built.is_text and not self.asked.words


def places(user):
    """Everything that has fields: what the apps plugged in, then the own tables in use."""
    own = [
        tuning.Place(
            of=table.slug, label=table.words, model=TableRow, form="", made="made_at", what="customer", fields=(),
            custom="values",
            rows=lambda user, table=table: TableRow.objects.visible_to(user).live().filter(table=table),
            sheet=table.slug, history=TableRow.history.model,
        )
        for table in defined.load().tables
    ]  # fmt: skip
    return [*tuning.places(), *own]


def uses(user, period, *, now, notes, first):
    """A FieldUse for every field that is in use, place by place. `notes` are those of exchange/useless.py, `first` is
    when data begins (narrowing.first_record)."""
    found = []
    for place in places(user):
        found += _uses_of(place, user, period)
    narrowing.count(found, user, period, now=now, first=first)
    _count_seconds(found, user, period)
    for use in found:
        said = notes.get((use.place.form, use.name), ())
        use.notes, use.said = len(said), [words for words in said if words]
    return found


def one_use(user, period, key, *, now):
    """The FieldUse of "customer.industry"; None for a field nobody knows, or that is switched off."""
    of, _dot, name = key.partition(".")
    place = next((each for each in places(user) if each.of == of), None)
    found = _uses_of(place, user, period, only=name) if place else []
    narrowing.count(found, user, period, now=now, first=narrowing.first_record(user, now))
    return found[0] if found else None


def _uses_of(place, user, period, *, only=None):
    found = [FieldUse(place, one.name, built=one) for one in place.fields]
    found += [FieldUse(place, one.slug, own=one) for one in (defined.fields_of(place.of) if place.custom else ())]
    found = [use for use in found if only in (None, use.name)]
    if found:
        _count_rows(found, user, period)
        _count_edits(found, user, period)
    return found


def born(place, user, period):
    """The records of a place that were made in the period."""
    return place.rows(user).filter(**{f"{place.made}__gte": period.starts_at, f"{place.made}__lt": period.ends_at})


def columns_of(found):
    """The columns that hold the values of fields of one place."""
    names = [use.name for use in found if use.built]
    return names + [found[0].place.custom] * any(use.own for use in found)


def reader(use, columns):
    """A function of a row of `columns`: what it holds of a field; None for nothing."""
    if use.own:
        at, name = columns.index(use.place.custom), use.name
        return lambda row: (row[at] or {}).get(name)
    at = columns.index(use.name)
    return lambda row: None if row[at] == "" else row[at]


def _count_rows(found, user, period):
    place, columns = found[0].place, columns_of(found)
    rows = born(place, user, period)
    standing = rows.order_by().values_list("pk", *columns)
    standing, first = {row[0]: row for row in standing}, {}
    if place.history:
        versions = place.history.objects.filter(history_type="+", id__in=rows.order_by().values("pk"))
        first = {row[0]: row for row in versions.values_list("id", *columns)}
    for use in found:
        read = reader(use, ["pk", *columns])
        held = {pk: value for pk, row in standing.items() if (value := read(row)) is not None}
        late = [pk for pk in held if pk in first and read(first[pk]) is None]
        use.rows, use.filled, use.late, use.ids = len(standing), len(held), len(late), (list(held), late)
        is_counted = use.own.kind in (*TEXTS, Kind.CHOICE) if use.own else use.built.is_text
        use.values = Counter(map(str, held.values())) if is_counted else Counter()


def _count_edits(found, user, period):
    place = found[0].place
    if place.history is None:
        return
    columns, last = columns_of(found), {}
    readers = [(use, reader(use, ["pk", "at", *columns])) for use in found]
    for row in versions_of(place, user, period, columns):
        pk, at = row[:2]
        if (before := last.get(pk)) is not None and period.starts_at <= at < period.ends_at:
            for use, read in readers:
                if (was := read(before)) is not None and was != read(row):
                    use.edited.append((pk, at))
        last[pk] = row
    for use in found:
        use.edits = len(use.edited)


def versions_of(place, user, period, columns):
    """(key, when, *values) of every version up to the end of the period of what was changed in it, oldest first."""
    versions = place.history.objects.filter(history_date__lt=period.ends_at)
    changed = versions.filter(history_type="~", history_date__gte=period.starts_at)
    rows = versions.filter(id__in=changed.values("id")).filter(id__in=place.rows(user).order_by().values("pk"))
    return rows.order_by("id", "history_date", "history_id").values_list("id", "history_date", *columns)


def _count_seconds(found, user, period):
    timed = FormUse.objects.visible_to(user).filter(at__gte=period.starts_at, at__lt=period.ends_at)
    spent = {}
    for form, touched in timed.exclude(touched=[]).order_by("-at", "-pk").values_list("form", "touched")[:TIMED]:
        for name, seconds in touched:
            spent.setdefault((form, name), []).append(seconds)
    for use in found:
        seconds = spent.get((use.place.form, use.name), [])
        use.timed, use.seconds = len(seconds), round(statistics.median(seconds)) if seconds else None


PARTS = {
    "rows": lambda: _("Records made in the quarter"), "filled": lambda: _("Filled in"),
    "empty": lambda: _("Not filled in"), "late": lambda: _("Filled in later than made"),
    "edits": lambda: _("Corrected"),
}  # fmt: skip


def behind_field(use, part, user, period):
    """[(key, when, None)] behind a number of a field; rows of an own table are told as their customers. Raises
    KeyError for no such part."""
    PARTS[part]
    if part == "edits":
        lines = sorted(use.edited, key=lambda line: (line[1], line[0]), reverse=True)
    else:
        rows = born(use.place, user, period).order_by(f"-{use.place.made}", "-pk").values_list("pk", use.place.made)
        filled, late = map(set, use.ids)
        wanted = {"rows": lambda pk: True, "filled": filled.__contains__, "late": late.__contains__,
                  "empty": lambda pk: pk not in filled}[part]  # fmt: skip
        lines = [(pk, at) for pk, at in rows if wanted(pk)]
    if use.place.model is TableRow:
        whose = dict(use.place.rows(user).values_list("pk", "customer_id"))
        lines = [(whose[pk], at) for pk, at in lines]
    return [(pk, at, None) for pk, at in lines]
