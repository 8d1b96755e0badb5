"""The table twin (S8): the second template's columns over the board's filters, grouped, with subtotals that add up."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from django.db.models import Case, Count, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from accounts.models import User
from core.answers import answered
from core.asked import number
from customers.models import Customer
from customers.tagbar import TagBar
from exchange.ownfilters import order_of
from pipeline.own import own_fields
from pipeline.sums import bar_of, columns_of, with_month

PER_PAGE = 50
SORTS = {
    "rep": ["rep__pinyin", "rep"],
    "customer": ["customer__pinyin"],
    "stage": ["place"],
    "amount": ["worth"],
    "entered": ["entered_at"],
    "close": ["expected_close"],
    "action": ["key_action_on"],
    "risk": ["risk"],
    "owner": ["owner__pinyin", "owner"],
}
GROUPS = {  # what makes a group: columns of the query, in this order
    "rep": ["rep"], "owner": ["owner"], "stage": ["stage"], "tag": [], "month": ["year", "month"],
}  # fmt: skip
NOT_THEN = ("action", "risk")  # they are no columns of the history
TAGS = list(Customer.Tag.values)


def columns_that_group(asked):
    """The columns by which a table is grouped; the tag of a day gone by has another place than that of today."""
    group = group_of(asked)
    return [asked.tag_column] if group == "tag" else GROUPS.get(group, [])


@dataclass
class Subtotal:
    """Of one group over the whole filter, not only the page: open deals, their money, likely money (CNY)."""

    key: tuple
    all: int = 0  # with the deals that are not open
    count: int = 0
    amount: Decimal = Decimal(0)
    likely: Decimal = Decimal(0)

    def add(self, every, count, amount, likely):
        self.all, self.count = self.all + every, self.count + count
        self.amount, self.likely = self.amount + amount, self.likely + likely


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
    bar: TagBar

    @property
    def grouped(self):
        """[(Subtotal or None, its rows on this page)], in the order of the page."""
        if not self.group:
            return [(None, self.rows)]
        found, order = {}, []
        for card in self.rows:
            key = key_of(card, self.group)
            if key not in found:
                order.append(key)
            found.setdefault(key, []).append(card)
        return [(self.subtotals.get(key), found[key]) for key in order]


def key_of(card, group):
    """The group a row belongs to, as the sums name it."""
    if group == "month":
        day = card.deal.expected_close
        return (day.year, day.month) if day else (None, None)
    return (card.deal.customer.tag,) if group == "tag" else (getattr(card.deal, f"{group}_id"),)


def lead_of(asked, group):
    """What a grouped table is sorted by first: people by name, months in time, the ones without behind."""
    if group in ("rep", "owner"):
        return [_side(f"{group}__pinyin", False), _side(group, False)]
    if group == "tag":
        places = [When(**{asked.tag_column: tag}, then=Value(place)) for place, tag in enumerate(TAGS)]
        return [Case(*places, default=Value(len(TAGS)))]
    if group == "month":
        return [_side("year", False), _side("month", False)]
    return [F("place").asc(), F("stage").asc()] if group == "stage" else []


def wanted_deals(asked):
    """What the table lists: the board's deals; with a stage chosen or ?state=won|lost|all, those whatever their age."""
    return within_state(asked.narrowed, asked)


def within_state(deals, asked):
    """Of these deals the ones that the table's state asks for."""
    state = asked.GET.get("state", "")
    if state == "won":
        return deals.filter(stage__kind__in=["won", "after"])
    if state == "lost":
        return deals.filter(stage__kind="lost")
    if state == "all" or asked.GET.get("stage"):
        return deals
    return deals.filter(asked.on_board)


def group_of(asked):
    """How the rows are grouped, "" for not at all."""
    wanted = asked.GET.get("group", "rep")
    return wanted if wanted in GROUPS else ""


