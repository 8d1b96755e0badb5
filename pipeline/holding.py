"""A deal and everything a move reads of it, locked and read in one statement (performance: a move is few of them)."""

from django.db.models import Exists, OuterRef, Subquery

from pipeline.models import CardNote, Deal, StageProgress

JOINED = ("customer__team__manager", "stage", "rep", "owner")


def held(deals):
    """The queryset `deals` to be read FOR UPDATE, with its customer and people, and on each deal

    stay_id, stay_entered_at   its open stay
    is_held                    whether a hold stands on it
    has_siblings               whether its customer has other deals: only then their rows are worth a question
    """
    stays = StageProgress.objects.filter(deal=OuterRef("pk"), left_at=None, voided_at=None).order_by()
    holds = CardNote.objects.filter(deal=OuterRef("pk"), kind=CardNote.Kind.HOLD, until=None)
    others = Deal.objects.filter(customer=OuterRef("customer")).exclude(pk=OuterRef("pk"))
    return deals.select_related(*JOINED).select_for_update(of=("self",)).annotate(
        stay_id=Subquery(stays.values("pk")[:1]), stay_entered_at=Subquery(stays.values("entered_at")[:1]),
        is_held=Exists(holds), has_siblings=Exists(others),
    )


def hold(deals, keys):
    """{key: deal} of those of `deals` with these keys, in one order for everybody. PostgreSQL drops a waiting row from
    a join when the joined column changed meanwhile: rows that are missing are looked for once more."""
    found = _read(deals, keys)
    return found if len(found) == len(set(keys)) else _read(deals, keys)


def _read(deals, keys):
    return {deal.pk: deal for deal in held(deals.filter(pk__in=list(keys))).order_by("pk")}
