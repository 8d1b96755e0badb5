"""No way round a gate or into a playbook that is switched off; answers and approvers stay with whom they belong."""

import pytest

from activity.models import Event
from activity.undoing import undo
from collaboration.models import CollaborationRequest
from core.changing import change
from core.errors import Refused
from pipeline import books, following, notes, switching
from pipeline.allowing import Gone
from pipeline.handing import hand_duties
from pipeline.models import Deal, Playbook, StageDuty
from pipeline.moving import move_to
from pipeline.opening import open_deal
from tests.cast import key, make_deal
from tests.exchange.conftest import bring_rows, fates, reasons, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def repurchase(cast, now):
    return books.turn_on(Playbook.objects.get(code="repurchase"), by=cast.ada, now=now)


def line(playbook):
    return list(playbook.stages.order_by("position", "id"))


def gate(stage):
    change(stage, by=None, gated=True)


def is_on(playbook):
    return Playbook.objects.get(pk=playbook.pk).is_active


# --- a new deal begins before the first gate ---


@pytest.mark.proves("D29")
def test_a_new_deal_begins_before_the_first_gate(own, cast, stages, repurchase, client_of):
    gate(stages[3])
    client, url = client_of(cast.alice), f"/customers/{own.customer.pk}/deals/new"
    offered = [part for _book, part in client.get(url).context["places"]]
    assert offered[0] == [stages[1], stages[2]]
    assert offered[1] == [stage for stage in line(repurchase) if stage.is_open]
    for behind in (stages[3], stages[4], stages[5]):
        answer = client.post(url, {"key": key(), "stage": behind.pk, "name": "二期"})
        assert (answer.status_code, stages[3].label_en in answer.content.decode()) == (409, True)
    assert client.post(url, {"key": key(), "stage": stages[6].pk, "name": "二期"}).status_code == 404
    assert own.customer.deals.count() == 1
    assert client.post(url, {"key": key(), "stage": stages[2].pk, "name": "二期"}).status_code == 302
    assert own.customer.deals.latest("pk").stage == stages[2]
    assert not CollaborationRequest.objects.exists()


def test_where_every_way_begins_at_a_gate_the_first_stage_is_left(own, cast, stages, repurchase, client_of):
    gate(stages[1])
    client, url = client_of(cast.alice), f"/customers/{own.customer.pk}/deals/new"
    assert [book for book, _line in client.get(url).context["places"]] == [repurchase]
    gate(line(repurchase)[0])
    assert [part for _book, part in client.get(url).context["places"]] == [[stages[1]]]
    assert client.post(url, {"key": key(), "name": "二期"}).status_code == 302


def test_after_a_win_no_playbook_is_offered_that_begins_at_a_gate(own, cast, now, stages, approve, repurchase):
    approve(own.deal)
    move_to(own.deal, stages[6], by=cast.alice, now=now, signed_on=now.date(), contract_amount=5)
    assert books.offered_after_win(own.customer, cast.alice) == repurchase
    gate(line(repurchase)[0])
    assert books.offered_after_win(own.customer, cast.alice) is None


def test_an_import_opens_no_deal_behind_a_gate_for_a_customer_people_work_with(own, cast, stages):
    head = ["客户名称", "商机", "所属阶段"]
    for behind in (stages[6], stages[7]):
        batch, records = bring_rows([head, [own.customer.name, "二期", behind.label]], cast.alice)
        assert fates(records) == ["wrong"] and stages[6].label in reasons(records)[0]
    for fine in (stages[5], stages["lost"]):
        batch, records = bring_rows([head, [own.customer.name, f"{fine.pk} 期", fine.label]], cast.alice)
        take(batch)
        assert own.customer.deals.latest("pk").stage == fine
    take(bring_rows([head, ["北辰", "一期", stages[6].label]], cast.alice)[0])  # what happened elsewhere is told
    assert Deal.objects.get(customer__name="北辰").stage == stages[6]


# --- a playbook that is switched off stays so ---


