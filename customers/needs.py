"""Needs a customer named: open until somebody says they are answered or dropped (R2)."""

from django.db import transaction

from activity.recording import record
from customers.models import Need


def open_needs(customer):
    """What is still unanswered, oldest first, with the topics."""
    return Need.objects.filter(customer=customer, status=Need.Status.OPEN).select_related("topic").order_by("id")


def close_needs(customer, needs, status, *, by, now):
    """Answer or drop open needs of one customer; returns those that were still open. One event for all."""
    with transaction.atomic():
        mine = list(open_needs(customer).filter(pk__in=[need.pk for need in needs]).select_for_update(of=("self",)))
        if not mine:
            return []
        Need.objects.filter(pk__in=[need.pk for need in mine]).update(status=status, closed_at=now)
        record(
            "customers.needs_closed", customer, by=by, at=now, about=customer.pk, status=str(status),
            words="；".join(str(need) for need in mine)[:300],
        )
    return mine
