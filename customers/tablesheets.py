"""Own tables as sheets: each goes in and out by the same engine as every other table (R41)."""

import functools

from core.text import name_key, plain
from customers import cells, rowkeeping
from customers.exporting import batches, may_take
from customers.importing import AMBIGUOUS
from customers.importing_back import touched_since
from customers.models import Customer, TableRow
from customers.tablelist import narrowed
from exchange import linking, typed
from exchange.defined import fields_of, load
from exchange.models import FieldDefinition
from exchange.owncolumns import all_people, columns_of, flag_missing, names_for
from exchange.problems import gettext_noop
from exchange.sheets import KEY, Column, Part, Sheet
from exchange.taking_back import made, was_set

NO_CUSTOMER = gettext_noop("There is no customer “%(value)s” that you see. Rows belong to customers that are here.")
OFF = gettext_noop("This table is switched off.")
NO_ROW = gettext_noop("This row of the table was not found.")
TWICE = gettext_noop("The same as row %(row)s: counted once.")
NO_RECORD = gettext_noop("“%(value)s” is nothing of this customer.")
CHUNK = 5_000
LABEL, PREFIX = "customers.tablerow", "values."
Kind = FieldDefinition.Kind


def sheets_of(known):
    """A Sheet for each own table; one that is switched off is known to the files that are on their way."""
    found = []
    for table in (*known.tables, *known.off):
        fields = known.fields(table.slug)
        own = columns_of(fields)
        found.append(
            Sheet(
                slug=table.slug, title=table.words, name=(table.label, table.label_en or table.label),
                columns=[CUSTOMER, *own], extra=[Column(KEY, (KEY, KEY), cells.row_key("T", "row_key"))],
                parts=[part_of(table.slug)], marks=frozenset(column.field for column in own),
                rows=functools.partial(rows_of, table), queryset=functools.partial(shown, table),
                list_url="customers:table", list_args=(table.slug,), own=True, fixed=frozenset({"customer"}),
                records=functools.partial(back, table),
                off=table in known.off,
            )
        )  # fmt: skip
    return found


CUSTOMER = Column(
    "customer",
    ("客户名称", "Customer"),
    cells.customer_name,
    required=True,
    width=22,
    synonyms=("客户", "公司", "公司名称", "customer name"),
)


def shown(table, user, request, data):
    """The rows a list shows with that query string, of customers whose rows this person may take along (D2)."""
    rows = TableRow.objects.live().filter(may_take(user, "customer__"), table=table, customer__merged_into=None)
    return narrowed(rows, request, data, fields_of(table.slug)) if user is not None and data else rows


def back(table, user):
    """The rows a workbook may come back to."""
    return TableRow.objects.visible_to(user).live().filter(table=table)


def rows_of(table, user, queryset):
    """(key, {field: value}) of rows, by customer; a thousand at a time, three queries each."""
    fields = fields_of(table.slug)
    for keys in batches(queryset.order_by("customer__pinyin", "pk")):
        found = TableRow.objects.filter(pk__in=keys).select_related("customer").order_by("customer__pinyin", "pk")
        rows = list(found)
        names = names_for(fields, [row.values for row in rows], user)
        for row in rows:
            held = {one.slug: typed.cell(row.values.get(one.slug), one, names) for one in fields}
            yield f"T{row.pk}.{row.version}", {"customer": row.customer.name} | held


@functools.cache
def part_of(slug):
    """One for each table, whenever its sheet is made again."""
    return RowPart(slug)


