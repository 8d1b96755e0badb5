"""Payments of a month (回款), when they are switched on: what came in on its days for the deals of a scope, as known
at a moment. One query, none while they are off."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from accounts import switches
from core.periods import day_start, today
from pipeline.models import Payment
from pipeline.paying import SWITCH
from reviews.scopes import COMPANY, person_of_deal


class Paid(NamedTuple):
    deal: int
    at: object  # the first moment of the company day it was paid on
    amount: Decimal
    team: int | None
    person: int | None


def read_payments(scope, period, *, as_of, then=None):
    """[Paid] of the period's days up to `as_of`, the oldest first. `then` says whose the deals were on a day gone
    by."""
    rows = Payment.objects.standing(as_of).filter(
        (COMPANY if then else scope).deals("deal__"), paid_on__gte=period.first,
        paid_on__lte=min(period.last, today(as_of)),
    ).annotate(person=person_of_deal("deal__"))
    found = []
    for deal, day, amount, team, person in rows.order_by("paid_on", "pk").values_list(
        "deal_id", "paid_on", "amount", "deal__customer__team_id", "person"
    ):
        place = then.place(deal) if then else (team, person)
        if then is None or then.inside(*place):
            found.append(Paid(deal, day_start(day), amount, *place))
    return found


def payment_figures(scope, period, *, as_of, then=None):
    """{"count", "amount", "team": {id: CNY}, "person": {id: CNY}}; None while payments are off."""
    if not switches.get(SWITCH):
        return None
    rows = read_payments(scope, period, as_of=as_of, then=then)
    sums = {"team": defaultdict(Decimal), "person": defaultdict(Decimal)}
    for row in rows:
        sums["team"][row.team or 0] += row.amount
        sums["person"][row.person or 0] += row.amount
    return {"count": len(rows), "amount": sum((row.amount for row in rows), Decimal(0)), **sums}
