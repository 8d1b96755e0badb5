"""Won deals of a stretch by team and person, counted and summed by the database: what targets and goals need of a
period's stays, without reading these. The same wins as Flows.won(): one a deal, of the deals that entered a won stage
from another and still stand as won at the end of the stretch.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from core.answers import answered
from pipeline.models import Deal, StageProgress
from reviews.amounts import Amounts
from reviews.flows import known_stays, left_known
from reviews.likely import cents_of, money


@dataclass(frozen=True)
class Wins:
    """How many deals one person won for one team, and what they are worth (CNY)."""

    team: int | None
    person: int | None
    deals: int
    amount: Decimal


def known(amount):
    """An amount, or a number that none is, as an expression."""
    return Coalesce(amount, Value(Decimal(-1)), output_field=DecimalField(max_digits=14, decimal_places=2))


def won_stays(scope, stages, start, end, as_of):
    """The stays with which the deals of a scope were won in [start, end), known at `as_of`: one a deal."""
    won = [fact.id for fact in stages if fact.is_won]
    elsewhere = [0, *(fact.id for fact in stages if not fact.is_won)]  # 0: from nowhere
    others = StageProgress.objects.as_of(as_of).filter(deal=OuterRef("deal"), entered_at__lt=end)
    here = {"entered_at": OuterRef("entered_at")}
    later = Q(entered_at__gt=here["entered_at"]) | Q(**here, id__gt=OuterRef("pk"))
    earlier = Q(entered_at__lt=here["entered_at"]) | Q(**here, id__lt=OuterRef("pk"))
    touching = Q(entered_at__gte=start) | Q(left__gte=start, left__lt=end)
    before = others.annotate(left=left_known(as_of)).filter(earlier, touching).order_by("-entered_at", "-id")
    return (
        known_stays(scope, as_of)
        .filter(stage__in=won, entered_at__gte=start, entered_at__lt=end)
        .annotate(src=Coalesce(Subquery(before.values("stage")[:1]), "came_from", 0, output_field=BigIntegerField()))
        .filter(~Exists(others.filter(later).exclude(stage__in=won)), src__in=elsewhere)
    )


def wins_of(scope, stages, start, end, as_of):
    """[Wins] of [start, end) in a scope, known at `as_of`. Two queries, and a line for each whose price changed."""
    recent = Deal.history.filter(id=OuterRef("deal"), history_type="~", history_date__gte=start)
    priced = Deal.history.filter(id=OuterRef("deal")).annotate(was=known(F("amount")))
    other = priced.exclude(was=known(OuterRef("deal__amount")))
    # Worth what it was when it was won. What is in its own row comes first: most have a contract's amount.
    repriced = Q(deal__contract_amount=None) & Q(Exists(recent)) & Q(Exists(other))
    rows = (
        won_stays(scope, stages, start, end, as_of)
        .annotate(alone=Case(When(repriced, then=F("deal")), output_field=BigIntegerField()))
        .order_by().values_list("team", "person", "alone")
        .annotate(
            deals=Count("pk"), cents=Sum(cents_of(Coalesce("deal__contract_amount", "deal__amount"))),
            at=Min("entered_at"),
        )
    )
    rows = answered(rows)
    alone = {row[2] for row in rows if row[2]}
    amounts = Amounts(start, alone)
    return [
        Wins(team, person, deals, money(cents) if alone is None else amounts.of(alone, money(cents), at))
        for team, person, alone, deals, cents, at in rows
    ]
