"""Rows of own tables: added, changed, removed, taken back (R41). A row belongs to its customer for good."""

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activity.recording import record, record_many
from core.changing import change, change_each, write_history
from core.errors import Refused
from core.text import plain
from customers.models import TableRow
from exchange import typed
from exchange.defined import load
from exchange.models import FieldDefinition
from exchange.ownforms import patched
from exchange.patching import patch_values

ADDED, CHANGED, REMOVED = "customers.row_added", "customers.row_changed", "customers.row_removed"
BATCH, FOUND = 1_000, 2_000  # rows a statement; characters of a row's texts that are found


def add_rows(table, rows, *, by, now):
    """Add [(customer, {slug: value})] in their order and return the rows: three statements a thousand."""
    fields = load().every.get(table.slug, ())
    with transaction.atomic():
        made = [
            TableRow(table=table, customer=customer, values=patched({}, values), words=words_of(values, fields),
                     made_at=now, made_by=by)
            for customer, values in rows
        ]  # fmt: skip
        TableRow.objects.bulk_create(made, batch_size=BATCH)
        write_history(made, by=by, made=True)
        record_many(ADDED, made, by=by, at=now, about=lambda row: row.customer_id, data=lambda row: _told(row, fields))
    return made


def add_row(table, customer, values, *, by, now):
    """The list of one."""
    return add_rows(table, [(customer, values)], by=by, now=now)[0]


def change_row(row, patch, *, by, now, expect):
    """Change some values: {slug: value, None for empty}. Conflict with those that somebody else changed since the
    version `expect`, and when the row was removed; the others merge. Returns the slugs that changed."""
    fields = load().every.get(row.table.slug, ())
    with transaction.atomic():
        fresh = TableRow.objects.select_for_update().get(pk=row.pk)
        if fresh.removed_at:
            raise Refused(_("This row was removed meanwhile."))
        changed = patch_values(
            fresh, "values", patch, fields, by=by, expect=expect, also=lambda held: {"words": words_of(held, fields)}
        )
        if changed:
            record(CHANGED, fresh, by=by, at=now, about=fresh.customer_id, n=len(changed), **_told(fresh, fields))
            row.values, row.version = fresh.values, fresh.version
    return changed


def change_rows(wanted, table, *, by):
    """[(row fetched for update, {slug: value})], set-based, for an import; tells nothing."""
    fields = load().every.get(table.slug, ())
    pairs = [(row, patched(row.values, patch)) for row, patch in wanted]
    return change_each([(row, {"values": new, "words": words_of(new, fields)}) for row, new in pairs], by=by)


def remove_row(row, *, by, now, expect):
    """Out of every list and file; the returned event can be undone. Conflict when somebody changed it since."""
    fields = load().every.get(row.table.slug, ())
    with transaction.atomic():
        if not change(row, by=by, expect=expect, removed_at=now):
            raise Refused(_("This row was removed meanwhile."))
        return record(REMOVED, row, by=by, at=now, about=row.customer_id, **_told(row, fields))


def undo_remove(event, *, by, now):
    """There again, as it was."""
    row = TableRow.objects.select_for_update().filter(pk=event.subject_id).exclude(removed_at=None).first()
    if row is None:
        raise Refused(_("This row is there already."))
    change(row, by=by, removed_at=None)


def words_of(values, fields):
    """What the search compares: the texts of a row, without case."""
    texts = [str(values[one.slug]) for one in fields if one.kind in typed.TEXTS and values.get(one.slug)]
    return plain("\n".join(texts))[:FOUND]


def title_of(values, fields):
    """What a row is called: its first text, else its first value that says something."""
    live = [one for one in fields if one.is_on]
    texts = [one for one in live if one.kind in typed.TEXTS]
    said = (typed.say(values.get(one.slug), one) for one in (*texts, *live))
    return next((" ".join(words.split())[:80] for words in said if words), "")


def _told(row, fields):
    return {"table": row.table.label, "table_en": row.table.label_en, "name": title_of(row.values, fields)}


# --- what exchange asks (exchange/holding.py) ---


def _rows(one):
    return TableRow.objects.filter(table__slug=one.of, removed_at=None)


def has_value(n):
    return ngettext("%(n)s row has a value", "%(n)s rows have a value", n)


def counts(fields):
    """{slug: how many rows have a value}, in one statement."""
    wanted = {one.slug: Count("pk", filter=Q(values__has_key=one.slug)) for one in fields}
    return _rows(fields[0]).order_by().aggregate(**wanted) if wanted else {}


def values(one):
    """(key, the row's customer, value) of every row that has one, removed ones too: they may come back."""
    rows = TableRow.objects.filter(table__slug=one.of, values__has_key=one.slug).order_by("pk")
    return [(pk, name, held[one.slug]) for pk, name, held in rows.values_list("pk", "customer__name", "values")]


def rewrite(one, wanted, *, by):
    """{key: value} of one field, set-based; each row keeps the rest."""
    keys = sorted(wanted)
    for start in range(0, len(keys), BATCH):
        found = TableRow.objects.select_for_update().filter(pk__in=keys[start : start + BATCH])
        change_rows([(row, {one.slug: wanted[row.pk]}) for row in found], one.table, by=by)


def total(table):
    """How many rows an own table has."""
    return _rows(FieldDefinition(of=table.slug)).count()
