"""The numbers of the navigation, all in one statement with scalar subqueries (D33, D41)."""

import datetime as dt
import functools

from django.db import connection
from django.db.models import Count, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.switches import in_time
from activity.models import Notification
from collaboration.models import CollaborationRequest
from collaboration.querysets import hands
from core.periods import today
from customers.models import NextStep, Owed

NAMES = ("owed", "owed_late", "today", "unread", "requests")
LATE = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)  # stands in the kept statement for a moment of each request


def counts(user):
    """today: steps due or overdue; requests: waiting on me; owed, owed_late; unread messages. One query."""
    now = timezone.now()
    place = user.department.path if user.department_id else ""
    on, for_whom = today(now), tuple(sorted(hands(user)))
    statement, values = _statement(user, on, user.role, place, for_whom, connection.vendor)
    kept, late = (connection.ops.adapt_datetimefield_value(moment) for moment in (LATE, now - in_time()))
    with connection.cursor() as cursor:
        cursor.execute(statement, [late if value == kept else value for value in values])
        row = cursor.fetchone()
    return dict(zip(NAMES, row, strict=True)) if row else {name: 0 for name in NAMES}


@functools.lru_cache(maxsize=500)
def _statement(user, on, *_kept_by):
    """(SQL, values) of the numbers of one person on a day. Every page asks, and the ORM writes it for longer than the
    database answers; what it depends on beside the person and the day are the other arguments."""
    me = OuterRef("pk")
    owed = Owed.objects.open().filter(user=me)
    due = NextStep.objects.open().filter(owner=me, kind="ours", due_on__lte=on)
    waiting = CollaborationRequest.objects.waiting_on(user)
    numbers = User.objects.filter(pk=user.pk).values_list(
        _number(owed, "user"),
        _number(owed.filter(ended_at__lt=LATE), "user"),
        _number(due, "owner"),
        _number(Notification.objects.waiting().filter(recipient=me), "recipient"),
        how_many(waiting),
    )
    return numbers.query.sql_with_params()


def _number(rows, by):
    """How many rows one person has, as a scalar subquery."""
    found = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


def how_many(rows):
    """How many rows a queryset has, as a scalar subquery."""
    found = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)
