"""Swimlanes: the board's cards by person, tag or closing month, each lane with its sums over the filter (S7)."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.templatetags import words
from customers.models import Customer
from pipeline.sums import with_month

CHOICES = {"rep": gettext_lazy("By person"), "tag": gettext_lazy("By tag"), "month": gettext_lazy("By closing month")}
KEYS = {"rep": ["rep"], "tag": ["customer__tag"], "month": ["year", "month"]}
TAGS = list(Customer.Tag.values)


@dataclass
class Lane:
    """`rows` holds the loaded cards of each column, in the order of the columns."""

    key: str  # for ids
    label: str
    count: int
    amount: Decimal
    rows: list = field(default_factory=list)  # [(Column, [Card])]


def chosen(GET):
    """What ?lanes= asks for, or nothing when it makes no sense."""
    return GET.get("lanes", "") if GET.get("lanes", "") in CHOICES else ""


def lanes_of(board, by):
    """The lanes of a board read with its cards. One query for the sums, for people one more."""
    asked = board.asked
    deals = asked.narrowed.filter(asked.on_board, playbook=asked.playbook.pk).order_by()
    if by == "month":
        deals = with_month(deals)
    rows = deals.values_list(*KEYS[by]).annotate(n=Count("pk"), worth=Sum(Coalesce("contract_amount", "amount")))
    sums = {row[:-2]: row[-2:] for row in rows}
    names = User.objects.in_bulk([key[0] for key in sums if key[0]]) if by == "rep" else {}
    lanes = {}
    for key in sorted(sums, key=lambda key: _order(by, key, names)):
        count, amount = sums[key]
        name = "-".join(str(part or 0) for part in key)
        lanes[key] = Lane(name, _label(by, key, names), count, amount or Decimal(0), [(c, []) for c in board.columns])
    for place, column in enumerate(board.columns):
        for card in column.cards:
            if lane := lanes.get(_key(by, card)):
                lane.rows[place][1].append(card)
    return list(lanes.values())


def _key(by, card):
    if by == "rep":
        return (card.deal.rep_id,)
    if by == "tag":
        return (card.deal.customer.tag,)
    day = card.deal.expected_close
    return (day.year, day.month) if day else (None, None)


def _order(by, key, names):
    if by == "rep":
        return (key[0] is None, names[key[0]].pinyin if key[0] in names else "", key[0] or 0)
    if by == "tag":
        return (TAGS.index(key[0]) if key[0] in TAGS else len(TAGS),)
    return (key[0] is None, key)  # without a date last


def _label(by, key, names):
    if by == "rep":
        return names[key[0]].name if key[0] in names else _("Nobody")
    if by == "tag":
        return Customer.Tag(key[0]).label if key[0] in TAGS else key[0]
    return words.month(dt.date(*key, 1)) if key[0] else _("No closing date")
