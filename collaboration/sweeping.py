"""What time does to requests: silence agrees and confirms, silent requests are reminded of and escalated (R60).

Messages go out in working hours only and once per clock; the keys of the notices see to that.
"""

from django.db.models import Q

from accounts.calendar import Calendar
from activity.recording import notify
from collaboration import notes, telling, verbs
from collaboration.life import OPEN
from collaboration.models import CollaborationRequest
from collaboration.rights import steps_of
from core.errors import Refused
from core.periods import today

SOON = 60  # working minutes before a clock runs out


def settle(*, now):
    """Counter-offers nobody answered for a working day are agreed, results nobody checked for 14 days confirmed."""
    done = {"agreed": 0, "confirmed": 0}
    rows = CollaborationRequest.objects.filter(due_at__lte=now).with_faces()
    for name, state, verb in (("agreed", "countered", verbs.agree), ("confirmed", "delivered", verbs.confirm)):
        for request in rows.filter(state=state):
            try:
                verb(request, by=None, now=now)
            except Refused:
                continue  # somebody answered meanwhile
            done[name] += 1
    return done


def remind(*, now):
    """Notices before and after a clock runs out. Outside working hours nobody is told anything."""
    calendar = Calendar.load()
    if not calendar.is_working_time(now):
        return {"soon": 0, "late": 0}
    soon = calendar.add_working_minutes(now, SOON)
    rows = CollaborationRequest.objects.filter(state__in=OPEN).with_faces()
    found = {"soon": 0, "late": 0}
    for request in rows.filter(state__in=["submitted", "accepted"], due_at__lte=now):
        found["late"] += 1
        _escalate(request, now=now)
    for request in rows.filter(state__in=["submitted", "accepted"], due_at__gt=now, due_at__lte=soon):
        found["soon"] += 1
        _notice(request, "due_soon", holders(request, now=now), now=now, act=True)
    for request in rows.filter(Q(due_at__lte=now) | Q(due_at=None), state__in=["waiting", "refused"]):
        _notice(request, "answer_due", telling.asker(request), now=now, act=True)
    return found


def refresh_cards(*, now):
    """合同审批中 · 法务部 3 小时: how long it has lain there, in working time, written on the card."""
    rows = CollaborationRequest.objects.filter(state="submitted", kind__is_approval=True, deal__isnull=False)
    for request in rows.with_faces():
        notes.age(request, now=now)


def holders(request, *, now):
    if request.kind.is_approval:
        return telling.approvers(steps_of(request, state="waiting"), now=now)
    return telling.serving(request, now=now)


def _escalate(request, *, now):
    """Late: whoever holds it, the head of the department, and the asker for information. Once per clock."""
    lead = request.department.lead
    _notice(request, "late", [*holders(request, now=now), lead], now=now, act=True)
    _notice(request, "late_asked", telling.asker(request), now=now)


def _notice(request, kind, people, *, now, act=False):
    since = request.due_at or request.held_since or request.asked_at
    notify(
        f"collaboration.{kind}", request, tell=people, at=now, act=act, mail=act,
        key=f"request {request.pk} {kind} {since:%Y%m%d%H%M}", **telling.named(request), on=today(since).isoformat(),
    )  # fmt: skip