@pytest.mark.proves("R7")
def test_a_lost_or_won_deal_does_not_come_back_into_a_playbook_that_is_off(
    own, cast, now, price, repurchase, client_of
):
    first, won = line(repurchase)[0], next(stage for stage in line(repurchase) if stage.kind == "won")
    lost = make_deal(own.customer, now=now, playbook=repurchase).lose(price, by=cast.alice, now=now)
    bought = make_deal(own.customer, now=now, playbook=repurchase)
    notes.place_note(bought, "good", "已批", "Approved", source="request 1", now=now, stage=won)
    move_to(bought, won, by=cast.alice, now=now, signed_on=now.date(), contract_amount=1)
    books.turn_off(repurchase, by=cast.ada, now=now)
    for deal in (lost, bought):
        with pytest.raises(Gone):
            move_to(deal, first, by=cast.alice, now=now, reason="又谈了")
    for verb in ("pipeline.lost", "pipeline.won"):
        with pytest.raises(Refused):
            undo(Event.objects.filter(verb=verb).latest("pk"), by=cast.alice, now=now)
    said = {"to": first.pk, "reason": "又谈了", "key_action": "约", "key": key()}
    client_of(cast.alice).post(f"/deals/{lost.pk}/move", said)
    assert not Deal.objects.filter(playbook=repurchase).open().exists()
    books.turn_on(repurchase, by=cast.ada, now=now)
    move_to(lost, first, by=cast.alice, now=now, reason="又谈了")
    assert Deal.objects.get(pk=lost.pk).stage == first


def test_undoing_a_switch_does_not_lead_into_a_playbook_that_is_off(own, cast, now, stages, repurchase):
    deal = make_deal(own.customer, now=now, playbook=repurchase)
    default = Playbook.objects.default()
    switching.switch_many([deal], default, {deal.stage_id: stages[1]}, by=cast.alice, now=now)
    event = Event.objects.filter(verb="pipeline.moved").latest("pk")
    books.turn_off(repurchase, by=cast.ada, now=now)
    with pytest.raises(Refused):
        undo(event, by=cast.alice, now=now)
    deal.refresh_from_db()
    assert (deal.stage, is_on(repurchase)) == (stages[1], False)


def test_no_deal_opens_in_a_playbook_switched_off_meanwhile(own, cast, now, repurchase):
    seen = Playbook.objects.get(pk=repurchase.pk)
    books.turn_off(repurchase, by=cast.ada, now=now)
    with pytest.raises(Refused) as refused:
        following.follow_win(own.customer, seen, [], by=cast.alice, now=now)
    assert str(seen) in refused.value.message
    with pytest.raises(Refused):
        open_deal(own.customer, by=cast.alice, now=now, stage=line(seen)[0])
    assert own.customer.deals.count() == 1


# --- a question's answers are its own ---


@pytest.mark.proves("R8")
def test_a_question_never_shows_the_answer_to_another(own, cast, now, repurchase):
    other = Playbook.objects.get(code="key-accounts")

    def save(playbook, own_rows):
        playbook.refresh_from_db()
        books.save_playbook(
            playbook, by=cast.ada, now=now, expect=playbook.version, label=playbook.label, own=own_rows
        )
        return [row["code"] for row in playbook.own_fields]

    (kept, first) = save(repurchase, [("wanted", "这次要什么", ""), ("", "数量", "")])
    (elsewhere,) = save(other, [("", "预算", "")])
    assert save(repurchase, [("wanted", "这次要什么", "")]) == ["wanted"]
    (_kept, second, third) = save(repurchase, [("wanted", "这次要什么", ""), ("", "用途", ""), ("", "型号", "")])
    assert kept == "wanted"
    assert len({kept, first, elsewhere, second, third}) == 5


def test_the_questions_that_come_ready_have_codes_of_their_own():
    codes = [row["code"] for playbook in Playbook.objects.all() for row in playbook.own_fields]
    assert len(codes) == len(set(codes)) == 5


# --- who approves ---


@pytest.mark.parametrize("is_named", [True, False])
def test_an_heir_who_answers_already_takes_over_that_he_approves(cast, stages, is_named):
    stage = stages[6]
    stage.duties.all().delete()
    heir = {"person": cast.bob} if is_named else {"role": "manager"}
    StageDuty.objects.create(stage=stage, position=1, **heir)
    StageDuty.objects.create(stage=stage, person=cast.alice, approves=True, position=2)
    hand_duties(cast.alice, cast.bob if is_named else None)
    (left,) = stage.duties.all()
    assert (left.person, left.role, left.approves) == (heir.get("person"), heir.get("role", ""), True)
