"""Imported requests: what is in progress with nobody named is seen and taken over, approvals get their steps (D20)."""

import pytest

from collaboration import queue, verbs
from collaboration.models import ApprovalStep, CollaborationRequest, KindStep
from collaboration.raising import raise_many, raise_request
from core.errors import Refused
from tests.cast import key, make_customer
from tests.collaboration.world import FRIDAY, MONDAY, NEXT_MONDAY, TUESDAY, ask, kind


def imported(cast, *, code="technical", department=None, state="accepted", **fields):
    return raise_request(
        by=cast.ada, now=MONDAY, department=department or cast.tech, kind=kind(code), title="预算审批",
        description="预算审批", needed_by=FRIDAY.date(), imported=True, state=state, asker=cast.alice, **fields,
    )  # fmt: skip


def in_tab(name, user):
    return set(CollaborationRequest.objects.visible_to(user).tab(name, user))


def test_in_progress_with_nobody_named_is_to_accept_for_its_department(cast):
    one, named = imported(cast, person_words="张*"), imported(cast, person=cast.tess)
    assert in_tab("accept", cast.tess) == {one} == in_tab("accept", cast.ada)
    assert in_tab("mine", cast.tess) == {named} == in_tab("mine", cast.ada)
    assert in_tab("accept", cast.sam) == in_tab("accept", cast.alice) == set()
    assert queue.count(cast.tess)["accept"] == 1
    assert set(CollaborationRequest.objects.visible_to(cast.tess).waiting_on(cast.tess)) == {one, named}


def test_it_is_taken_over_once(cast, client_of):
    one = imported(cast)
    page = client_of(cast.tess).get("/requests?tab=accept").content.decode()
    assert f"/requests/R-{one.number}/accept" in page
    data = {"key": key(), "state": "accepted", "tab": "accept"}
    assert client_of(cast.tess).post(f"/requests/R-{one.number}/accept", data).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.person) == ("accepted", cast.tess) and one.promised_on
    with pytest.raises(Refused):
        verbs.accept(one, by=cast.tess, now=TUESDAY)
    assert [(row.state, row.person) for row in one.intervals.all()] == [("accepted", None), ("accepted", cast.tess)]


def test_taking_over_for_a_later_day_is_a_counter_offer(cast):
    one = imported(cast)
    verbs.accept(one, by=cast.tess, now=TUESDAY, promised_on=NEXT_MONDAY.date())
    assert (one.state, one.person, one.countered_on) == ("countered", cast.tess, NEXT_MONDAY.date())


def test_whose_is_taken_is_not_taken_over(cast):
    one = imported(cast, person=cast.tess, promised_on=FRIDAY.date())
    with pytest.raises(Refused):
        verbs.accept(one, by=cast.tess, now=TUESDAY)


@pytest.mark.parametrize("state", ["submitted", "accepted"])
def test_an_undecided_approval_gets_the_steps_its_kind_asks_for(cast, state):
    one = imported(cast, code="contract", department=cast.legal, state=state)
    steps = [(s.position, s.person, s.department, s.state, s.since) for s in one.steps.all()]
    assert steps == [(1, cast.mia, None, "waiting", MONDAY), (2, None, cast.legal, "coming", None)]
    assert one.intervals.get().person == cast.mia
    assert in_tab("accept", cast.mia) == {one} and in_tab("accept", cast.sam) == set()
    verbs.approve(one, by=cast.mia, now=TUESDAY)
    assert in_tab("accept", cast.sam) == {one}
    one = CollaborationRequest.objects.get(pk=one.pk)
    verbs.approve(one, by=cast.sam, now=TUESDAY)
    assert CollaborationRequest.objects.get(pk=one.pk).state == "done"


def test_an_approval_that_somebody_has_in_progress_is_his(cast):
    one = imported(cast, code="contract", department=cast.legal, person=cast.sam)
    assert [(s.person, s.state) for s in one.steps.all()] == [(cast.sam, "waiting")]
    verbs.send_back(one, by=cast.sam, now=TUESDAY, comment="缺附件")
    one = CollaborationRequest.objects.get(pk=one.pk)
    assert (one.state, one.state_before) == ("waiting", "submitted")
    verbs.answer(one, by=cast.alice, now=TUESDAY, text="已补")
    assert ApprovalStep.objects.filter(request=one, round=2, state="waiting").count() == 1


@pytest.mark.parametrize("state", ["done", "refused", "waiting", "withdrawn"])
def test_a_decided_approval_gets_none(cast, state):
    fields = {"state_before": "submitted"} if state == "waiting" else {}
    assert not imported(cast, code="contract", department=cast.legal, state=state, **fields).steps.exists()


def test_steps_from_an_amount_on_and_a_kind_without_steps(cast):
    KindStep.objects.filter(kind=kind("contract"), role="department").update(min_amount=500_000)
    one = imported(cast, code="contract", department=cast.legal, amount=400_000)
    assert [s.person for s in one.steps.all()] == [cast.mia]
    KindStep.objects.filter(kind=kind("contract")).delete()
    one = imported(cast, code="contract", department=cast.legal)
    assert [s.department for s in one.steps.all()] == [cast.legal]


def test_many_cost_no_more_than_one(cast, django_assert_max_num_queries):
    row = {"department": cast.legal, "kind": kind("contract"), "title": "合同", "description": "合同"}
    with django_assert_max_num_queries(20):
        made = raise_many([dict(row, asker=user) for user in (cast.alice, cast.bob, cast.charlie) * 30],
                          by=cast.ada, now=MONDAY)  # fmt: skip
    assert [one.steps.count() for one in made] == [2] * 90


def test_the_stage_is_read_in_each_readers_language(cast, client_of):
    customer = make_customer(cast.alice, now=MONDAY)
    one = ask(cast.alice, cast.tech, customer=customer)
    other = imported(cast, customer=customer)
    for request in (one, other):
        assert (request.stage_words, request.stage_words_en) == ("1 线索获取", "1 Lead")
    page = f"/requests/R-{one.number}"
    assert "1 Lead" in client_of(cast.tess).get(page).content.decode()
    cast.tess.language = "zh-hans"
    cast.tess.save(update_fields=["language"])
    chinese = client_of(cast.tess).get(page).content.decode()
    assert "1 线索获取" in chinese and "1 Lead" not in chinese


