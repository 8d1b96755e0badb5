"""What a deal was worth at a moment, and when it was expected to close, from its field history (D21); a deal without
changes is what it is."""

import datetime as dt
from bisect import bisect_right
from decimal import Decimal

from django.db.models import DateField, DecimalField, Exists, OuterRef, Value
from django.db.models.functions import Coalesce

from pipeline.models import Deal

NOTHING = Decimal(0)
KNOWN = {  # with a value that none has where nothing is typed, so that two of them can be compared
    "amount_known": Coalesce(
        "amount", Value(Decimal(-1)), output_field=DecimalField(max_digits=14, decimal_places=2)
    ),
    "close_known": Coalesce("expected_close", Value(dt.date.min), output_field=DateField()),
}


def changed_deals(start):
    """Ids of deals with a change recorded since `start` whose amount or expected close was ever another, as a
    subquery: only their history has to be read."""
    return priced(start).order_by().values("id")


def priced(start):
    """The history of these deals: each of its rows has another that says otherwise. Most changes are moves, of which
    amount and close know nothing."""
    recent = Deal.history.filter(history_type="~", history_date__gte=start).order_by().values("id")
    others = Deal.history.filter(id=OuterRef("id")).annotate(**KNOWN)
    other = others.exclude(amount_known=OuterRef("amount_known"), close_known=OuterRef("close_known"))
    return Deal.history.annotate(**KNOWN).filter(Exists(other), id__in=recent)


MOST_IDS = 5_000  # named one by one in a query; more are asked for again


class Amounts:
    """a(deal, moment) in CNY. Before the first history row the first known amount counts. One query. `deals` are ids
    where only these are asked about."""

    def __init__(self, start, deals=None):
        self.start, self.past = start, {}
        rows = priced(start) if deals is None or len(deals) > MOST_IDS else Deal.history.filter(id__in=deals)
        for pk, at, amount, close in rows.order_by("id", "history_date", "history_id").values_list(
            "id", "history_date", "amount", "expected_close"
        ):
            dates, amounts, closes = self.past.setdefault(pk, ([], [], []))
            dates.append(at)
            amounts.append(amount)
            closes.append(close)

    def at(self, stay, moment):
        """The amount of a stay's deal at a moment; nothing typed counts as 0."""
        return self.of(stay.deal, stay.amount, moment)

    def of(self, deal, now, moment):
        """The same for a deal and what it is worth now."""
        return self.typed(deal, now, moment) or NOTHING

    def typed(self, deal, now, moment):
        """The amount as it stood in the field, None when it was empty."""
        return self._then(deal, 1, now, moment)

    def close(self, deal, now, moment):
        """The day a deal was expected to close at a moment, given the day it is now; None when there was none."""
        return self._then(deal, 2, now, moment)

    def _then(self, deal, column, now, moment):
        if deal not in self.past:
            return now
        dates = self.past[deal][0]
        return self.past[deal][column][max(bisect_right(dates, moment) - 1, 0)]

    @property
    def changed(self):
        """changed_deals(), as found already where they are few."""
        return list(self.past) if len(self.past) <= MOST_IDS else changed_deals(self.start)

    def knows(self, deal):
        return deal in self.past
