"""What time does to requests: silence agrees and confirms, what lies untouched goes back to its department (R60).

Reminders and escalation are in escalating.py; both are run by tasks.py.
"""

import datetime as dt

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Prefetch, Q, prefetch_related_objects

from accounts.absences import Absences
from accounts.calendar import Calendar
from accounts.models import Department
from activity.models import Attachment
from collaboration import clocks, notes, telling, verbs
from collaboration.models import ApprovalStep, CollaborationRequest, RequestComment, RequestKind
from collaboration.settling import Deed, turn_all
from core.changing import change_each
from core.errors import Refused

UNTOUCHED_DAYS = 2  # working days past the promise without a word or a file of whoever took it


def settle(*, now):
    """Counter-offers nobody answered for a working day of the asker's are agreed, results nobody checked for 14 days
    confirmed, requests that lie untouched given back to their department. Returns how many of each, and how many could
    not be turned. Some twenty statements for each thousand requests."""
    calendar = Calendar.load()
    rows = CollaborationRequest.objects.filter(due_at__lte=now)
    away = _put_off(rows.filter(state="countered").select_related("asker"), calendar, now=now)
    offers = rows.filter(state="countered").exclude(pk__in=away)
    deeds = [
        _agree(offers.filter(kind__makes_customer=False), now=now), _confirm(rows.filter(state="delivered"), now=now),
        _release(_untouched(rows, calendar, now=now), now=now, calendar=calendar),
    ]  # fmt: skip
    turned, failed = turn_all(deeds, now=now, calendar=calendar)
    done = {deed.verb: turned[deed.verb] for deed in deeds}
    for lead in offers.filter(kind__makes_customer=True).with_faces():  # each makes its customer
        try:
            verbs.agree(lead, by=None, now=now)
        except Refused:
            continue  # somebody answered meanwhile
        done["agreed"] += 1
    return done | ({"failed": failed} if failed else {})


def _agree(rows, *, now):
    return Deed(
        "agreed", rows, lambda one: {"state": "accepted", "promised_on": one.countered_on, "accepted_at": now},
        fyi=lambda one, fields: [one.person, *telling.asker(one)],
        data=lambda one, fields: {"on": fields["promised_on"].isoformat(), "silent": True},
    )  # fmt: skip


def _confirm(rows, *, now):
    return Deed(
        "confirmed", rows, lambda one: {"state": "done", "done_at": now, "ended_at": now},
        fyi=lambda one, fields: [one.person, *telling.asker(one)], data=lambda one, fields: {"silent": True},
    )  # fmt: skip


def _release(rows, *, now, calendar):
    """Back to the whole department, with a new time to accept: nobody has touched it."""
    dues, people, were = {}, {}, {}

    def fields_of(one):
        were[one.pk] = one.person
        key = (one.department_id, one.priority, one.kind_id)
        if key not in dues:
            dues[key] = clocks.accept_due(one.department, one.priority, now=now, kind=one.kind, calendar=calendar)
        return {
            "state": "submitted", "person": None, "promised_on": None, "accepted_at": None, "accept_by": dues[key]
        }  # fmt: skip

    def of_department(one, _fields):
        key = (one.department_id, one.kind.makes_customer)
        if key not in people:
            there = telling.people_of(one.department, lead_hand_over=one.kind.makes_customer)
            people[key] = [person for person in (*there, one.department.lead) if person]
        return people[key]

    return Deed(
        "released", rows, fields_of, act=of_department, fyi=lambda one, fields: [were[one.pk], *telling.asker(one)],
        data=lambda one, fields: {"person": were[one.pk].name},
    )  # fmt: skip


def _put_off(rows, calendar, *, now):
    """Leave that was entered after the offer counts as well: those clocks are set anew. Returns their keys; reads only
    offers to somebody who has leave at all."""
    absences = Absences.load()
    moved = []
    for one in rows.filter(asker__in=list(absences.leaves)):
        own = absences.calendar_of(one.asker, calendar)
        due = own.add_working_minutes(one.countered_at or one.held_since, clocks.SILENCE_DAYS * clocks.DAY)
        if due > now:
            moved.append((one, {"due_at": due}))
    change_each(moved, by=None)
    return [one.pk for one, _fields in moved]


def _untouched(rows, calendar, *, now):
    """Handed to one person who did not answer in time; taken, and two working days past the promise without a word or a
    file. Who is on leave with somebody standing in is not touched either: the promise stands."""
    long_ago = now
    while calendar.working_minutes(long_ago, now) < UNTOUCHED_DAYS * calendar.day_minutes():
        long_ago -= dt.timedelta(days=1)
    said = RequestComment.objects.filter(request=OuterRef("pk"), by=OuterRef("person"), at__gte=OuterRef("held_since"))
    kind = ContentType.objects.get_for_model(CollaborationRequest)
    added = Attachment.objects.filter(
        parent_type=kind, parent_id=OuterRef("pk"), added_by=OuterRef("person"), added_at__gte=OuterRef("held_since")
    )
    idle = Q(state="accepted", due_at__lte=long_ago) & ~Exists(said) & ~Exists(added)
    return rows.filter(Q(state="submitted") | idle, kind__is_approval=False, person__isnull=False)


def refresh_cards(*, now):
    """What waiting has cost so far, written on the cards (notes.py). A fixed number of queries; of ten thousand open
    requests only what the words need is read."""
    rows = CollaborationRequest.objects.open().filter(deal__isnull=False, deal__stage__kind="open")
    requests = list(rows.only("number", "state", "kind", "kind_words", "department", "deal", "held_since", "asked_at"))
    kinds = RequestKind.objects.in_bulk({request.kind_id for request in requests})
    places = Department.objects.in_bulk({request.department_id for request in requests})
    for request in requests:
        request.kind, request.department = kinds[request.kind_id], places[request.department_id]
    waiting = ApprovalStep.objects.filter(state="waiting").select_related("person", "department")
    prefetch_related_objects([one for one in requests if one.kind.is_approval], Prefetch("steps", waiting))
    notes.age_all(requests, now=now)
