"""When messages about people and places are over (activity/topics.py)."""

from django.db.models import Exists, OuterRef

from accounts.models import Leave
from activity.topics import over
from core.periods import today


def plug():
    over(["accounts.leave_added"], _no_longer_stands_in)


def _no_longer_stands_in(now):
    """Of who stands in: the leave is over, or was taken back."""
    rows = Leave.objects.filter(user=OuterRef("subject_id"), substitute=OuterRef("recipient"), last__gte=today(now))
    return ~Exists(rows)
