"""Approvals: steps in order, each timed; the hold on the deal; stand-ins; OA (R4, R17, D29, D32)."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Leave
from activity.files import attach
from activity.models import Attachment, Event
from collaboration import entry, verbs
from collaboration.forms.verbs import form_for
from collaboration.models import CollaborationRequest, KindStep
from core.errors import Refused
from pipeline.models import CardNote, Stage
from tests.cast import key, make_customer, make_user
from tests.collaboration.world import MONDAY, TUESDAY, WEDNESDAY, ask

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def contract(cast):
    customer = make_customer(cast.alice)
    return ask(cast.alice, cast.legal, code="contract", customer=customer)


def standing(request):
    steps = request.steps.order_by("round", "position", "id")
    return [(step.round, step.who, step.state) for step in steps]


@pytest.mark.proves("R4", "R17")
def test_the_manager_then_legal_each_timed(cast, contract):
    assert [(row[1], row[2]) for row in standing(contract)] == [("陈曦", "waiting"), ("法务部", "coming")]
    verbs.approve(contract, by=cast.mia, now=TUESDAY, comment="同意")
    assert [row[2] for row in standing(contract)] == ["approved", "waiting"]
    verbs.approve(contract, by=cast.sam, now=WEDNESDAY)
    contract.refresh_from_db()
    assert (contract.state, contract.person, contract.done_at) == ("done", cast.sam, WEDNESDAY)
    times = [(step.since, step.decided_at, step.decided_by) for step in contract.steps.all()]
    assert times == [(MONDAY, TUESDAY, cast.mia), (TUESDAY, WEDNESDAY, cast.sam)]
    held = [(row.department, row.person, row.ended_at) for row in contract.intervals.filter(state="submitted")]
    assert held == [(cast.legal, cast.mia, TUESDAY), (cast.legal, None, WEDNESDAY)]


def test_twice_and_out_of_turn_say_who_is_next(cast, contract):
    with pytest.raises(Refused) as refused:
        verbs.approve(contract, by=cast.sam, now=TUESDAY)
    assert refused.value.holder == "陈曦"
    verbs.approve(contract, by=cast.mia, now=TUESDAY)
    with pytest.raises(Refused) as refused:
        verbs.approve(contract, by=cast.mia, now=TUESDAY)
    assert refused.value.holder == "法务部"


def test_a_send_back_starts_a_new_round(cast, contract):
    verbs.approve(contract, by=cast.mia, now=MONDAY)
    verbs.send_back(contract, by=cast.sam, now=TUESDAY, comment="付款条款要改")
    assert (contract.state, contract.question) == ("waiting", "付款条款要改")
    verbs.answer(contract, by=cast.alice, now=WEDNESDAY, text="改好了")
    assert contract.state == "submitted"
    assert [(row[0], row[2]) for row in standing(contract)] == [
        (1, "approved"), (1, "sent_back"), (2, "waiting"), (2, "coming"),
    ]  # fmt: skip


def test_who_stands_in_may_see_and_approve(cast, contract, client_of):
    on = dt.date.today()
    Leave.objects.create(user=cast.mia, first=on, last=on, substitute=cast.nadia)
    client = client_of(cast.nadia)
    assert client.get(f"/requests/R-{contract.number}").status_code == 200
    answer = client.post(f"/requests/R-{contract.number}/approve", {"key": key(), "state": "submitted"})
    assert answer.status_code == 302
    assert contract.steps.get(position=1).decided_by == cast.nadia


def test_approvals_have_neither_accept_nor_confirm(cast, contract, client_of):
    client = client_of(cast.sam)
    for verb in ("accept", "refuse", "ask-back", "counter"):
        status = client.post(f"/requests/R-{contract.number}/{verb}", {"key": key(), "state": "submitted"}).status_code
        assert (verb, status) == (verb, 409)


def test_approved_in_oa_keeps_its_number(cast, contract):
    verbs.approve(contract, by=cast.mia, now=TUESDAY, oa_number="OA-77", oa_on=MONDAY.date())
    assert (contract.oa_number, contract.oa_on) == ("OA-77", MONDAY.date())


def test_handing_a_step_to_a_named_person_of_any_role(cast, contract):
    verbs.hand_over(contract, by=cast.mia, now=TUESDAY, person=cast.grace)
    verbs.approve(contract, by=cast.grace, now=TUESDAY)
    assert contract.steps.get(position=1).decided_by == cast.grace


def test_a_manager_does_not_approve_his_own_asking(cast):
    request = ask(cast.mia, cast.legal, code="contract")
    assert request.steps.get(position=1).person == cast.grace


def test_asking_to_enter_a_gated_stage_holds_the_deal_until_the_last_approval(cast):
    deal = make_customer(cast.alice).deals.get()
    stage = Stage.objects.get(playbook=deal.playbook, kind="won")
    stage.duties.all().delete()
    assert entry.enter_gated_stage(deal, stage, by=cast.alice, now=MONDAY)
    request = CollaborationRequest.objects.get(deal=deal)
    holds = CardNote.objects.filter(deal=deal, kind="hold", until=None)
    assert [(note.words, note.stage) for note in holds] == [("合同审批中 · 陈曦", stage)]
    verbs.approve(request, by=cast.mia, now=TUESDAY)
    assert [note.words for note in holds.all()] == ["合同审批中 · 法务部"]
    verbs.approve(request, by=cast.sam, now=WEDNESDAY)
    assert list(holds.all()) == []
    good = CardNote.objects.get(deal=deal, kind="good")
    assert (good.stage, good.words) == (stage, f"合同审批已通过 · {request.code}")


def test_one_more_opinion_after_his_own_step_or_beside_it(cast, contract):
    verbs.add_step(contract, by=cast.mia, now=MONDAY, department=cast.finance, note="账期")
    verbs.add_step(contract, by=cast.mia, now=MONDAY, person=cast.grace, beside=True)
    with pytest.raises(Refused):
        verbs.add_step(contract, by=cast.mia, now=MONDAY, person=cast.grace)
    with pytest.raises(Refused):  # out of turn
        verbs.add_step(contract, by=cast.sam, now=MONDAY, person=cast.bob)
    rows = [(step.position, step.who, step.state, step.added_by) for step in contract.steps.all()]
    assert rows == [
        (1, "陈曦", "waiting", None), (1, "顾岚", "waiting", cast.mia), (2, "财务部", "coming", cast.mia),
        (3, "法务部", "coming", None),
    ]  # fmt: skip
    verbs.approve(contract, by=cast.mia, now=TUESDAY)
    verbs.approve(contract, by=cast.grace, now=TUESDAY)
    assert [row[2] for row in standing(contract)] == ["approved", "approved", "waiting", "coming"]


@pytest.mark.proves("M11", "R17")
def test_side_by_side_each_owns_its_waiting_whoever_decides_first(cast, contract):
    """Legal and finance from Tuesday 9:00; legal decides after two hours, and from then on finance alone is waited for,
    by a clock that began with both."""
    KindStep.objects.create(kind=contract.kind, position=2, department=cast.finance)
    both = ask(cast.alice, cast.legal, code="contract")
    fay = make_user("fay", "张琳", "support", department=cast.finance)
    verbs.approve(both, by=cast.mia, now=TUESDAY)
    assert [row[2] for row in standing(both)] == ["approved", "waiting", "waiting"]
    assert Event.objects.about(both).latest("pk").data["next"] == "法务部, 财务部"
    due = both.due_at
    verbs.approve(both, by=cast.sam, now=TUESDAY + 2 * HOUR)
    both.refresh_from_db()
    assert (both.due_at, both.held_since) == (due, TUESDAY + 2 * HOUR)
    verbs.hand_over(both, by=fay, now=TUESDAY + 3 * HOUR, person=cast.tess)
    verbs.approve(both, by=cast.tess, now=WEDNESDAY)
    held = [(row.department, row.person, row.started_at) for row in both.intervals.filter(state="submitted")]
    assert held == [
        (cast.legal, cast.mia, MONDAY), (cast.legal, None, TUESDAY), (cast.finance, None, TUESDAY + 2 * HOUR),
        (cast.finance, cast.tess, TUESDAY + 3 * HOUR),
    ]  # fmt: skip
    both.refresh_from_db()
    assert both.state == "done"


def test_an_approval_is_never_handed_to_who_asked(cast, contract, client_of):
    offered = form_for("hand_over", contract, by=cast.mia).fields["person"].queryset
    assert cast.grace in offered and cast.alice not in offered and cast.ada not in offered
    said = {"key": key(), "state": "submitted", "person": cast.alice.pk}
    assert client_of(cast.mia).post(f"/requests/R-{contract.number}/hand-over", said).status_code == 422


def test_one_more_opinion_by_form(cast, contract, client_of):
    client, url = client_of(cast.mia), f"/requests/R-{contract.number}"
    assert 'id="do-add_step"' in client.get(url).content.decode()
    both = {"person": cast.grace.pk, "department": cast.finance.pk}
    assert client.post(f"{url}/add-step", {"key": key(), "state": "submitted"} | both).status_code == 422
    one = {"key": key(), "state": "submitted", "person": cast.grace.pk}
    assert client.post(f"{url}/add-step", one).status_code == 302
    assert contract.steps.get(person=cast.grace).position == 2


def test_what_was_approved_is_kept_with_its_files(cast, contract):
    first = attach(contract, SimpleUploadedFile("合同.txt", b"one", "text/plain"), by=cast.alice, now=MONDAY)
    second = attach(contract, SimpleUploadedFile("合同.txt", b"two", "text/plain"), by=cast.alice, now=MONDAY)
    verbs.approve(contract, by=cast.mia, now=TUESDAY)
    verbs.approve(contract, by=cast.sam, now=WEDNESDAY)
    attach(contract, SimpleUploadedFile("合同.txt", b"three", "text/plain"), by=cast.alice, now=WEDNESDAY)
    frozen = contract.steps.get(position=2).frozen
    assert [(file["name"], file["number"], file["sha256"]) for file in frozen["files"]] == [
        ("合同.txt", 2, second.sha256)
    ]
    rows = Attachment.objects.of(contract).order_by("number")
    assert [(row.number, row.frozen_at is not None) for row in rows] == [(1, False), (2, True), (3, False)]
    assert first.series == second.series and frozen["description"] == contract.description
