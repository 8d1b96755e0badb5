"""What ends a weekly step before its last day (R50): something that happened with the customer since it was made.

A fixed list, each read from what other deeds write anyway, so that no deed gets dearer: the events of deals and
approvals, and the follow-ups. An undone deed ends nothing.
"""

from django.db.models import Exists, OuterRef, Q

from activity.models import Event
from customers.models import FollowUp, NextStep

Ends = NextStep.Ends
MOVED = ["pipeline.won", "pipeline.lost"]
EVENTS = {
    Ends.MOVES: Q(verb__in=MOVED) | Q(verb="pipeline.moved", data__back=False),
    Ends.APPROVED: Q(verb="collaboration.approved", data__last=True),
    Ends.DECIDED: Q(verb__in=MOVED),
}


def over(steps):
    """Those of the queryset `steps` whose end has come since they were made."""
    mine = {"about_customer_id": OuterRef("customer_id"), "at__gt": OuterRef("made_at"), "undone_at": None}
    come = Q(pk__in=[])
    for ends, condition in EVENTS.items():
        come |= Q(ends=ends) & Exists(Event.objects.filter(condition, **mine))
    talked = FollowUp.objects.counted().filter(
        customer=OuterRef("customer_id"), outcome=FollowUp.Outcome.TALKED, entered_at__gt=OuterRef("made_at"),
        happened_at__gt=OuterRef("made_at"),
    )
    return steps.exclude(repeat="").exclude(ends="").filter(come | Q(ends=Ends.ANSWERED) & Exists(talked))
