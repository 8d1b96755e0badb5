"""What happened around one customer, newest first by when it happened: follow-ups and events in one list (S5).

Paged by the key of the last line shown, so that a deep page costs what the first costs. Only what people did is
shown; plans and field edits have their own places.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from activity.models import Event
from activity.undoing import can_undo
from core.periods import today
from customers.correcting import may_comment
from customers.drawing import talk_context
from customers.models import FollowUp, FollowUpComment, Need
from customers.promptness import Judge, with_leave

PER_PAGE = 30
MANY = 20  # more entries than this are grouped by day
QUIET_VERBS = [
    "customers.logged", "customers.planned", "customers.shifted", "customers.step_closed", "customers.edited",
    "customers.edited_log", "customers.corrected", "customers.commented", "customers.stale", "customers.revealed",
    "customers.contact_edited", "customers.bulk", "customers.duplicate_named",
    "customers.set_apart",
]
SHOWN = {"logs": "customers.none", "requests": "collaboration.", "files": "activity."}
UNDONE_HERE = {"customers.merged", "customers.archived"}
ICONS = {"pipeline": "up", "collaboration": "hands", "activity": "clip", "exchange": "up"}


@dataclass
class Line:
    """One entry: a follow-up with what its fragment needs, or an event. `key` pages on."""

    at: dt.datetime
    kind: str  # t (talk) | e (event)
    pk: int
    talk: dict | None = None
    event: Event | None = None
    icon: str = "pen"
    undo: bool = False  # a merge that this person may take back here
    heading: dt.date | None = None  # the day that begins with this line, where days are shown

    @property
    def key(self):
        return f"{self.at.timestamp():.6f}-{self.kind}-{self.pk}"


def timeline(customer, user, *, now, choices, show="", after=""):
    """(lines, key of the next page or ""). `customer` was fetched through the gate. Four queries."""
    before = _read_key(after)
    lines = []
    if show in ("", "logs"):
        judge = Judge.load()
        lines += [
            _talk_line(talk, customer, user, now=now, judge=judge, choices=choices) for talk in _talks(customer, before)
        ]
    if show != "logs":
        lines += [_event_line(event, user, now) for event in _events(customer, before, show)]
    lines.sort(key=lambda line: (line.at, line.kind, line.pk), reverse=True)
    if before or len(lines) > MANY:
        _name_days(lines, today(before[0]) if before else None)
    return lines[:PER_PAGE], lines[PER_PAGE - 1].key if len(lines) > PER_PAGE else ""


def _name_days(lines, day):
    """A heading before the first line of each day (S5); `day` is the one the page before ended with."""
    for line in lines:
        if today(line.at) != day:
            line.heading = day = today(line.at)


def _talks(customer, before):
    rows = with_leave(FollowUp.objects.counted()).filter(customer=customer).order_by("-happened_at", "-pk")
    rows = rows.select_related("talked_by", "entered_by", "contact", "corrects")
    return rows.filter(_older("happened_at", "t", before)).prefetch_related(
        Prefetch("needs", Need.objects.select_related("topic")),
        Prefetch("comments", FollowUpComment.objects.select_related("by")),
    )[: PER_PAGE + 1]


def _events(customer, before, show):
    rows = Event.objects.about_customer(customer).exclude(verb__in=QUIET_VERBS).order_by("-at", "-pk")
    if show in SHOWN:
        rows = rows.filter(verb__startswith=SHOWN[show])
    return rows.filter(_older("at", "e", before)).select_related("by")[: PER_PAGE + 1]


def _older(name, kind, before):
    """Strictly after the key in the order (at, kind, pk) descending."""
    if before is None:
        return Q()
    at, last_kind, pk = before
    same = Q(**{name: at})
    if kind == last_kind:
        same &= Q(pk__lt=pk)
    elif kind > last_kind:
        same &= Q(pk__in=[])
    return Q(**{f"{name}__lt": at}) | same


def _read_key(text):
    try:
        at, kind, pk = text.split("-")
        moment = dt.datetime.fromtimestamp(float(at), dt.UTC)
        return (moment, kind, int(pk)) if kind in ("t", "e") and 0 < int(pk) < 2**62 else None
    except (ValueError, OverflowError, OSError):
        return None


def _talk_line(talk, customer, user, *, now, judge, choices):
    talk.customer = customer  # known already: its managers are asked of it
    private = may_comment(talk, user)
    context = talk_context(talk, user, now=now, judge=judge, choices=choices)
    context["comments"] = [one for one in talk.comments.all() if private or not one.private]
    context["needs"] = talk.needs.all()
    return Line(talk.happened_at, "t", talk.pk, talk=context | {"follow_up": talk})


def _event_line(event, user, now):
    undo = event.verb in UNDONE_HERE and can_undo(event, now) and (event.by_id == user.pk or user.is_admin)
    icon = ICONS.get(event.verb.partition(".")[0], "pen")
    return Line(event.at, "e", event.pk, event=event, icon=icon, undo=undo)
