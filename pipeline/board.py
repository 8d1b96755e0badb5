"""The board: money by stage over the whole filter, and the most urgent cards of each column (S7)."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts import switches
from core import charts
from core.answers import answered
from customers.tagbar import TagBar
from pipeline.asking import Asked
from pipeline.cards import cards_by_id
from pipeline.sums import bar_of, by_stage, chips_of, read_sums
from pipeline.urgency import rank

CARDS = 30  # a column, then "more"


@dataclass
class Column:
    stage: object
    count: int = 0
    amount: Decimal = Decimal(0)
    overdue: int = 0  # of count: how many have a next step whose day is over
    cards: list = field(default_factory=list)
    shut: bool = False
    path: str = ""  # of its piece of the ribbon
    path_small: str = ""
    advice: bool = False

    @property
    def more(self):
        return max(self.count - len(self.cards), 0)

    @property
    def crowded(self):
        """More deals than the stage advises: a hint, nothing more; only where the switch is on (D52)."""
        return bool(self.advice and self.stage.advised and self.count > self.stage.advised)

    @property
    def next_more(self):
        return min(self.more, CARDS)


@dataclass
class Board:
    """`count`, `amount`, `likely` are over open stages; `signed` is the contract money signed this month. `chips` are
    the counts of the quick filters under the other filters, `bar` those of the tags. All sums are the database's, over
    the whole filter."""

    asked: Asked
    on: object
    columns: list
    count: int
    amount: Decimal
    likely: Decimal
    signed: Decimal
    chips: dict
    bar: TagBar

    @property
    def urgent(self):
        """One list of all stages by urgency, for the phone: the first ones of every column hold the first of all."""
        cards = sorted((card for column in self.columns for card in column.cards), key=lambda card: card.order)
        return cards[:CARDS]

    @property
    def shown_count(self):
        return sum(column.count for column in self.columns)

    @property
    def lost_stage(self):
        return self.asked.playbooks.lost(self.asked.playbook.pk)

    def column_of(self, stage_id):
        return next((column for column in self.columns if column.stage.pk == stage_id), None)


def read_board(user, filters, on, *, asked=None, only=None, with_cards=True, sums=None):
    """The board of what `user` sees, narrowed by `filters` (a query string's values), on the company day `on`.

    Its own queries do not depend on deals or cards: sums, ids, rows, notes. `only` reads the cards of one stage id,
    `sums` are rows of read_sums() that were read before.
    """
    asked = asked or Asked(user, filters, on)
    rows = read_sums(asked) if sums is None else sums
    bar, rows = bar_of(rows, asked)
    sums, chips = by_stage(rows), chips_of(rows, asked.chip_conditions)
    columns, advice = [], switches.get("wip_advice")
    for place, stage in enumerate(asked.playbooks.columns(asked.playbook.pk)):
        count, amount, _signed, overdue = sums.get(stage.pk, (0, Decimal(0), Decimal(0), 0))
        columns.append(Column(stage, count, amount, overdue, shut=place == 0 or stage.kind == "after", advice=advice))
    draw(columns)
    if with_cards:
        _deal_out(columns, asked, only)
    open_columns = [column for column in columns if column.stage.is_open]
    return Board(
        asked, on, columns,
        count=sum(column.count for column in open_columns),
        amount=sum((column.amount for column in open_columns), Decimal(0)),
        likely=likely_of(open_columns),
        signed=sum((row[2] for row in sums.values()), Decimal(0)),
        chips=chips,
        bar=bar,
    )


def likely_of(columns):
    """Σ amount × probability of the stage, CNY, unrounded."""
    return sum((column.amount * column.stage.probability / 100 for column in columns), Decimal(0))


def draw(columns):
    """The ribbon: one band over all columns, thickness by money."""
    amounts = [column.amount for column in columns]
    pairs = zip(columns, charts.ribbon(amounts, 38), charts.ribbon(amounts, 22), strict=True)
    for column, path, small in pairs:
        column.path, column.path_small = path, small


def _deal_out(columns, asked, only):
    first = first_cards(asked, [column for column in columns if only in (None, column.stage.pk)])
    cards = cards_by_id(first, user=asked.user, on=asked.on, rule=asked.rule, stages=asked.playbooks.stages)
    by_stage = {column.stage.pk: column for column in columns}
    for card in sorted(cards, key=lambda card: card.order):
        column = by_stage[card.stage.pk]
        card.index = len(column.cards)
        column.cards.append(card)


def first_cards(asked, columns):
    """Ids of the cards these columns begin with. An overdue step comes before everything else and is found by its
    date: only a column that has too few of them has all its deals ranked. One query."""
    full = [column.stage.pk for column in columns if column.overdue >= min(CARDS, column.count)]
    rest = [column.stage.pk for column in columns if column.stage.pk not in full]
    deals = asked.narrowed.filter(asked.on_board)
    parts = [deals.filter(stage__in=full, customer__next_step_on__lt=asked.on), deals.filter(stage__in=rest)]
    late, others = (ordered(part, asked).filter(place__lte=CARDS).values_list("pk", flat=True) for part in parts)
    return answered(late.union(others, all=True))


def ordered(deals, asked):
    """Each deal's `place` in its column: strip priority, next step, expected close."""
    place = Window(
        RowNumber(), partition_by=F("stage"),
        order_by=[
            F("urgency").asc(), F("customer__next_step_on").asc(nulls_last=True),
            F("expected_close").asc(nulls_last=True), F("pk").asc(),
        ],
    )
    return deals.annotate(urgency=rank(asked.on, asked.rule)).annotate(place=place).order_by()


def more_cards(asked, stage, start):
    """The next cards of a column, from the place `start` (0-based) on, and how many come after them."""
    deals = asked.narrowed.filter(asked.on_board, stage=stage)
    ids = answered(ordered(deals, asked).filter(place__gt=start, place__lte=start + CARDS).values_list("pk", flat=True))
    cards = cards_by_id(ids, user=asked.user, on=asked.on, rule=asked.rule, stages=asked.playbooks.stages)
    cards.sort(key=lambda card: card.order)
    for place, card in enumerate(cards, start):
        card.index = place
    return cards, max(deals.count() - start - len(cards), 0)
