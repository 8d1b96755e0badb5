"""The declared table of verbs against the one written in the requirements, and the same for approval kinds (M10)."""

import datetime as dt

import pytest

from collaboration import life, verbs
from collaboration.models import CollaborationRequest
from tests.cast import key
from tests.collaboration import test_life as written
from tests.collaboration.world import MONDAY, ask, brought_to

HELD_BY = {"department": {"submitted", "accepted"}, "asker": {"countered", "waiting", "delivered", "refused"}}
APPROVALS = {  # requirements §1: neither accept nor confirm; {verb: {state: state after}}, the first of two steps runs
    "approve": {"submitted": "submitted"}, "send_back": {"submitted": "waiting"},
    "hand_over": {"submitted": "submitted"}, "add_step": {"submitted": "submitted"},
    "answer": {"waiting": "submitted"},
    "withdraw": {"submitted": "withdrawn", "waiting": "withdrawn"},
    "close": {"submitted": "closed", "waiting": "closed"},
}  # fmt: skip
APPROVING = {  # alice asks 法务部, her manager mia comes first, then sam's department
    "alice": {"answer", "withdraw"}, "mia": {"approve", "send_back", "hand_over", "add_step", "withdraw"},
    "sam": {"approve", "send_back", "hand_over", "add_step"}, "ada": {"close"}, "bob": set(),
    "tess": None, "charlie": None,
}  # fmt: skip
ORDINARY_OF_SAM = {"accept", "counter", "refuse", "ask_back", "deliver", "postpone"}  # his side, but not of this kind
OF_ASKER = {"agree", "insist", "resubmit", "confirm", "reopen"}


def test_the_declared_table_is_the_written_one():
    declared = {name: set(verb.froms) for name, verb in life.VERBS.items() if verb.approvals is not True}
    known = {name: set(rows) for name, rows in written.TABLE.items() if rows}
    assert declared == known
    assert {state for verb in known.values() for state in verb} <= set(CollaborationRequest.State.values)
    for side, states in HELD_BY.items():
        assert {state for state, holder in life.HOLDER.items() if holder == side} == states
    assert set(life.HOLDER) == set(CollaborationRequest.State.values) == set(written.STATES)


def approval_in(state, cast, *, now):
    request = ask(cast.alice, cast.legal, code="contract", now=now)
    if state == "waiting":
        verbs.send_back(request, by=cast.mia, now=now, comment="改付款条款")
    if state == "done":
        verbs.approve(request, by=cast.mia, now=now)
        verbs.approve(request, by=cast.sam, now=now)
    if state == "withdrawn":
        verbs.withdraw(request, by=cast.alice, now=now)
    if state == "closed":
        verbs.close(request, by=cast.ada, now=now, reason="重复")
    request = CollaborationRequest.objects.get(pk=request.pk)
    request.watchers.create(user=cast.bob)
    return request


@pytest.mark.proves("INV-8")
@pytest.mark.parametrize("state", ["submitted", "waiting", "done", "withdrawn", "closed"])
def test_every_verb_of_every_actor_on_an_approval(cast, state):
    now = dt.datetime.now(tz=MONDAY.tzinfo)
    wrong, request = [], None
    for verb in life.VERBS:
        for name, may in APPROVING.items():
            if request is None:
                request = approval_in(state, cast, now=now)
                before = written.everything(request)
            filled = written.filled(verb, cast, now)
            if verb in ("hand_over", "add_step"):
                filled = {"person": cast.grace.pk}
            data = {"key": key(), "state": state} | filled
            status = written.posted(getattr(cast, name), request, verb, data)
            after = CollaborationRequest.objects.get(pk=request.pk).state
            expected = (expect(verb, name, may, state), APPROVALS.get(verb, {}).get(state, state))
            if expected[0] != 302:
                expected = (expected[0], state)
            if (status, after) != expected:
                wrong.append((verb, name, (status, after), expected))
            if expected[0] == 302:
                written.check_written(request, after, wrong, verb)
                request = None
            elif written.everything(request) != before:
                wrong.append((verb, name, "wrote something"))
    assert wrong == []


def expect(verb, name, may, state):
    if may is None:
        return 404
    own = may | (ORDINARY_OF_SAM if name == "sam" else OF_ASKER if name == "alice" else set())
    if verb not in own:
        return 403
    out_of_turn = name == "sam" and verb in ("approve", "send_back", "hand_over", "add_step")
    return 302 if state in APPROVALS.get(verb, {}) and not out_of_turn else 409


def test_every_state_is_reached_by_the_products_own_verbs(cast):
    for state in written.STATES:
        assert brought_to(state, cast).state == state
