"""What a deal was worth at a moment, from its field history (D21); the amount of a deal without changes is its own."""

from bisect import bisect_right
from decimal import Decimal

from pipeline.models import Deal

NOTHING = Decimal(0)


def changed_deals(start):
    """Ids of deals with a change recorded since `start`, as a subquery: only their history has to be read."""
    return Deal.history.filter(history_type="~", history_date__gte=start).values("id")


class Amounts:
    """a(deal, moment) in CNY. Before the first history row the first known amount counts. One query."""

    def __init__(self, start):
        rows = Deal.history.filter(id__in=changed_deals(start))
        self.past = {}
        for pk, at, amount in rows.order_by("id", "history_date", "history_id").values_list(
            "id", "history_date", "amount"
        ):
            dates, amounts = self.past.setdefault(pk, ([], []))
            dates.append(at)
            amounts.append(amount)

    def at(self, stay, moment):
        """The amount of a stay's deal at a moment; nothing typed counts as 0."""
        return self.of(stay.deal, stay.amount, moment)

    def of(self, deal, now, moment):
        """The same for a deal and what it is worth now."""
        if deal not in self.past:
            return now or NOTHING
        dates, amounts = self.past[deal]
        return amounts[max(bisect_right(dates, moment) - 1, 0)] or NOTHING

    def knows(self, deal):
        return deal in self.past
