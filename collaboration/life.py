"""The life of a request as one table: from where each verb goes, who holds each state (requirements §1, INV-8).

`turn()` is the only way a request changes its state: a conditional update on the state seen, the interval of the
party that held it closed, the next one opened. Anything else is refused, names who holds it now, and writes nothing.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration import clocks
from collaboration.cards import place_words
from collaboration.models import CollaborationRequest, RequestInterval
from core.changing import change
from core.errors import Conflict, Refused

HOLDER = {
    "submitted": "department", "countered": "asker", "waiting": "asker", "accepted": "department",
    "delivered": "asker", "refused": "asker", "done": "nobody", "withdrawn": "nobody", "closed": "nobody",
}  # fmt: skip
OPEN = ("submitted", "countered", "waiting", "accepted", "delivered", "refused")
REOPEN_DAYS = 14
KEEP = object()


@dataclass(frozen=True)
class Verb:
    """`side` acts (department, asker, asker or his manager, approver, admin) from the states `froms`."""

    side: str
    froms: tuple
    approvals: bool | None = False  # False: not for approval kinds, True: only for them, None: for both


VERBS = {
    "accept": Verb("department", ("submitted",)),
    "counter": Verb("department", ("submitted",)),
    "refuse": Verb("department", ("submitted",)),
    "ask_back": Verb("department", ("submitted", "accepted")),
    "hand_over": Verb("department", ("submitted", "accepted"), approvals=None),
    "deliver": Verb("department", ("accepted",)),
    "postpone": Verb("department", ("accepted",)),
    "agree": Verb("asker", ("countered",)),
    "insist": Verb("asker", ("countered",)),
    "answer": Verb("asker", ("waiting",), approvals=None),
    "resubmit": Verb("asker", ("refused",)),
    "confirm": Verb("asker", ("delivered",)),
    "reopen": Verb("asker", ("delivered", "done")),
    "withdraw": Verb("asking", ("submitted", "countered", "waiting", "accepted", "refused"), approvals=None),
    "approve": Verb("approver", ("submitted", "accepted"), approvals=True),  # accepted: imported as in progress
    "send_back": Verb("approver", ("submitted", "accepted"), approvals=True),
    "add_step": Verb("approver", ("submitted", "accepted"), approvals=True),
    "close": Verb("admin", OPEN, approvals=None),
}


def possible(request, verb, *, now):
    """Does the table know this verb for the request as it is? Reopening what is done ends after 14 days.

    What was imported in progress with nobody named can still be taken over.
    """
    rule = VERBS[verb]
    if rule.approvals is not None and rule.approvals != request.kind.is_approval:
        return False
    if verb in ("accept", "counter") and request.state == "accepted" and request.person_id is None:
        return True
    if request.state not in rule.froms:
        return False
    if verb == "reopen" and request.state == "done":
        return request.done_at is not None and (now - request.done_at).days < REOPEN_DAYS
    return True


def require(request, verb, *, now):
    if not possible(request, verb, now=now):
        raise refusal(request, now=now)


def refusal(request, *, now):
    """Who holds it now, said to whoever came too late (B37)."""
    state = request.state_words
    person = request.person
    if request.state == "accepted" and person and request.accepted_at and (now - request.accepted_at).days < 1:
        words = _("%(name)s accepted %(code)s a moment ago.") % {"name": person.name, "code": request.code}
    elif request.state in ("done", "withdrawn", "closed"):
        words = _("%(code)s has ended: %(state)s.") % {"code": request.code, "state": state}
    else:
        words = _("%(code)s is now at “%(state)s” and lies with %(holder)s.") % {
            "code": request.code, "state": state, "holder": holder_words(request),
        }  # fmt: skip
    return Refused(words, holder=holder_words(request))


def holder_words(request):
    """The name of whoever must act next; empty when nobody must."""
    side = HOLDER[request.state]
    if side == "nobody":
        return ""
    if side == "asker":
        return request.asker.name if request.asker else request.asker_words or _("the asker")
    if request.kind.is_approval:
        step = next((step for step in request.steps.all() if step.state == "waiting"), None)
        if step is not None:
            return step.who
    return request.person.name if request.person else place_words(request.department)


def turn(request, *, by, now, to, reason="", also=None, **fields):
    """Change state and fields together, or be refused. `also` are fields that narrow the update beside the state.

    `request` is brought up to date. A change of other fields meanwhile (somebody edited the text) is no reason to
    refuse: the verb expects a state, not a version.
    """
    seen = (request.state, request.department_id, request.person_id)
    fields |= {"state": to, "held_since": now}
    with transaction.atomic():
        for _attempt in range(3):
            fields["due_at"] = clocks.due_for(request, fields, now=now)
            try:
                change(request, by=by, when={"state": seen[0]} | (also or {}), **fields)
                break
            except Conflict:
                request.refresh_from_db()
                if (request.state, request.department_id, request.person_id) != seen:
                    raise refusal(request, now=now) from None
        else:
            raise refusal(request, now=now)
        open_interval(request, by=by, now=now, reason=reason)


def open_interval(request, *, by, now, reason="", department=None, person=KEEP):
    """Close the stretch that ran, and let the next holder's begin (each side owns its waiting)."""
    RequestInterval.objects.filter(request=request, ended_at=None).update(ended_at=now)
    return RequestInterval.objects.create(
        request=request, state=request.state, holder=HOLDER[request.state],
        department=department or request.department, person=request.person if person is KEEP else person,
        started_at=now, by=by, reason=reason[:300],
    )


def lock(request):
    """The row as it is now, held until the transaction ends (a no-op on SQLite, whose writers queue anyway)."""
    return CollaborationRequest._base_manager.select_for_update(of=("self",)).select_related(
        "kind", "department"
    ).get(pk=request.pk)
