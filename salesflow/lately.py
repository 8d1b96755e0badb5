"""What was changed in Setup lately and may still be taken back (S18)."""

import datetime as dt

from accounts.undoing import UNDOERS as OF_PEOPLE
from activity.undoing import DAYS, can_undo
from customers.limits import VERB as LIMITS
from exchange import defining
from pipeline.restaging import UNDOERS as OF_STAGES

VERBS = (
    *OF_PEOPLE, *OF_STAGES, LIMITS, defining.ADDED, defining.CHANGED, defining.TABLE_ADDED, defining.TABLE_CHANGED,
)  # fmt: skip
MOST = 8


def changes(events, now):
    """The newest of the Events somebody sees that changed Setup and that can be undone. One query."""
    rows = events.filter(verb__in=VERBS, undone_at=None, at__gte=now - dt.timedelta(days=DAYS)).select_related("by")
    return [event for event in rows.order_by("-at", "-pk")[:MOST] if can_undo(event, now)]
