"""Several playbooks: each alone with its stages, questions and limits; deals go over by the one verb (R7, R8, R19)."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from activity.models import Event
from activity.undoing import undo
from core.errors import Refused
from customers.models import NextStep
from pipeline import books, staging, switching
from pipeline.models import Deal, Playbook, Stage, StageDuty, StageProgress
from pipeline.moving import move_to
from pipeline.playbooks import Playbooks
from tests.cast import key, make_deal

pytestmark = pytest.mark.django_db


def book(code):
    return Playbook.objects.get(code=code)


@pytest.fixture
def repurchase(cast, now):
    return books.turn_on(book("repurchase"), by=cast.ada, now=now)


def line(playbook):
    return list(playbook.stages.order_by("position", "id"))


def facts_of(playbook):
    fields = ["label", "label_en", "position", "probability", "stale_days", "asks", "gated", "retired_at", "version"]
    return list(playbook.stages.order_by("pk").values_list("pk", *fields)), playbook.fields


@pytest.mark.proves("R7")
def test_three_are_ready_one_is_on_and_nothing_speaks_of_the_others(own, cast, client_of):
    assert list(Playbook.objects.values_list("code", "is_active")) == [
        ("new-customers", True),
        ("repurchase", False),
        ("key-accounts", False),
    ]
    for playbook in Playbooks.read().all:
        kinds = [stage.kind for stage in playbook.line]
        assert (kinds.count("won"), kinds.count("lost"), kinds[-1]) == (1, 1, "lost")
        assert all(stage.label_en and stage.answering for stage in playbook.line)
        assert all(stage.version_now.definition and stage.version_now.evidence_en for stage in playbook.line[:-1])
    client = client_of(cast.alice)
    for path in (
        "/pipeline",
        "/pipeline/table",
        "/process",
        f"/customers/{own.customer.pk}/deals",
        f"/deals/{own.deal.pk}/move",
        f"/customers/{own.customer.pk}/deals/new",
    ):
        page = client.get(path).content.decode()
        assert "Repeat purchase" not in page and "laybook" not in page, path
    assert client.get(f"/deals/{own.deal.pk}/playbook").status_code == 404
    setup = client_of(cast.ada).get("/setup/stages").content.decode()
    assert "Repeat purchase" not in setup and "Playbook" not in setup


@pytest.mark.proves("R8")
def test_changing_one_playbook_leaves_the_others_alone(own, cast, now, repurchase):
    others = {code: facts_of(book(code)) for code in ("new-customers", "key-accounts")}
    first, second = line(repurchase)[:2]
    staging.save_stage(
        first,
        by=cast.ada,
        now=now,
        expect=first.version,
        label="回访",
        probability=33,
        stale_days=2,
        asks={"amount": "ask"},
    )
    staging.shift(Stage.objects.get(pk=second.pk), 1, by=cast.ada, now=now)
    staging.add_stage(repurchase, by=cast.ada, now=now, duties=[{"role": "rep"}], label="样品", label_en="Sample")
    staging.merge(Stage.objects.get(pk=second.pk), Stage.objects.get(pk=first.pk), by=cast.ada, now=now)
    repurchase.refresh_from_db()
    version = repurchase.version
    books.save_playbook(
        repurchase, by=cast.ada, now=now, expect=version, label="复购", own=[("", "数量", "Qty")]
    )
    assert {code: facts_of(book(code)) for code in others} == others
    own.customer.refresh_from_db()
    assert own.customer.limit_days is None
    assert repurchase.own_fields == [{"code": f"p{repurchase.pk}_{version}_1", "label": "数量", "label_en": "Qty"}]


def test_a_deal_goes_over_by_the_one_verb_with_a_mapping_asked_once(own, cast, now, stages, repurchase, client_of):
    move_to(own.deal, stages[3], by=cast.alice, now=now)
    places = [stage for stage in line(repurchase) if stage.is_open]
    assert switching.suggest([stages[3]], repurchase) == {stages[3].pk: places[0]}  # 30 % lies nearest to 20 %
    client, url = client_of(cast.alice), f"/deals/{own.deal.pk}/playbook"
    assert client.get(url).status_code == 200
    answer = client.post(url, {"key": key(), "frm": stages[3].pk, "to": places[1].pk, "reason": "老客户"})
    assert answer.status_code == 302
    deal = Deal.objects.get(pk=own.deal.pk)
    assert (deal.playbook, deal.stage, deal.slips) == (repurchase, places[1], 0)
    stay = deal.stays.get(left_at=None)
    assert (stay.came_from, stay.backward, stay.reason, stay.moved_by) == (stages[3], False, "老客户", cast.alice)
    event = Event.objects.filter(verb="pipeline.moved").latest("pk")
    assert (event.data["playbook_en"], event.data["from_en"], event.data["to_en"]) == (
        "Repeat purchase",
        "Needs analysis",
        "Quote",
    )
    assert switching.suggest([stages[3]], repurchase) == {stages[3].pk: places[1]}  # what was chosen is chosen again
    undo(event, by=cast.alice, now=now)
    deal.refresh_from_db()
    assert (deal.playbook, deal.stage) == (book("new-customers"), stages[3])
    assert client_of(cast.charlie).get(url).status_code == 404


def test_what_may_not_go_over(own, cast, now, stages, price, repurchase, client_of):
    places = [stage for stage in line(repurchase) if stage.is_open]
    over = {stages[1].pk: places[0]}
    with pytest.raises(ValidationError):  # a stage that is not open there
        switching.switch_many([own.deal], repurchase, {stages[1].pk: line(repurchase)[3]}, by=cast.alice, now=now)
    with pytest.raises(ValidationError):
        switching.switch_many([own.deal], repurchase, {}, by=cast.alice, now=now)
    with pytest.raises(ValidationError):  # an ordinary move stays in its playbook
        move_to(own.deal, places[0], by=cast.alice, now=now)
    with pytest.raises(Refused):  # moved meanwhile
        switching.switch_many([own.deal], repurchase, over, by=cast.alice, now=now, expected=stages[2].pk)
    own.deal.notes.create(kind="hold", words="合同审批中", source="request 1", since=now, stage=stages[6])
    with pytest.raises(Refused):  # held: not around it by way of another playbook
        switching.switch_many([own.deal], repurchase, over, by=cast.alice, now=now)
    own.deal.notes.all().delete()
    with pytest.raises(Refused):
        switching.switch_many([own.deal], book("key-accounts"), over, by=cast.alice, now=now)
    lost = own.deal.lose(price, by=cast.alice, now=now)
    with pytest.raises(Refused):
        switching.switch_many([lost], repurchase, {lost.stage_id: places[0]}, by=cast.alice, now=now)
    assert StageProgress.objects.filter(stage__playbook=repurchase).count() == 0


def test_switching_off_takes_the_open_deals_over_first(own, cast, now, stages, repurchase, client_of):
    places = [stage for stage in line(repurchase) if stage.is_open]
    deal = make_deal(own.customer, now=now, playbook=repurchase)
    client, url = client_of(cast.ada), f"/setup/playbooks/{repurchase.pk}"
    with pytest.raises(Refused):
        books.turn_off(repurchase, by=cast.ada, now=now)
    assert client.post(f"{url}/turn", {"key": key(), "on": "0"}).headers["Location"] == f"{url}/empty"
    assert client.get(f"{url}/empty").status_code == 200
    said = {"key": key(), f"stage_{places[0].pk}": stages[2].pk}
    assert client.post(f"{url}/empty?into=new-customers", said).status_code == 302
    deal.refresh_from_db()
    assert (deal.stage, book("repurchase").is_active) == (stages[2], False)
    with pytest.raises(Refused):
        books.turn_off(book("new-customers"), by=cast.ada, now=now)


@pytest.mark.proves("R16")
def test_no_stage_is_in_use_without_somebody_who_answers(cast, now, stages, client_of):
    shelf = book("key-accounts")
    first = line(shelf)[0]
    first.duties.all().delete()
    with pytest.raises(Refused) as refused:
        books.turn_on(shelf, by=cast.ada, now=now)
    assert str(first) in refused.value.message
    staging.retire(stages[2], by=cast.ada, now=now)
    stages[2].duties.all().delete()
    with pytest.raises(Refused):
        staging.revive(stages[2], by=cast.ada, now=now)
    with pytest.raises(ValidationError):  # a person who left is nobody
        staging.save_stage(stages[3], by=cast.ada, now=now, expect=1, duties=[{"person": cast.ian}])
    stages[3].duties.all().delete()
    StageDuty.objects.create(stage=stages[3], department=cast.tech)
    type(cast.tess).objects.filter(department=cast.tech).update(department=cast.office)
    place = {
        "key": key(),
        "name": "技术部",
        "name_en": "Tech",
        "version": cast.tech.version,
        "accept_hours": 4,
        "urgent_hours": 1,
        "serves": "on",
        "position": 0,
    }
    answer = client_of(cast.ada).post(f"/setup/departments/{cast.tech.pk}", place)
    assert answer.status_code == 409, answer.context["form"].errors
    cast.tech.refresh_from_db()
    assert cast.tech.is_active


def test_the_next_deal_is_offered_after_the_first_win_with_what_is_due(
    own, cast, now, stages, approve, repurchase, client_of
):
    client, panel = client_of(cast.alice), f"/customers/{own.customer.pk}/deals"
    assert "after-win" not in client.get(panel).content.decode()
    approve(own.deal)
    move_to(own.deal, stages[6], by=cast.alice, now=now, signed_on=now.date(), contract_amount=5, key_action="签")
    assert f"{panel}/after-win" in client.get(panel).content.decode()
    assert client.get(f"{panel}/after-win").status_code == 200
    said = {"key": key(), "take_0": "on", "on_0": "2031-03-04", "take_2": "on", "on_2": "2031-06-03"}
    assert client.post(f"{panel}/after-win", said).status_code == 302
    deal = own.customer.deals.latest("pk")
    assert (deal.playbook, deal.stage.position) == (repurchase, 1)
    steps = NextStep.objects.filter(customer=own.customer, due_on__year=2031).order_by("due_on")
    assert list(steps.values_list("text", "due_on", "owner")) == [
        ("Check delivery and first use", dt.date(2031, 3, 4), cast.alice.pk),
        ("Ask for new needs, offer a repeat order", dt.date(2031, 6, 3), cast.alice.pk),
    ]
    assert client.get(f"{panel}/after-win").status_code == 404  # offered once
    assert client_of(cast.charlie).get(f"{panel}/after-win").status_code == 404


@pytest.mark.proves("R19")
def test_a_deal_opens_with_the_form_of_its_stage(own, cast, now, stages, repurchase, client_of):
    wake, quote = line(repurchase)[:2]
    client, url = client_of(cast.alice), f"/customers/{own.customer.pk}/deals/new"

    def asked(response):
        return [field.name for field in response.context["form"].asked]

    assert asked(client.get(f"{url}?stage={wake.pk}")) == [
        "expected_close",
        "key_action",
        "own_last_order",
        "own_wanted",
    ]
    assert "amount" in asked(client.get(f"{url}?stage={quote.pk}"))
    assert asked(client.get(f"{url}?stage={stages[1].pk}")) == [
        "amount",
        "expected_close",
        "key_action",
        "risk",
        "competitor",
    ]
    assert client.get(f"{url}?stage={line(repurchase)[3].pk}").status_code == 404  # won: entered by a move
    said = {"key": key(), "stage": quote.pk, "name": "二期", "own_last_order": "2024 年 3 月", "own_wanted": "两台"}
    assert client.post(url, said).status_code == 302
    deal = own.customer.deals.latest("pk")
    assert (deal.stage, deal.custom) == (quote, {"last_order": "2024 年 3 月", "wanted": "两台"})
    edit = client.get(f"/deals/{deal.pk}/edit")
    assert "own_last_order" not in asked(edit) and "own_wanted" in asked(edit)  # asked only while empty
    assert "两台" in client.get(f"/customers/{own.customer.pk}/deals?deal={deal.pk}").content.decode()


def test_board_and_table_show_one_playbook_at_a_time(own, cast, now, repurchase, client_of):
    deal = make_deal(own.customer, now=now, playbook=repurchase, name="复购单")
    client = client_of(cast.alice)
    assert "复购单" not in client.get("/pipeline/table").content.decode()
    page = client.get("/pipeline/table?playbook=repurchase").content.decode()
    assert "复购单" in page and f"/deals/{own.deal.pk}" not in page
    assert "复购单" in client.get(f"/pipeline/table?stage={deal.stage_id}").content.decode()