def read_table(asked, sums=None):
    """One page of rows and the sums over the whole filter; `sums` are rows of read_sums(by=…) of the same groups that
    were read before. At most three queries beside the rows' own."""
    deals = wanted_deals(asked).annotate(worth=Coalesce("contract_amount", "amount"), place=asked.position)
    group, sort = group_of(asked), asked.GET.get("sort", "")
    field = sort.lstrip("-")
    own = None if asked.past else order_of(sort, own_fields(), "custom")
    if own is None and (field not in SORTS or (asked.past and field in NOT_THEN)):
        sort, field = "", ""
    order = [own] if own is not None else [_side(name, sort.startswith("-")) for name in SORTS.get(field, [])]
    order = [*lead_of(asked, group), *order, F("place").desc(), _side("expected_close", False), F(asked.key).asc()]
    is_board = not asked.GET.get("state") and not asked.GET.get("stage")
    if not is_board or sums is None:
        sums = count_up(within_state(asked.of_any_tag, asked), group, asked)
    bar, sums = bar_of(sums, asked)
    subtotals = group_up(sums, group, asked)
    whole = Subtotal(())
    for subtotal in subtotals.values():
        whole.add(subtotal.all, subtotal.count, subtotal.amount, subtotal.likely)
    pages = max(ceil(whole.all / PER_PAGE), 1)
    page = min(number(asked.GET.get("page"), 6) or 1, pages)
    rows = with_month(deals) if group == "month" else deals
    rows = asked.cards(page_of(rows, order, asked, subtotals, (page - 1) * PER_PAGE))
    return Table(asked, rows, whole.all, page, pages, sort, group, subtotals if group else {}, whole, bar)


def page_of(deals, order, asked, subtotals, start):
    """Ids of one page in order. With groups only those it touches are read and sorted: how long each is, is known."""
    columns = columns_that_group(asked)
    if columns:
        begun, skipped, among = 0, 0, Q(pk__in=[])
        for parts, subtotal in subtotals.items():
            ended = begun + subtotal.all
            if ended <= start:
                skipped = ended
            elif begun < start + PER_PAGE:
                among |= Q(**dict(zip(columns, parts, strict=True)))
            begun = ended
        deals, start = deals.filter(among), start - skipped
    return answered(deals.order_by(*order).values_list(asked.key, flat=True)[start : start + PER_PAGE])


def count_up(deals, group, asked):
    """What read_sums() says of the board's deals, of any."""
    rows = with_month(deals) if group == "month" else deals
    by = columns_of(asked, columns_that_group(asked))
    return answered(rows.order_by().values(*by).annotate(n=Count("pk"), money=Sum("amount")))


def group_up(rows, group, asked):
    """{group key: Subtotal} in the order of the page (lead_of); one group () without groups."""
    stages, found = asked.playbooks.stages, {}
    for row in rows:
        stage, money, n = stages[row["stage"]], row["money"] or Decimal(0), row["n"]
        if n:
            key = tuple(row[name] for name in columns_that_group(asked))
            subtotal = found.setdefault(key, Subtotal(key))
            if stage.is_open:
                subtotal.add(n, n, money, money * stage.probability / 100)
            else:
                subtotal.add(n, 0, Decimal(0), Decimal(0))
    places = {key: place for place, key in enumerate(_in_order(found, group, stages))}
    return dict(sorted(found.items(), key=lambda item: places.get(item[0], len(places))))


def _in_order(keys, group, stages):
    """The keys of the groups as lead_of() sorts their rows; what is not named comes last."""
    if group in ("rep", "owner"):
        people = User.objects.filter(pk__in=[key[0] for key in keys if key[0]]).order_by("pinyin", "pk")
        return [(pk,) for pk in people.values_list("pk", flat=True)]
    if group == "stage":
        return [(pk,) for pk in sorted(stages, key=lambda pk: (stages[pk].position, pk))]
    return [(tag,) for tag in TAGS] if group == "tag" else sorted(key for key in keys if None not in key)


def _side(name, down):
    return F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)
