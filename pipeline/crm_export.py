"""Another CRM's export, a folder of CSV files, brought in by the engine that serves every import.

**sales_teams.csv** (sales_agent, manager, regional_office) becomes departments, teams and people (exchange/teams.py).
**sales_pipeline.csv** becomes the customers its rows name and their deals, by the table of opportunities
(pipeline/sheets_history.py): a customer belongs to the rep of its first row, as in every import. **accounts.csv** then
says what these customers are (the list of customers). **products.csv**, if there is one, is what products are called.

What the mapping does with the flaws of such a file: a product that differs from one of the list by spaces or letter
case only is read as that one, words of `SPELLINGS` as the words they misspell; each row says so. Rows without an
account are left out, each with its reason. An account's revenue is left out: the file does not say in which unit. All
or nothing: a failure leaves none of the files behind. Brought in again, only what is new comes in.
"""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from core.errors import NotAllowed
from core.text import plain
from exchange import applying, checking, staging
from exchange.problems import Unreadable, gettext_noop, tell
from exchange.reading import read
from exchange.teams import COLUMNS, Said, make_teams
from pipeline.models import Stage

TEAMS, DEALS, ACCOUNTS, PRODUCTS = "sales_teams.csv", "sales_pipeline.csv", "accounts.csv", "products.csv"
SPELLINGS = {"industry": {"technolgy": "technology"}, "address": {"Philipines": "Philippines"}}
OPEN_WORDS = ("Prospecting", "Engaging")  # of the other system, in order: our first open stages unless said otherwise

NO_FILE = gettext_noop("“%(name)s” is not in the folder.")
NO_COLUMN = gettext_noop("“%(name)s” lacks the columns: %(columns)s.")
UNITS = gettext_noop("The column “%(column)s” was left out: the file does not say in which unit it is.")
UNKNOWN_ACCOUNT = gettext_noop("“%(value)s” is not in the list of accounts.")
UNKNOWN_PRODUCT = gettext_noop("“%(value)s” is not in the list of products.")
NO_DEALS = gettext_noop("“%(value)s” has no opportunity in the file.")


@dataclass
class Brought:
    """What came of one file: counts by fate, what was said of the file as a whole, and of its rows."""

    name: str
    counts: dict
    notices: list = field(default_factory=list)  # sentences
    said: list = field(default_factory=list)  # Said
    batch: object = None


def bring_export(folder, *, by, now, stages=None, apply=True):
    """Bring the folder in and return [Brought], one a file. `stages`: {word of the file: label of our stage}. With
    apply=False everything is done and taken back: the answer says what would be. Raises Unreadable, and NotAllowed for
    whoever is no admin."""
    if not by.is_admin:
        raise NotAllowed
    folder, done = Path(folder), []
    teams, products = rows_of(folder / TEAMS, COLUMNS), {}
    if (folder / PRODUCTS).exists():
        products = {squeezed(row["product"]): row["product"] for _n, row in rows_of(folder / PRODUCTS, ("product",))}
    accounts = {plain(row["account"]) for _n, row in rows_of(folder / ACCOUNTS, ("account",))}
    with transaction.atomic():
        made, said = make_teams(teams, by=by, now=now)
        done.append(Brought(TEAMS, {"rows": len(teams), **made}, said=said))
        deals = _bring(folder / DEALS, "opportunities", by=by, now=now, values=stage_words(stages), products=products)
        _compare_lists(done[0], deals, teams, accounts, products)
        done += [deals, _bring(folder / ACCOUNTS, "customers", by=by, now=now, values=SPELLINGS, leave="revenue")]
        if not apply:
            transaction.set_rollback(True)
    if not apply:
        for one in done:
            if one.batch is not None:
                one.batch.file.delete(save=False)
    return done


def rows_of(path, columns):
    """[(row number, {header: text})] of a CSV file that must have these columns."""
    lines = [line for line in read(bytes_of(path), path.name).parts[0].lines if not line.is_blank]
    header = [cell.strip().casefold() for cell in lines[0].cells] if lines else []
    if missing := [name for name in columns if name not in header]:
        raise Unreadable(NO_COLUMN, name=path.name, columns=missing)
    return [(line.number, dict(zip(header, map(str.strip, line.cells), strict=False))) for line in lines[1:]]


def bytes_of(path):
    try:
        return path.read_bytes()
    except FileNotFoundError as missing:
        raise Unreadable(NO_FILE, name=path.name) from missing


def squeezed(name):
    """A product's name as compared: without spaces, in small letters."""
    return plain(name).replace(" ", "")


def stage_words(stages=None):
    """{"stage": {word: label}}: the open words of the other system stand for our first open stages, in order, unless
    `stages` says otherwise. Won and lost are words of every import."""
    ours = Stage.objects.filter(playbook__is_default=True, retired_at=None, kind=Stage.Kind.OPEN)
    labels = list(ours.order_by("position", "pk").values_list("label", flat=True))
    return {"stage": dict(zip(OPEN_WORDS, labels, strict=False)) | (stages or {})}


def _bring(path, slug, *, by, now, values, products=None, leave=""):
    """One file through the engine: read, recognised, checked and written, rows with errors left out."""
    batch = staging.bring_in(by=by, now=now, data=bytes_of(path), name=path.name, wanted=slug)
    table = batch.mapping["tables"][0]
    if products:
        values = values | {"product": _product_words(path, products)}
    for index, name in list(table["columns"].items()):
        if leave and name == leave:
            del table["columns"][index]
            batch.notices.append([UNITS, {"column": table["header"][int(index)]}])
    batch.mapping["values"], batch.only_good = values, True
    batch.save(update_fields=["mapping", "only_good", "notices"])
    staging.stage_rows(batch)
    checking.take_unseen(batch)
    records = applying.apply(batch, by=by, now=now)
    batch.refresh_from_db()
    said = [_said(record, one, wrong=True) for record in records for one in record.errors]
    said += [_said(record, one) for record in records for one in record.flags]
    notices = [tell(message, words) for message, words in batch.notices]
    return Brought(path.name, batch.counts, notices, said, batch)


def _said(record, one, *, wrong=False):
    value = record.row.typed_in(one["field"]) or record.row.text_of(one["field"])
    return Said(record.number, one["field"], value, one["message"], one["params"], wrong)


def _product_words(path, products):
    """{product as written: product of the list} for those that differ by spaces or letter case only."""
    written = {row.get("product", "") for _n, row in rows_of(path, ("product",))}
    return {name: products[squeezed(name)] for name in written if products.get(squeezed(name), name) != name}


def _compare_lists(brought, deals, teams, accounts, products):
    """What the lists say of each other: accounts and products that are in none, people without opportunities."""
    fields = {name: int(index) for index, name in deals.batch.tables[0]["columns"].items()}
    active = set()
    for row in deals.batch.rows.all():
        row.read_with(fields, {})
        active.add(plain(row.text_of("rep")))
        if (account := row.text_of("customer").strip()) and plain(account) not in accounts:
            deals.said.append(Said(row.number, "customer", account, UNKNOWN_ACCOUNT, {"value": account}))
        if products and (product := row.text_of("product").strip()) and squeezed(product) not in products:
            deals.said.append(Said(row.number, "product", product, UNKNOWN_PRODUCT, {"value": product}))
    deals.said.sort(key=lambda one: one.row)
    for number, row in teams:
        if (name := row["sales_agent"]) and plain(name) not in active:
            brought.said.append(Said(number, "sales_agent", name, NO_DEALS, {"value": name}))
