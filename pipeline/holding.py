"""A deal and everything a move reads of it, locked and read in one statement (performance: a move is few of them).

Every verb that changes what a customer's deals add up to locks the customer first, then the deal, customers in the
order of their keys: two deals of one customer that move at once count each other, and nobody waits in a ring.
"""

from django.db import connection
from django.db.models import Exists, OuterRef, Subquery

from customers.models import Customer
from pipeline.models import CardNote, Deal, Playbook, StageProgress

JOINED = ("customer__team__manager", "stage", "rep", "owner")
LOCKED = ("customer", "self")  # in this order


def hold_customers(keys):
    """Lock these customers, for who writes their deals without moving them. Nothing on SQLite: one writer at a time."""
    if connection.features.has_select_for_update:
        rows = Customer._base_manager.select_for_update(no_key=True).filter(pk__in=set(keys)).order_by("pk")
        list(rows.values_list("pk"))


def off_among(keys):
    """{key: Playbook} of those of these playbooks that are switched off. All are locked: nobody switches one off, or
    on, until the end of the transaction."""
    books = Playbook.objects.select_for_update(no_key=True).filter(pk__in=set(keys)).order_by("pk")
    return {book.pk: book for book in books if not book.is_active}


def held(deals):
    """The queryset `deals` to be read FOR UPDATE, the customer as well, with its people, and on each deal

    stay_id, stay_entered_at   its open stay
    is_held                    whether a hold stands on it
    has_siblings               whether its customer has other deals: only then their rows are worth a question
    """
    stays = StageProgress.objects.filter(deal=OuterRef("pk"), left_at=None, voided_at=None).order_by()
    holds = CardNote.objects.filter(deal=OuterRef("pk"), kind=CardNote.Kind.HOLD, until=None)
    others = Deal.objects.filter(customer=OuterRef("customer")).exclude(pk=OuterRef("pk"))
    return deals.select_related(*JOINED).select_for_update(of=LOCKED, no_key=True).annotate(
        stay_id=Subquery(stays.values("pk")[:1]), stay_entered_at=Subquery(stays.values("entered_at")[:1]),
        is_held=Exists(holds), has_siblings=Exists(others),
    )


def hold(deals, keys):
    """{key: deal} of those of `deals` with these keys, in one order for everybody. PostgreSQL drops a waiting row from
    a join when the joined column changed meanwhile: rows that are missing are looked for once more."""
    found = _read(deals, keys)
    return found if len(found) == len(set(keys)) else _read(deals, keys)


def _read(deals, keys):
    return {deal.pk: deal for deal in held(deals.filter(pk__in=list(keys))).order_by("customer", "pk")}
