"""The ladder of a quiet spell (M12): first its owner, then the team's manager, then the weekly meeting.

Days are working days since the owner was told, so that nobody is passed over a week-end. `quiet, planned` and waiting
customers are on no rung; a conversation begins a new spell and withdraws the messages (customers/logging.py).
"""

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef
from django.db.models.functions import TruncDate

from accounts import switches
from accounts.calendar import Calendar
from activity.models import Notification
from core.periods import zone
from customers.models import Customer

TOLD, RAISED = "customers.stale", "customers.stale_up"  # kinds of message: to the owner, to his manager


@dataclass(frozen=True)
class Ladder:
    """The last days on which an owner must have been told for each rung, on one working day."""

    manager: object
    meeting: object

    @classmethod
    def load(cls, on):
        now, calendar = switches.everything(), Calendar.load()
        return cls(
            calendar.add_working_days(on, -now["manager_ladder_days"]),
            calendar.add_working_days(on, -now["meeting_ladder_days"]),
        )

    def rung_of(self, customer):
        """ "" (nobody was told yet), "owner", "manager" or "meeting" of a customer that is quiet."""
        if customer.told_on is None:
            return ""
        if customer.told_on <= self.meeting:
            return "meeting"
        return "manager" if customer.told_on <= self.manager else "owner"

    def to_raise(self, quiet):
        """Those of a queryset of quiet customers whose manager has not heard of this spell yet."""
        kind = ContentType.objects.get_for_model(Customer)
        heard = Notification.objects.filter(kind=RAISED, subject_type=kind, subject_id=OuterRef("pk")).annotate(
            day=TruncDate("at", tzinfo=zone())
        )
        return quiet.filter(told_on__lte=self.manager, owner__isnull=False).exclude(
            Exists(heard.filter(day__gte=OuterRef("told_on")))
        )
