"""Written down in time or not (R24, M2, D25): one judge for the timeline, My day, Team home and the reviews.

The lag runs from the end of the conversation to its entry. Measured is only what can be late at all: not a try nobody
answered, not a row of which only the day is known, not an import, not a pasted chat (it was written down when it was
said: neither the late ones count against anybody, nor the early ones for him), not a correction (the first row was the
entry), and not what happened on a day the company rests or the talker was on leave. A log saved while the net was away
carries the time it was pressed; that is shown, never hidden.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.db.models.functions import TruncDate

from accounts import switches
from accounts.calendar import Calendar, leave_of
from accounts.models import Leave
from core.periods import today, zone
from customers.models import FollowUp

KEPT_DAYS = 7  # a device keeps an unsaved text so long (Q15)


def with_leave(follow_ups):
    """A queryset of follow-ups, each knowing as `on_leave` whether its talker was on leave that day."""
    away = Leave.objects.filter(user=OuterRef("talked_by"), first__lte=OuterRef("day"), last__gte=OuterRef("day"))
    return follow_ups.annotate(day=TruncDate("happened_at", tzinfo=zone())).annotate(on_leave=Exists(away))


def is_entry(*, outcome, source, corrects):
    """Whether a row is somebody's own entry of a conversation that took place."""
    written = source not in (FollowUp.Source.IMPORT, FollowUp.Source.CHAT)  # by somebody's hand, after the conversation
    return written and outcome != FollowUp.Outcome.NO_ANSWER and corrects is None


def written_at(*, source, happened_at, entered_at, draft_started_at):
    """When it was written down: the server's time, or for a log saved without a net the time it was pressed."""
    offline = source == FollowUp.Source.OFFLINE and draft_started_at is not None
    if offline and happened_at <= draft_started_at <= entered_at:
        return draft_started_at
    return entered_at


@dataclass(frozen=True)
class Judge:
    """What counts as in time today; `limit` in minutes."""

    limit: int
    calendar: Calendar

    @classmethod
    def load(cls):
        return cls(switches.get("in_time_minutes"), Calendar.load())

    def lag_of(self, talk):
        """How long after its end a follow-up was written down (timedelta), or None when it is not measured."""
        if not talk.time_known or not self._is_entry(talk):
            return None
        day = today(talk.happened_at)
        if not self.calendar.works(day):
            return None
        written = written_at(
            source=talk.source, happened_at=talk.happened_at, entered_at=talk.entered_at,
            draft_started_at=talk.draft_started_at,
        )
        lag = max(written - talk.happened_at, dt.timedelta())
        if lag <= self.span:
            return lag if not getattr(talk, "on_leave", False) else None
        away = talk.on_leave if hasattr(talk, "on_leave") else leave_of(talk.talked_by, day) is not None
        return None if away else lag

    def _is_entry(self, talk):
        return is_entry(outcome=talk.outcome, source=talk.source, corrects=talk.corrects_id)

    @property
    def span(self):
        return dt.timedelta(minutes=self.limit)
