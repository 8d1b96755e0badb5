"""The rows behind the figures of a person's part of a meeting, exactly as many as the figure says (S11, M4).

The agenda keeps the keys of what it counted when it was frozen; before that they are those of now. What a row says is
read as it is now, and only where the reader may read it: at a customer he sees, and while the meeting runs at any
customer of its team. Another row stays in the list without a name, so that list and figure agree.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from core.periods import today
from customers.models import Customer, FollowUp
from pipeline.models import Deal, StageProgress
from pipeline.playbooks import Playbooks


@dataclass(frozen=True)
class Row:
    """`on` is a company day (None of what is gone), `customer` its name ("" where the reader may not read it),
    `link` the customer's key where he may open it, `amount` CNY."""

    on: dt.date | None = None
    customer: str = ""
    link: int | None = None
    text: str = ""
    amount: Decimal | None = None


def _talk(talk, _stages):
    return talk.happened_at, talk.customer, talk.text[:80], None


def _move(stay, stages):
    words = [stages[pk].words for pk in (stay.came_from_id, stay.stage_id) if pk]
    return stay.entered_at, stay.deal.customer, " → ".join(words), stay.deal.amount


def _deal(deal, stages):
    worth = deal.amount if deal.contract_amount is None else deal.contract_amount
    return deal.won_at or deal.entered_at, deal.customer, stages[deal.stage_id].words, worth


READERS = {
    "logs": (FollowUp, "customer", _talk),
    "moves": (StageProgress, "deal__customer", _move),
    "won": (Deal, "customer", _deal),
    "more": (Deal, "customer", _deal),
}


def keys_of(part, name):
    """The keys behind a figure of a part; None where there is no such figure (a meeting begun before they were kept
    has none)."""
    return (part.get("rows") or {}).get(name)


def rows_behind(user, meeting, name, keys):
    """[Row] of these keys (one page of them) in their order, as `user` reads them. Two queries."""
    model, path, read = READERS[name]
    stages, found = Playbooks.load().stages, model._base_manager.select_related(path).in_bulk(keys)
    read_rows = {pk: read(row, stages) for pk, row in found.items()}
    places = {customer.pk for _at, customer, *_rest in read_rows.values()}
    mine = set(Customer.objects.visible_to(user).filter(pk__in=places).values_list("pk", flat=True))
    return [_row(read_rows.get(pk), mine, meeting) for pk in keys]


def _row(values, mine, meeting):
    if values is None:
        return Row()
    on, customer, text, amount = today(values[0]), *values[1:]
    if customer.pk in mine:
        return Row(on, customer.name, customer.pk, text, amount)
    if meeting.is_running and customer.team_id == meeting.team_id:
        return Row(on, customer.name, None, text, amount)
    return Row(on)
