"""The numbers of the navigation, all in one statement with scalar subqueries (D33, D41)."""

from django.db.models import Count, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.switches import in_time
from activity.models import Notification
from collaboration.models import CollaborationRequest
from core.periods import today
from customers.models import NextStep, Owed


def counts(user):
    """today: steps due or overdue; requests: waiting on me; owed, owed_late; unread messages. One query."""
    now = timezone.now()
    me, late = OuterRef("pk"), now - in_time()
    owed = Owed.objects.open().filter(user=me)
    due = NextStep.objects.open().filter(owner=me, kind="ours", due_on__lte=today(now))
    waiting = CollaborationRequest.objects.waiting_on(user)
    row = (
        User.objects.filter(pk=user.pk)
        .values("pk")
        .annotate(
            owed=_number(owed, "user"),
            owed_late=_number(owed.filter(ended_at__lt=late), "user"),
            today=_number(due, "owner"),
            unread=_number(Notification.objects.waiting().filter(recipient=me), "recipient"),
            requests=_count_all(waiting),
        )
        .first()
    )
    return row or {}


def _number(rows, by):
    """How many rows one person has, as a scalar subquery."""
    found = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


def _count_all(rows):
    """How many rows a queryset has, as a scalar subquery."""
    found = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)
