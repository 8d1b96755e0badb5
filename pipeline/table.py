"""The table twin (S8): the second template's columns over the board's filters, grouped, with subtotals that add up."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from django.db.models import Count, DecimalField, F, Sum, Value
from django.db.models.functions import Coalesce

from pipeline.cards import cards_of, shown
from pipeline.models import Deal
from pipeline.urgency import OPEN, on_board

PER_PAGE = 50
SORTS = {
    "rep": ["rep__pinyin", "rep"],
    "customer": ["customer__pinyin"],
    "stage": ["stage__position"],
    "amount": ["worth"],
    "entered": ["entered_at"],
    "close": ["expected_close"],
    "action": ["key_action_on"],
    "risk": ["risk"],
    "owner": ["owner__pinyin", "owner"],
}
GROUPS = {"rep": "rep", "stage": "stage"}


@dataclass
class Subtotal:
    """Of one group over the whole filter, not only the page: open deals, their money, likely money (CNY)."""

    key: int | None
    label: str
    count: int
    amount: Decimal
    likely: Decimal


@dataclass
class Table:
    asked: object
    rows: list  # Card
    total: int
    page: int
    pages: int
    sort: str
    group: str
    subtotals: dict  # {group key: Subtotal}
    sum: Subtotal

    @property
    def grouped(self):
        """[(Subtotal or None, its rows on this page)], in the order of the page."""
        if not self.group:
            return [(None, self.rows)]
        found, order = {}, []
        for card in self.rows:
            key = getattr(card.deal, f"{GROUPS[self.group]}_id")
            if key not in found:
                order.append(key)
            found.setdefault(key, []).append(card)
        return [(self.subtotals.get(key), found[key]) for key in order]


def wanted_deals(asked):
    """What the table lists: the board's deals; with a stage chosen or ?state=won|lost|all, those whatever their age."""
    deals, state = asked.narrowed, asked.GET.get("state", "")
    if state == "won":
        return deals.won()
    if state == "lost":
        return deals.lost()
    if state == "all" or asked.GET.get("stage"):
        return deals
    return deals.filter(on_board(asked.on))


def read_table(asked):
    """One page of rows and the sums over the whole filter. Three queries beside the rows' own."""
    deals = wanted_deals(asked).annotate(worth=Coalesce("contract_amount", "amount"))
    group = asked.GET.get("group", "rep") if asked.GET.get("group", "rep") in GROUPS else ""
    sort = asked.GET.get("sort", "")
    field = sort.lstrip("-")
    if field not in SORTS:
        sort, field = "", ""
    order = [_side(name, sort.startswith("-")) for name in SORTS.get(field, [])]
    lead = [F("rep__pinyin").asc(nulls_last=True), F("rep").asc(nulls_last=True)] if group == "rep" else []
    lead = [F("stage__position").asc()] if group == "stage" else lead
    order = [*lead, *order, F("stage__position").desc(), F("expected_close").asc(nulls_last=True), F("pk").asc()]
    subtotals, whole = sums(deals, group)
    total = whole["all"]
    pages = max(ceil(total / PER_PAGE), 1)
    page = min(_whole(asked.GET.get("page")), pages)
    ids = list(deals.order_by(*order).values_list("pk", flat=True)[(page - 1) * PER_PAGE : page * PER_PAGE])
    found = shown(Deal.objects.visible_to(asked.user)).in_bulk(ids)
    rows = cards_of(
        [found[pk] for pk in ids if pk in found],
        user=asked.user,
        on=asked.on,
        rule=asked.rule,
        stages=asked.playbooks.stages,
    )
    everything = Subtotal(None, "", whole["n"], whole["amount"], whole["likely"])
    return Table(asked, rows, total, page, pages, sort, group, subtotals, everything)


def sums(deals, group):
    """({group key: Subtotal}, {"all", "n", "amount", "likely"}): counted by the database."""
    money = DecimalField(max_digits=20, decimal_places=4)
    likely = Sum(F("amount") * F("stage__probability") / Value(Decimal(100)), filter=OPEN, output_field=money)
    facts = {"all": Count("pk"), "n": Count("pk", filter=OPEN), "money": Sum("amount", filter=OPEN), "likely": likely}
    if not group:
        row = deals.order_by().aggregate(**facts)
        return {}, _row(row)
    label = {"rep": "rep__name", "stage": "stage__label"}[group]
    found, whole = {}, {"all": 0, "n": 0, "amount": Decimal(0), "likely": Decimal(0)}
    for row in deals.order_by().values(GROUPS[group], label).annotate(**facts):
        mine = _row(row)
        found[row[GROUPS[group]]] = Subtotal(
            row[GROUPS[group]], row[label] or "", mine["n"], mine["amount"], mine["likely"]
        )
        for name in whole:
            whole[name] += mine[name]
    return found, whole


def _row(row):
    return {
        "all": row["all"],
        "n": row["n"],
        "amount": row["money"] or Decimal(0),
        "likely": row["likely"] or Decimal(0),
    }


def _side(name, down):
    return F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)


def _whole(text):
    return int(text) if str(text or "").isdigit() and 0 < int(text) < 10**6 else 1