class RowPart(Part):
    """Rows of one own table: matched by key, else by customer and title; compared, written, taken back."""

    order = 20

    def __init__(self, slug):
        self.slug = slug

    def check(self, records, run):
        if load().table(self.slug) is None:
            for record in records:
                record.wrong("customer", OFF)
            return
        fields = fields_of(self.slug)
        customers, rows = self._known(records, run)
        offered, seen, names = {}, {}, all_people()
        for record in records:
            customer = self._customer(record, customers, rows)
            if customer is None:
                continue
            self._records(record, customer, fields, run, offered)
            key = record.values.get("row_key")
            title = _title(record.values, fields)
            row = rows["keys"].get(key) if key else rows["titles"].get((customer.pk, title)) if title else None
            if key and row is None:
                record.wrong(KEY, NO_ROW)
            if record.errors:
                continue
            if (first := seen.get((customer.pk, title))) is not None and title and not key:
                record.flag("customer", TWICE, row=first)
                continue
            seen[(customer.pk, title)] = record.number
            record.links["customer"], record.links["row"] = customer, row
            self._compare(record, row, fields, names, run)

    def _known(self, records, run):
        """({name key: [customer]}, {"keys": {key: row}, "titles": {(customer, title): row}}) of what the file names."""
        keys = sorted({name_key(r.values["customer"]) for r in records if r.values.get("customer")})
        customers = {}
        for start in range(0, len(keys), CHUNK):
            for one in Customer.objects.visible_to(run.by).filter(name_key__in=keys[start : start + CHUNK]):
                customers.setdefault(one.name_key, []).append(one)
        pks = [one.pk for same in customers.values() for one in same]
        fields, by_title, by_key = fields_of(self.slug), {}, {}
        for start in range(0, len(pks), CHUNK):
            rows = TableRow.objects.visible_to(run.by).live().filter(table__slug=self.slug)
            for row in rows.filter(customer__in=pks[start : start + CHUNK]).order_by("pk"):
                by_key[row.pk] = row
                if title := _title(row.values, fields):
                    by_title.setdefault((row.customer_id, title), row)
        return customers, {"keys": by_key, "titles": by_title}

    def _customer(self, record, customers, rows):
        name = record.values.get("customer")
        if not name:
            return None
        same = customers.get(name_key(name), [])
        if len(same) > 1:
            same = [one for one in same if plain(one.name) == plain(name)] or same
        if row := rows["keys"].get(record.values.get("row_key")):
            same = [one for one in same if one.pk == row.customer_id]
        if len(same) > 1:
            record.wrong("customer", AMBIGUOUS, count=len(same), value=name)
        elif not same:
            record.wrong("customer", NO_CUSTOMER, value=name)
        return same[0] if len(same) == 1 else None

    def _records(self, record, customer, fields, run, offered):
        """What a cell names of the customer, by the words a form offers: one question a customer and kind."""
        for one in fields:
            said = record.values.get(one.slug)
            if one.kind != Kind.RECORD or not isinstance(said, str):
                continue
            place = (one.target, customer.pk)
            if place not in offered:
                target = linking.target_of(one.target)
                pairs = target.offered(run.by, customer) if target else []
                offered[place] = {plain(words): key for key, words in reversed(pairs)}
            if plain(said) in offered[place]:
                record.values[one.slug] = offered[place][plain(said)]
            else:
                record.wrong(one.slug, NO_RECORD, value=said[:60])

    def _compare(self, record, row, fields, names, run):
        values = {one.slug: record.values[one.slug] for one in fields if record.values.get(one.slug) is not None}
        if row is None:
            record.is_new, record.links["values"] = True, values
            flag_missing(record, fields)
            return
        for one in fields:
            old, new = typed.current(row.values.get(one.slug), one), values.get(one.slug)
            if new is None or old == new:
                continue
            said = typed.say(old, one, names), typed.say(new, one, names)
            if one.kind == Kind.RECORD:
                said = "", record.row.text_of(one.slug)
            if record.change(one.slug, old, new, shown=said):
                record.links.setdefault("patch", {})[one.slug] = new

    def write(self, records, run):
        fresh = [record for record in records if record.is_new and "values" in record.links]
        table = load().table(self.slug)
        rows = [(record.links["customer"], record.links["values"]) for record in fresh]
        for record, row in zip(fresh, rowkeeping.add_rows(table, rows, by=run.by, now=run.now), strict=True):
            record.made.append([LABEL, row.pk, row.customer.name])
        changed = [record for record in records if record.links.get("patch")]
        for record in changed:
            row = record.links["row"]
            for slug, new in record.links["patch"].items():
                record.set.append([LABEL, row.pk, f"{PREFIX}{slug}", row.values.get(slug), new])
        pairs = [(record.links["row"], record.links["patch"]) for record in changed]
        rowkeeping.change_rows(pairs, table, by=run.by)

    def take_back(self, batch, run):
        """What it added goes unless somebody changed it since, what it changed goes back where that still stands."""
        added = made(run, LABEL)
        rows = TableRow.objects.filter(table__slug=self.slug).select_related("customer", "table")
        touched = touched_since(TableRow, list(added), batch)
        for row in rows.filter(pk__in=added, removed_at=None):
            if row.pk in touched:
                run.keep(row.customer)
            else:
                rowkeeping.remove_row(row, by=run.by, now=run.now, expect=row.version)
        back = []
        wanted = was_set(run, LABEL)
        for row in rows.filter(pk__in=wanted):
            patch = {}
            for name, (old, new) in wanted[row.pk].items():
                slug = name.removeprefix(PREFIX)
                if row.values.get(slug) == new:
                    patch[slug] = old
                else:
                    run.keep(row.customer)
            back.append((row, patch))
        if back:
            rowkeeping.change_rows(back, back[0][0].table, by=run.by)


def _title(values, fields):
    """What tells the rows of one customer apart in a file without keys: the first text, as it is compared."""
    first = next((one for one in fields if one.kind in typed.TEXTS), None)
    said = values.get(first.slug) if first else None
    return plain(said) if said else ""
