"""The share logged within the limit, counted by the database: what reviews/talk.py reads line by line, for stretches
too long to be read. The same rule (customers/promptness.py), tested against it."""

import datetime as dt

from django.db.models import Case, Count, DateTimeField, DurationField, ExpressionWrapper, F, Q, Value, When

from core.periods import today
from customers.models import FollowUp
from customers.promptness import with_leave
from reviews.chance import Count as Counted
from reviews.talk import known_talks

DAY = dt.timedelta(days=1)
SOURCE = FollowUp.Source


def timed_counts(scope, start, end, as_of, limit, calendar):
    """The Count of measured conversations of [start, end) and of those written down within `limit` minutes."""
    if end <= start:
        return Counted(0, 0)
    first, last = today(start), today(end)
    rest = [day for n in range((last - first).days + 1) if not calendar.works(day := first + n * DAY)]
    pressed = Q(
        source=SOURCE.OFFLINE, draft_started_at__gte=F("happened_at"), draft_started_at__lte=F("entered_at")
    )
    rows = with_leave(known_talks(scope, as_of)).filter(
        happened_at__gte=start, happened_at__lt=end, on_leave=False, time_known=True, corrects=None
    ).exclude(outcome="no_answer").exclude(source__in=[SOURCE.IMPORT, SOURCE.CHAT]).exclude(day__in=rest)
    latest = ExpressionWrapper(
        F("happened_at") + Value(dt.timedelta(minutes=limit), DurationField()), DateTimeField()
    )
    rows = rows.annotate(
        written=Case(When(pressed, then=F("draft_started_at")), default=F("entered_at"), output_field=DateTimeField()),
        latest=latest,
    )
    found = rows.order_by().aggregate(n=Count("pk"), on=Count("pk", filter=Q(written__lte=F("latest"))))
    return Counted(found["n"], found["on"])
