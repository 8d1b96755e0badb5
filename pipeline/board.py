"""The board: money by stage over the whole filter, and the most urgent cards of each column (S7)."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import Coalesce, RowNumber

from accounts import switches
from core import charts
from pipeline.asking import Asked
from pipeline.cards import cards_by_id, cards_of, shown
from pipeline.models import Deal
from pipeline.urgency import month_of, on_board, rank

CARDS = 30  # a column, then "more"


@dataclass
class Column:
    stage: object
    count: int = 0
    amount: Decimal = Decimal(0)
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
    the counts of the quick filters under the other filters. All sums are the database's, over the whole filter."""

    asked: Asked
    on: object
    columns: list
    count: int
    amount: Decimal
    likely: Decimal
    signed: Decimal
    chips: dict

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


def read_board(user, filters, on, *, asked=None, only=None, with_cards=True):
    """The board of what `user` sees, narrowed by `filters` (a query string's values), on the company day `on`.

    Its own queries do not depend on deals or cards: sums, ids, rows, notes. `only` reads the cards of one stage id.
    """
    asked = asked or Asked(user, filters, on)
    sums, chips = totals(asked)
    columns, advice = [], switches.get("wip_advice")
    for place, stage in enumerate(asked.playbooks.columns(asked.playbook.pk)):
        count, amount = sums.get(stage.pk, (0, Decimal(0), 0))[:2]
        columns.append(Column(stage, count, amount, shut=place == 0 or stage.kind == "after", advice=advice))
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
    )


def likely_of(columns):
    """Σ amount × probability of the stage, CNY, unrounded."""
    return sum((column.amount * column.stage.probability / 100 for column in columns), Decimal(0))


def totals(asked):
    """({stage id: (count, amount, signed this month)}, {chip: count}) in one query.

    The amount of a won deal is its contract's. The pressed chips narrow the sums, not each other's counts.
    """
    pressed, (first, last) = asked.chips_condition, month_of(asked.on)
    signed = Q(signed_on__gte=first, signed_on__lte=last, stage__kind__in=["won", "after"])
    worth = Coalesce("contract_amount", "amount")
    rows = (
        asked.deals.filter(on_board(asked.on)).order_by().values("stage")
        .annotate(
            n=Count("pk", filter=pressed), worth=Sum(worth, filter=pressed),
            signed=Sum("contract_amount", filter=signed if pressed is None else signed & pressed),
            **{f"chip_{name}": Count("pk", filter=condition) for name, condition in asked.chip_conditions.items()},
        )
    )
    sums, chips = {}, dict.fromkeys(asked.chip_conditions, 0)
    for row in rows:
        sums[row["stage"]] = (row["n"], row["worth"] or Decimal(0), row["signed"] or Decimal(0))
        for name in chips:
            chips[name] += row[f"chip_{name}"]
    return sums, chips


def draw(columns):
    """The ribbon: one band over all columns, thickness by money."""
    amounts = [column.amount for column in columns]
    pairs = zip(columns, charts.ribbon(amounts, 38), charts.ribbon(amounts, 22), strict=True)
    for column, path, small in pairs:
        column.path, column.path_small = path, small


def _deal_out(columns, asked, only):
    wanted = [column.stage.pk for column in columns if only in (None, column.stage.pk)]
    deals = asked.narrowed.filter(on_board(asked.on), stage__in=wanted)
    first = ordered(deals, asked).filter(place__lte=CARDS).values("pk")
    rows = list(shown(Deal.objects.visible_to(asked.user).filter(pk__in=first)))
    cards = cards_of(rows, user=asked.user, on=asked.on, rule=asked.rule, stages=asked.playbooks.stages)
    by_stage = {column.stage.pk: column for column in columns}
    for card in sorted(cards, key=lambda card: card.order):
        column = by_stage[card.stage.pk]
        card.index = len(column.cards)
        column.cards.append(card)


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
    deals = asked.narrowed.filter(on_board(asked.on), stage=stage)
    ids = list(ordered(deals, asked).filter(place__gt=start, place__lte=start + CARDS).values_list("pk", flat=True))
    cards = cards_by_id(ids, user=asked.user, on=asked.on, rule=asked.rule, stages=asked.playbooks.stages)
    cards.sort(key=lambda card: card.order)
    for place, card in enumerate(cards, start):
        card.index = place
    return cards, max(deals.count() - start - len(cards), 0)
