"""What can happen to a request: each verb is one conditional change of state, one interval, one event (INV-8, M10).

All take `by=` and `now=`; who may is asked by the view (collaboration/rights.py). A verb the state does not allow
raises Refused with who holds it now, and writes nothing. Approval kinds have approve and send_back (approving.py).
"""

from django.db import transaction
from django.utils.translation import pgettext_lazy

from accounts.calendar import Calendar
from collaboration import approving, clocks, leads, limits, notes, telling
from collaboration.approving import add_step, approve, send_back
from collaboration.editing import edit
from collaboration.life import HOLDER, require, turn
from collaboration.models import RequestComment
from core.periods import today
from exchange.ownforms import patched

POSTPONE_REASONS = {
    "people": pgettext_lazy("postponed", "Nobody free"),
    "input": pgettext_lazy("postponed", "Input came late"),
    "scope": pgettext_lazy("postponed", "More work than described"),
    "supplier": pgettext_lazy("postponed", "Waiting for a supplier"),
    "other": pgettext_lazy("postponed", "Other"),
}


def promise_asked(request, *, now, calendar=None):
    """The date one click promises: the one asked for, else what its kind usually takes; never a past one."""
    if request.needed_by:
        return max(request.needed_by, today(now))
    days = limits.due_days(request.kind, request.department, request.priority)
    return (calendar or Calendar.load()).add_working_days(today(now), days)


@transaction.atomic
def accept(request, *, by, now, person=None, promised_on=None):
    """接收: a named person and a promised date (R66), by default "me, by the date asked".

    A later date than the one asked is a counter-offer. A lead hand-over creates the customer (D3).
    """
    require(request, "accept", now=now)
    asked = promise_asked(request, now=now)
    person, promised_on = person or by, promised_on or asked
    if promised_on > asked:
        return counter(request, by=by, now=now, on=promised_on, person=person)
    turn(request, by=by, now=now, to="accepted", person=person, promised_on=promised_on, accepted_at=now)
    if request.kind.makes_customer:
        leads.take(request, by=by, now=now)
    notes.show(request, now=now)
    others = [person] if person != by else []
    telling.tell(
        "accepted", request, by=by, now=now, fyi=[*telling.asker(request), *others], person=person.name,
        on=promised_on.isoformat(),
    )  # fmt: skip
    return request


@transaction.atomic
def counter(request, *, by, now, on, reason="", person=None):
    """改期: another date; agreed by silence after one working day."""
    require(request, "counter", now=now)
    turn(
        request, by=by, now=now, to="countered", reason=reason, person=person or by, countered_on=on, countered_at=now
    )
    notes.show(request, now=now)
    telling.tell(
        "countered", request, by=by, now=now, act=telling.asker(request), on=on.isoformat(), reason=reason, who=by.name
    )
    return request


@transaction.atomic
def agree(request, *, by, now):
    """同意改期; without `by` it is the silence of one working day."""
    require(request, "agree", now=now)
    turn(
        request, by=by, now=now, to="accepted", promised_on=request.countered_on, accepted_at=now
    )
    if request.kind.makes_customer:
        leads.take(request, by=request.person, now=now)
    notes.show(request, now=now)
    telling.tell(
        "agreed", request, by=by, now=now, fyi=[request.person, *telling.asker(request)],
        on=request.promised_on.isoformat(), silent=by is None,
    )  # fmt: skip
    return request


@transaction.atomic
def insist(request, *, by, now, note=""):
    """坚持原期: back to the whole department, with a new time to accept."""
    require(request, "insist", now=now)
    spoke = telling.serving(request, now=now)
    due = clocks.accept_due(request.department, request.priority, now=now, kind=request.kind)
    turn(
        request, by=by, now=now, to="submitted", reason=note, person=None, countered_on=None, countered_at=None,
        accept_by=due,
    )  # fmt: skip
    notes.show(request, now=now)
    telling.tell("insisted", request, by=by, now=now, act=spoke, note=note)
    return request


@transaction.atomic
def refuse(request, *, by, now, reason):
    """拒绝, always with a reason."""
    require(request, "refuse", now=now)
    turn(request, by=by, now=now, to="refused", reason=reason, person=by, refusal=reason[:300])
    notes.show(request, now=now)
    telling.tell("refused", request, by=by, now=now, act=telling.asker(request), reason=reason, who=by.name)
    return request


@transaction.atomic
def resubmit(request, *, by, now, own=None, **edited):
    """重新提交, edited: the text, the date and custom fields (`own`) may be changed on the way."""
    require(request, "resubmit", now=now)
    edited |= {"custom": patched(request.custom, own)} if own else {}
    due = clocks.accept_due(request.department, request.priority, now=now, kind=request.kind)
    turn(request, by=by, now=now, to="submitted", person=None, refusal="", accept_by=due, **edited)
    notes.show(request, now=now)
    telling.tell("resubmitted", request, by=by, now=now, act=telling.serving(request, now=now))
    return request


@transaction.atomic
def ask_back(request, *, by, now, question):
    """需要补充: a question; the clock then runs for the asker."""
    require(request, "ask_back", now=now)
    turn(request, by=by, now=now, to="waiting", reason=question, question=question, state_before=request.state)
    notes.show(request, now=now)
    telling.tell(
        "asked_back", request, by=by, now=now, act=telling.asker(request), question=question[:300], who=by.name
    )
    return request


