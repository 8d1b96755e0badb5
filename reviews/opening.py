"""The opening pipeline of a month: what was open on day one, kept to explain every later difference by (M6, D30).

It is read as it was known at the first moment of the month, from the history of stays and fields, so that a run that
comes late keeps the same rows as one in time, with the chances Setup gave the stages then. Whom a deal is counted for
is read when it is taken.
"""

from django.db import transaction
from django.utils import timezone

from core.periods import period_of, today
from pipeline.models import Stage
from reviews.amounts import Amounts
from reviews.flows import known_stays, standing_at
from reviews.models import OpeningDeal
from reviews.scopes import COMPANY

AT_MOST = 12  # months made up for at once


def take_opening(*, now=None):
    """The opening of the running month and of the months missed since the last one, oldest first. A month that has
    one is left alone. Returns {"period", "taken"}: of the running month, rows of all."""
    now = now or timezone.now()
    period = period_of("month", today(now))
    taken = sum(take(missing, now=now) for missing in missed(period))
    return {"period": period.code, "taken": taken}


def missed(period):
    """The months without an opening up to this one, oldest first; at the very first only this one."""
    months = OpeningDeal.objects.filter(period__lt=period.code).order_by("-period").values_list("period", flat=True)
    last = months.first()
    found = [period]
    while last and found[-1].previous().code > last and len(found) < AT_MOST:
        found.append(found[-1].previous())
    return found[::-1]


def take(period, *, now):
    """Keep one row for each deal that was open just before the month's first moment. Returns how many."""
    start = period.starts_at
    stays = known_stays(COMPANY, start).filter(standing_at(start), stage__kind="open")
    amounts, chances = Amounts(start), chances_at(start)
    with transaction.atomic():
        if OpeningDeal.objects.filter(period=period.code).exists():
            return 0
        made = [
            OpeningDeal(
                period=period.code, deal_id=deal, stage_id=stage, team_id=team, rep_id=person,
                chance=chances.get(stage, chance), amount=amounts.typed(deal, amount, start),
                expected_close=amounts.close(deal, close, start), taken_at=now,
            )
            for deal, stage, team, person, amount, close, chance in stays.order_by("deal_id").values_list(
                "deal_id", "stage_id", "team", "person", "deal__amount", "deal__expected_close", "stage__probability"
            )
        ]
        OpeningDeal.objects.bulk_create(made, batch_size=500, ignore_conflicts=True)
    return len(made)


def chances_at(moment):
    """{stage id: percent} as Setup said just before a moment, of the stages whose history is known (D17)."""
    rows = Stage.history.filter(history_date__lt=moment).order_by("history_date", "history_id")
    return dict(rows.values_list("id", "probability"))


def was_taken(period):
    """Whether the month has an opening to explain from. An empty house has none."""
    return OpeningDeal.objects.filter(period=period.code).exists()

