"""What happened around one customer, newest first by when it happened: follow-ups and events in one list (S5).

Paged by the key of the last line shown, so that a deep page costs what the first costs. Only what people did is
shown; plans and field edits have their own places.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from activity.models import Event
from activity.undoing import can_undo
from activity.wording import event_words
from core.markup import format_html
from core.periods import today, zone
from core.prepared import prepared
from core.templatetags.words import icon
from customers.correcting import may_comment
from customers.drawing import talk_context
from customers.models import FollowUp, FollowUpComment, Need
from customers.promptness import Judge, with_leave
from customers.talkline import talk_html

PER_PAGE = 30
MANY = 20  # more entries than this are grouped by day
QUIET_VERBS = [
    "customers.logged", "customers.planned", "customers.shifted", "customers.step_closed", "customers.edited",
    "customers.edited_log", "customers.corrected", "customers.commented", "customers.stale", "customers.revealed",
    "customers.contact_edited", "customers.bulk", "customers.duplicate_named",
    "customers.set_apart", "customers.step_given", "customers.row_changed",
]
SHOWN = {"logs": "customers.none", "deal": "pipeline.", "requests": "collaboration.", "files": "activity."}
SHOWN_OF_TALK = [  # whole rows of four tables are slow to ask for and to build
    "customer", "contact__name", "happened_at", "time_known", "entered_at", "talked_by__name", "entered_by__name",
    "with_people", "draft_started_at", "source", "outcome", "methods", "purpose", "text", "feedback", "next_text",
    "edited_at", "voided_at", "corrects__text", "corrects__happened_at",
]
SHOWN_OF_NEED = ["follow_up", "kind", "text", "status", "topic__label", "topic__label_en"]
SHOWN_OF_COMMENT = ["follow_up", "at", "text", "private", "by__name"]
SHOWN_OF_EVENT = ["verb", "at", "subject_type", "subject_id", "about_customer_id", "data", "undone_at", "by__name"]
MOVES = {"pipeline.moved", "pipeline.won", "pipeline.lost"}
BREATH = dt.timedelta(minutes=5)  # between a log and the change of stage that belongs to it
UNDONE_HERE = {"customers.merged", "customers.archived", "customers.row_removed"}
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
    def html(self):
        """The follow-up as it is shown."""
        return talk_html(**self.talk)

    @property
    def key(self):
        return f"{self.at.timestamp():.6f}-{self.kind}-{self.pk}"


def timeline(customer, user, *, now, choices, show="", after=""):
    """(lines, key of the next page or ""). `customer` was fetched through the gate. Four queries."""
    before = _read_key(after)
    lines = []
    if show in ("", "logs"):
        judge, talks = Judge.load(), list(_talks(customer, before))
        needs, comments = _of_talks(_needs, talks), _of_talks(_comments, talks)
        lines += [
            _talk_line(
                talk, customer, user, needs=needs[talk.pk], comments=comments[talk.pk], now=now, judge=judge,
                choices=choices,
            )
            for talk in talks
        ]
    if show != "logs":
        lines += [_event_line(event, user, now) for event in _events(customer, before, show)]
    lines.sort(key=lambda line: (line.at, line.kind, line.pk), reverse=True)
    many, key = before or len(lines) > MANY, lines[PER_PAGE - 1].key if len(lines) > PER_PAGE else ""
    page = _attached(lines[:PER_PAGE], user)
    if many:
        _name_days(page, today(before[0]) if before else None)
    return page, key


def _attached(lines, user):
    """One action is one entry: a change of stage within five minutes of a log, by who wrote it, stands in that log."""
    talks = [line.talk["follow_up"] for line in lines if line.talk]
    found, alone = defaultdict(list), []
    for line in lines:
        event = line.event
        near = () if event is None or event.verb not in MOVES else (
            talk.pk for talk in talks
            if talk.entered_by_id == event.by_id and dt.timedelta(0) <= event.at - talk.entered_at <= BREATH
        )
        if (talk := next(iter(near), None)) is None:
            alone.append(line)
        else:
            undone = format_html(' <span class="muted">{}</span>', _("undone")) if event.undone_at else ""
            said = (line.pk, icon(line.icon, True), event_words(event, user), undone)
            found[talk].append(format_html('<p class="ev-done" id="e-{}">{}<span>{}{}</span></p>', *said))
    for line in alone:
        if line.talk:
            line.talk["attached"] = format_html("{}" * len(found[line.pk]), *reversed(found[line.pk]))
    return alone


def _name_days(lines, day):
    """A heading before the first line of each day (S5); `day` is the one the page before ended with."""
    for line in lines:
        if today(line.at) != day:
            line.heading = day = today(line.at)


def _talks(customer, before):
    return _newest_talks(customer.pk, zone(), *_key_of("t", before))


@prepared
def _newest_talks(customer, _zone, *before):
    rows = with_leave(FollowUp.objects.filter(customer=customer).counted()).order_by("-happened_at", "-pk")
    rows = rows.select_related("talked_by", "entered_by", "contact", "corrects").only(*SHOWN_OF_TALK)
    return rows.filter(_older("happened_at", "t", before))[: PER_PAGE + 1]


def _of_talks(question, talks):
    """{follow-up id: its rows}. By hand, as prefetching makes two managers for each follow-up."""
    found = defaultdict(list)
    for row in question([talk.pk for talk in talks]):
        found[row.follow_up_id].append(row)
    return found


@prepared
def _needs(talks):
    return Need.objects.filter(follow_up__in=talks).select_related("topic").only(*SHOWN_OF_NEED)


@prepared
def _comments(talks):
    return FollowUpComment.objects.filter(follow_up__in=talks).select_related("by").only(*SHOWN_OF_COMMENT)


def _events(customer, before, show):
    return _newest_events(customer.pk, show, *_key_of("e", before))


@prepared
def _newest_events(customer, show, *before):
    rows = Event.objects.filter(about_customer_id=customer).exclude(verb__in=QUIET_VERBS).order_by("-at", "-pk")
    if show in SHOWN:
        rows = rows.filter(verb__startswith=SHOWN[show])
    return rows.filter(_older("at", "e", before)).select_related("by").only(*SHOWN_OF_EVENT)[: PER_PAGE + 1]


def _key_of(kind, before):
    """What of the key a line of this kind is compared with: the number is one among its own kind."""
    return () if before is None else before if before[1] == kind else before[:2]


def _older(name, kind, before):
    """Strictly after the key in the order (at, kind, pk) descending."""
    if not before:
        return Q()
    at, last_kind, *pk = before
    same = Q(**{name: at})
    if kind == last_kind:
        same &= Q(pk__lt=pk[0])
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


def _talk_line(talk, customer, user, *, needs, comments, now, judge, choices):
    talk.customer = customer  # known already: its managers are asked of it
    private = may_comment(talk, user)
    context = talk_context(talk, user, now=now, judge=judge, choices=choices)
    context["comments"] = [one for one in comments if private or not one.private]
    context["needs"] = needs
    return Line(talk.happened_at, "t", talk.pk, talk=context | {"follow_up": talk})


def _event_line(event, user, now):
    undo = event.verb in UNDONE_HERE and can_undo(event, now) and (event.by_id == user.pk or user.is_admin)
    icon = ICONS.get(event.verb.partition(".")[0], "pen")
    return Line(event.at, "e", event.pk, event=event, icon=icon, undo=undo)
