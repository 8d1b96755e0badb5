"""What happened around one customer, newest first by when it happened: follow-ups and events in one list (S5).

Paged by the key of the last line shown, so that a deep page costs what the first costs. Only what people did is
shown; plans and field edits have their own places.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from accounts.switches import in_time
from activity.models import Event
from core.periods import today
from customers.correcting import may_comment
from customers.drawing import talk_context
from customers.models import FollowUp, FollowUpComment, Need

PER_PAGE = 30
MANY = 20  # more entries than this are grouped by day
QUIET_VERBS = [
    "customers.logged", "customers.planned", "customers.shifted", "customers.step_closed", "customers.edited",
    "customers.edited_log", "customers.corrected", "customers.commented", "customers.stale", "customers.revealed",
    "customers.contact_edited", "customers.bulk", "customers.duplicate_named",
]
SHOWN = {"logs": "customers.none", "requests": "collaboration.", "files": "activity."}
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
    heading: dt.date | None = None  # the day that begins with this line, where days are shown

    @property
    def key(self):
        return f"{self.at.timestamp():.6f}-{self.kind}-{self.pk}"


def timeline(customer, user, *, now, choices, show="", after=""):
    """(lines, key of the next page or ""). `customer` was fetched through the gate. Four queries."""
    before = _read_key(after)
    lines = []
    if show in ("", "logs"):
        about = {"now": now, "choices": choices, "limit": in_time()}
        lines += [_talk_line(talk, customer, user, **about) for talk in _talks(customer, before)]
    if show != "logs":
        lines += [_event_line(event) for event in _events(customer, before, show)]
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
    rows = FollowUp.objects.counted().filter(customer=customer).order_by("-happened_at", "-pk")
    return rows.filter(_older("happened_at", "t", before)).select_related("talked_by", "entered_by").prefetch_related(
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


def _talk_line(talk, customer, user, *, now, choices, limit):
    talk.customer = customer  # known already: its managers are asked of it
    private = may_comment(talk, user)
    context = talk_context(talk, user, now=now, in_time=limit, choices=choices)
    context["comments"] = [one for one in talk.comments.all() if private or not one.private]
    context["needs"] = talk.needs.all()
    return Line(talk.happened_at, "t", talk.pk, talk=context | {"follow_up": talk})


def _event_line(event):
    return Line(event.at, "e", event.pk, event=event, icon=ICONS.get(event.verb.partition(".")[0], "pen"))
