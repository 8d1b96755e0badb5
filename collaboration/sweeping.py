"""What time does to requests: silence agrees and confirms, what lies untouched goes back to its department (R60).

Reminders and escalation are in escalating.py; both are run by tasks.py.
"""

import datetime as dt
from contextlib import suppress

from django.db.models import Exists, OuterRef, Q

from accounts.calendar import Calendar
from collaboration import clocks, notes, telling, verbs
from collaboration.life import turn
from collaboration.models import CollaborationRequest, RequestComment
from core.changing import change
from core.errors import Conflict, Refused

UNTOUCHED_DAYS = 2  # working days past the promise without a word of whoever took it


def settle(*, now):
    """Counter-offers nobody answered for a working day of the asker's are agreed, results nobody checked for 14 days
    confirmed, requests that lie untouched given back to their department. Returns how many of each."""
    done = {"agreed": 0, "confirmed": 0, "released": 0}
    calendar = Calendar.load()
    rows = CollaborationRequest.objects.filter(due_at__lte=now).with_faces()
    for name, state, verb in (("agreed", "countered", verbs.agree), ("confirmed", "delivered", verbs.confirm)):
        for request in rows.filter(state=state):
            if name == "agreed" and _still_away(request, calendar, now=now):
                continue
            try:
                verb(request, by=None, now=now)
            except Refused:
                continue  # somebody answered meanwhile
            done[name] += 1
    for request in _untouched(rows, calendar, now=now):
        try:
            release(request, now=now)
        except Refused:
            continue
        done["released"] += 1
    return done


def release(request, *, now):
    """Back to the whole department, with a new time to accept: nobody has touched it."""
    was = request.person
    due = clocks.accept_due(request.department, request.priority, now=now, kind=request.kind)
    turn(request, by=None, now=now, to="submitted", person=None, promised_on=None, accepted_at=None, accept_by=due)
    notes.show(request, now=now)
    people = telling.people_of(request.department, lead_hand_over=request.kind.makes_customer)
    telling.tell(
        "released", request, by=None, now=now, act=[person for person in (*people, request.department.lead) if person],
        fyi=[was, *telling.asker(request)], person=was.name,
    )  # fmt: skip


def _still_away(request, calendar, *, now):
    """Leave that was entered after the offer counts as well: its clock is set anew."""
    due = clocks.silence_due(request.asker, request.countered_at or request.held_since, calendar)
    if due <= now:
        return False
    with suppress(Conflict):  # somebody answered meanwhile
        change(request, by=None, when={"state": "countered"}, due_at=due)
    return True


def _untouched(rows, calendar, *, now):
    """Handed to one person who did not answer in time; taken, and two working days past the promise without a word.
    Who is on leave with somebody standing in is not touched either: the promise stands."""
    long_ago = now
    while calendar.working_minutes(long_ago, now) < UNTOUCHED_DAYS * calendar.day_minutes():
        long_ago -= dt.timedelta(days=1)
    said = RequestComment.objects.filter(request=OuterRef("pk"), by=OuterRef("person"), at__gte=OuterRef("held_since"))
    waiting = Q(state="submitted") | Q(state="accepted", due_at__lte=long_ago) & ~Exists(said)
    return rows.filter(waiting, kind__is_approval=False, person__isnull=False).select_related("department__lead")


def refresh_cards(*, now):
    """合同审批中 · 法务部 3 小时: how long it has lain there, in working time, written on the card."""
    rows = CollaborationRequest.objects.filter(state="submitted", kind__is_approval=True, deal__isnull=False)
    for request in rows.with_faces():
        notes.age(request, now=now)