@transaction.atomic
def answer(request, *, by, now, text, **edited):
    """补充: back to the state it came from. A sent-back approval starts a new round."""
    require(request, "answer", now=now)
    asked = request.held_since or now
    back = request.state_before or "submitted"
    if back == "submitted":
        edited["accept_by"] = clocks.resumed(request, since=asked, now=now)
    turn(request, by=by, now=now, to=back, state_before="", question="", **edited)
    RequestComment.objects.create(request=request, by=by, at=now, text=text)
    if request.kind.is_approval:
        act = telling.approvers(approving.again(request, by=by, now=now), now=now)
    else:
        act = telling.serving(request, now=now)
    notes.show(request, now=now)
    telling.tell("answered", request, by=by, now=now, act=act, text=text[:300])
    return request


@transaction.atomic
def deliver(request, *, by, now, result):
    """交付, with the result in words."""
    require(request, "deliver", now=now)
    turn(request, by=by, now=now, to="delivered", result=result, delivered_at=now)
    notes.show(request, now=now)
    telling.tell(
        "delivered", request, by=by, now=now, act=telling.asker(request), result=result[:300], who=by.name
    )
    return request


@transaction.atomic
def confirm(request, *, by, now):
    """确认; without `by` it is the silence of 14 days."""
    require(request, "confirm", now=now)
    turn(request, by=by, now=now, to="done", done_at=now, ended_at=now)
    notes.show(request, now=now)
    telling.tell(
        "confirmed", request, by=by, now=now, fyi=[request.person, *(telling.asker(request) if by is None else [])],
        silent=by is None,
    )  # fmt: skip
    return request


@transaction.atomic
def reopen(request, *, by, now, reason):
    """重新打开, with a reason: delivered, or done within 14 days. A promise that is past becomes the next working
    days its kind usually takes."""
    require(request, "reopen", now=now)
    promised = request.promised_on
    if promised is None or promised < today(now):
        promised = Calendar.load().add_working_days(
            today(now), max(limits.due_days(request.kind, request.department, request.priority), 1)
        )
    turn(
        request, by=by, now=now, to="accepted", reason=reason, promised_on=promised, delivered_at=None, done_at=None,
        ended_at=None, reopened_count=request.reopened_count + 1,
    )  # fmt: skip
    notes.show(request, now=now)
    telling.tell(
        "reopened", request, by=by, now=now, act=telling.serving(request, now=now), reason=reason,
        on=promised.isoformat(),
    )  # fmt: skip
    return request


@transaction.atomic
def withdraw(request, *, by, now, reason=""):
    """撤回, by the asker or the manager above."""
    require(request, "withdraw", now=now)
    heard = telling.serving(request, now=now) if HOLDER[request.state] == "department" else [request.person]
    turn(request, by=by, now=now, to="withdrawn", reason=reason, state_before="", ended_at=now)
    notes.show(request, now=now)
    mine = [person for person in telling.asker(request) if person != by]
    telling.tell("withdrawn", request, by=by, now=now, fyi=[*heard, *mine], reason=reason, who=by.name)
    return request


@transaction.atomic
def hand_over(request, *, by, now, department=None, person=None, note=""):
    """转交: to a person it stays as it is; to another department it is to be accepted there anew."""
    require(request, "hand_over", now=now)
    if request.kind.is_approval:
        approving.hand_step(request, person, by=by, now=now, note=note)
        return request
    if department is None or department == request.department:
        turn(request, by=by, now=now, to=request.state, reason=note, person=person)
        act, to = [person], {"to": person.name}
    else:
        due = clocks.accept_due(department, request.priority, now=now, kind=request.kind, person=person)
        turn(
            request, by=by, now=now, to="submitted", reason=note, department=department, person=person, accept_by=due,
            promised_on=None, accepted_at=None,
        )  # fmt: skip
        act = [person] if person else telling.people_of(department, lead_hand_over=request.kind.makes_customer)
        to = {"to": department.name, "to_en": department.name_en}
    notes.show(request, now=now)
    telling.tell(
        "handed_over", request, by=by, now=now, act=act, fyi=telling.asker(request), who=by.name, note=note, **to
    )
    return request


@transaction.atomic
def postpone(request, *, by, now, on, reason):
    """延期: a later promise with a reason from POSTPONE_REASONS; counted."""
    require(request, "postpone", now=now)
    before = request.promised_on
    turn(
        request, by=by, now=now, to="accepted", reason=reason, promised_on=on,
        postponed_count=request.postponed_count + 1,
    )  # fmt: skip
    notes.show(request, now=now)
    telling.tell(
        "postponed", request, by=by, now=now, fyi=telling.asker(request), on=on.isoformat(),
        before=before.isoformat() if before else "", reason=reason, who=by.name,
    )  # fmt: skip
    return request


@transaction.atomic
def close(request, *, by, now, reason):
    """关闭, by an admin, with a reason."""
    require(request, "close", now=now)
    heard = [*telling.asker(request), request.person]
    turn(request, by=by, now=now, to="closed", reason=reason, state_before="", ended_at=now)
    notes.show(request, now=now)
    telling.tell("closed", request, by=by, now=now, fyi=heard, reason=reason)
    return request


@transaction.atomic
def say(request, *, by, now, text, internal=False, mentions=(), by_mail=False):
    """A line in the conversation; those named with @ and the other side hear. Internal: the department alone."""
    line = RequestComment.objects.create(
        request=request, by=by, at=now, text=text, internal=internal, by_mail=by_mail
    )
    line.mentions.set(mentions)
    telling.tell_said(request, line, mentions, by=by, now=now)
    return line


__all__ = [
    "accept", "add_step", "agree", "answer", "approve", "ask_back", "close", "confirm", "counter", "deliver", "edit",
    "hand_over", "insist", "postpone", "refuse", "reopen", "resubmit", "say", "send_back", "withdraw",
]
