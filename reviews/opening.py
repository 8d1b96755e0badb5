"""The opening pipeline of a month: what was open on day one, kept to explain the month's end by (M6, D30)."""

from django.db import transaction
from django.utils import timezone

from core.periods import period_of, today
from reviews.flows import known_stays, standing_at
from reviews.models import OpeningDeal
from reviews.scopes import COMPANY


def take_opening(*, now=None):
    """One row for each deal open at the first moment of the running month; a second run adds nothing.
    Returns {"period", "taken"}."""
    now = now or timezone.now()
    period = period_of("month", today(now))
    stays = known_stays(COMPANY, now).filter(standing_at(period.starts_at), stage__kind="open")
    rows = stays.order_by("deal_id").values_list(
        "deal_id", "stage_id", "team", "deal__rep_id", "deal__amount", "deal__expected_close"
    )
    with transaction.atomic():
        if OpeningDeal.objects.filter(period=period.code).exists():
            return {"period": period.code, "taken": 0}
        made = [
            OpeningDeal(period=period.code, deal_id=deal, stage_id=stage, team_id=team, rep_id=rep, amount=amount,
                        expected_close=close, taken_at=now)
            for deal, stage, team, rep, amount, close in rows
        ]
        OpeningDeal.objects.bulk_create(made, batch_size=500, ignore_conflicts=True)
    return {"period": period.code, "taken": len(made)}
