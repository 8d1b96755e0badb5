"""What a meeting decided, and whether it was kept: read from what the decision became, never typed (M4)."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from activity.recording import record
from core.errors import Refused
from core.periods import today
from customers.models import NextStep
from pipeline.deciding import keeper
from pipeline.models import Meeting, MeetingItem

KEPT, MISSED, OPEN = "kept", "missed", "open"


def state_of_promises(rows, on):
    """{item id: "kept" | "missed" | "open"} of MeetingItem rows on a company day. What was done at once is kept; a next
    step or request is what became of it; a note is kept when somebody ticks it, missed once its day is over."""
    states, by_kind = {}, {}
    for row in rows:
        if row.kept_at:
            states[row.pk] = KEPT
        elif row.made_id and keeper(row.kind):
            by_kind.setdefault(row.kind, []).append(row)
        else:
            states[row.pk] = MISSED if row.due_on and row.due_on < on else OPEN
    for kind, mine in by_kind.items():
        found = keeper(kind)([row.made_id for row in mine], on)
        states |= {row.pk: found.get(row.made_id, OPEN) for row in mine}
    return states


def give(item, to, *, by, now, expect, why=""):
    """Somebody else keeps it. `expect` is the id of who was to keep it when it was shown (0: nobody); Refused when that
    is no longer so."""
    was = item.owner
    with transaction.atomic():
        if MeetingItem.objects.filter(pk=item.pk, kept_at=None, owner=expect or None).update(owner=to) != 1:
            raise Refused(_("This was changed meanwhile."), holder=was)
        item.owner = to
        record(
            "pipeline.promise_given", item.meeting, by=by, at=now, about=item.deal and item.deal.customer_id, tell=[to],
            act=True, text=item.text, week=item.meeting.week, to=to.name, **{"from": was.name if was else ""},
            **({"why": why[:200]} if why else {}),
        )  # fmt: skip
    return item


def standing(on):
    """Notes somebody is still to keep: by today or later, without a day, or of the newest meeting of a team, with which
    the next one opens. Older ones that were missed were told there and are over."""
    later = Meeting.objects.filter(team=OuterRef("meeting__team"), week__gt=OuterRef("meeting__week"))
    newest = ~Exists(later.exclude(started_at=None))
    return MeetingItem.objects.filter(Q(due_on__gte=on) | Q(due_on=None) | newest, kind="note", kept_at=None)


def hand_over(user, to, *, by, now):
    """What somebody who leaves was to keep goes to `to`, without him to who leads the meeting's team: nothing that was
    promised stays with somebody who is gone (R18). Returns how many."""
    moved = 0
    for item in standing(today(now)).filter(owner=user).select_related("owner", "deal", "meeting__team__manager"):
        heir = to or item.meeting.team.manager
        if heir and heir != user:
            give(item, heir, by=by, now=now, expect=user.pk)
            moved += 1
    return moved


def kept_steps(keys, on):
    """Of next steps: closed as kept; missed or dropped, or still open after their day; else open."""
    states = {}
    for pk, how, due in NextStep.objects.filter(pk__in=keys).values_list("pk", "closed_as", "due_on"):
        if how:
            states[pk] = KEPT if how == NextStep.ClosedAs.KEPT else MISSED
        else:
            states[pk] = MISSED if due < on else OPEN
    return states
