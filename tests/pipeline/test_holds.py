"""Approvals as holds (D29): one walk over every path that moves a deal, and what the card says meanwhile."""

import datetime as dt

import pytest
from django.utils import timezone

from activity.models import Event
from collaboration import approving, verbs
from collaboration.models import CollaborationRequest
from core import periods
from core.errors import Refused
from core.kept import forget
from pipeline.models import Deal, StageDuty, StageProgress
from pipeline.moving import Move, lose, move_many, move_to
from tests.cast import key, make_customer
from tests.exchange.conftest import bring_rows, fates, reasons, take

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def held(own, cast, stages, client_of, now):
    """A deal in 商务谈判 whose contract approval was asked for through the board."""
    move_to(own.deal, stages[5], by=cast.alice, now=now)
    said = {"to": stages[6].pk, "from": stages[5].pk, "key": key()}
    assert client_of(cast.alice).post(f"/deals/{own.deal.pk}/move", said).status_code == 302
    return own.deal


def signed(now):
    return {"signed_on": periods.today(now).isoformat(), "contract_amount": "480000", "key_action": "签"}


def by_dialog(deal, cast, stages, client, price, now, to):
    return client.post(f"/deals/{deal.pk}/move", {"to": stages[to].pk, "key": key()} | signed(now), headers=HTMX)


def in_bulk(deal, cast, stages, client, price, now, to):
    said = {"do": "move", "ids": [deal.pk], "to": stages[to].pk, "key": key(), "key_action": "签"}
    return client.post("/deals/many", said, headers=HTMX)


def by_cell(deal, cast, stages, client, price, now, to):
    said = {"field": "stage", "stage": stages[to].pk, "version": deal.version, "key": key()}
    return client.post(f"/deals/{deal.pk}/field", said, headers=HTMX)


def by_paste(deal, cast, stages, client, price, now, to):
    said = {"confirm": "1", "cell": f"{deal.pk}:stage:{deal.version}", "value": str(stages[to].pk), "key": key()}
    return client.post("/pipeline/table/paste", said, headers=HTMX)


def by_the_form(deal, cast, stages, client, price, now, to):
    said = {"stage": stages[to].pk, "amount": "1", "rep": cast.alice.pk, "owner": cast.alice.pk, "key": key()}
    return client.post(f"/deals/{deal.pk}/edit", said | {"version": deal.version}, headers=HTMX)


def by_import(deal, cast, stages, client, price, now, to):
    head = ["客户名称", "所属阶段", "阶段进入时间", "签约日期", "合同金额"]
    today = periods.today(now).isoformat()
    batch, records = bring_rows([head, [deal.customer.name, stages[to].label, today, today, "480000"]], cast.alice)
    assert fates(records) == ["wrong"], reasons(records)
    with pytest.raises(Refused):
        take(batch)


def out_of_lost(deal, cast, stages, client, price, now, to):
    """Lost, and then straight into the stage the approval is for; the deal stays lost until it comes back properly."""
    lose(deal, price, by=cast.alice, now=now)
    client.post(f"/deals/{deal.pk}/move", {"to": stages[to].pk, "reason": "x", "key": key()} | signed(now))
    with pytest.raises(Refused):
        said = {"signed_on": periods.today(now), "contract_amount": 1, "reason": "x"}
        move_many([Move(Deal.objects.get(pk=deal.pk), stages[to], **said)], by=cast.alice, now=now)
    assert Deal.objects.get(pk=deal.pk).stage == stages["lost"]
    move_to(deal, stages[5], by=cast.alice, now=now, reason="x")


def by_the_verb(deal, cast, stages, client, price, now, to):
    for batch in (None, "import"):
        with pytest.raises(Refused):
            said = {"signed_on": periods.today(now), "contract_amount": 1}
            move_many(
                [Move(deal, stages[to], **said)], by=cast.ada, now=now, batch=batch and _batch(cast),
                force_gate=bool(batch),
            )  # fmt: skip


def _batch(cast):
    from exchange.models import ImportBatch

    return ImportBatch.objects.create(owner=cast.ada, sheet="stage-progress", name="x.xlsx")


PATHS = [by_dialog, in_bulk, by_cell, by_paste, by_the_form, by_import, out_of_lost, by_the_verb]


@pytest.mark.proves("D29")
@pytest.mark.parametrize("to", [6, 7])
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_nobody_moves_around_a_hold(held, cast, stages, client_of, price, now, path, to):
    path(Deal.objects.get(pk=held.pk), cast, stages, client_of(cast.alice), price, now, to)
    assert Deal.objects.get(pk=held.pk).stage == stages[5]
    assert not StageProgress.objects.filter(deal=held, stage__in=[stages[6], stages[7]]).exists()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_nor_around_a_gate_nobody_was_asked_about(own, cast, stages, client_of, price, now, path):
    move_to(own.deal, stages[5], by=cast.alice, now=now)
    path(Deal.objects.get(pk=own.deal.pk), cast, stages, client_of(cast.alice), price, now, 7)
    assert Deal.objects.get(pk=own.deal.pk).stage == stages[5]


def test_the_hold_names_who_and_since_when_and_the_last_approval_lifts_it(own, cast, stages, client_of, now):
    held, client = own.deal, client_of(cast.alice)
    move_to(held, stages[5], by=cast.alice, now=now)
    client.post(f"/deals/{held.pk}/move", {"to": stages[6].pk, "from": stages[5].pk, "key": key()})
    dialog = client.get(f"/deals/{held.pk}/move?to={stages[6].pk}").content.decode()
    assert cast.mia.name in dialog and "since" in dialog
    request = CollaborationRequest.objects.get()
    approving.approve(request, by=cast.mia, now=now)
    assert cast.legal.name in held.notes.get(kind="hold", until=None).words
    with pytest.raises(Refused):
        move_to(held, stages[6], by=cast.alice, now=now, signed_on=periods.today(now), contract_amount=1)
    approving.approve(request, by=cast.sam, now=now)
    assert not held.notes.filter(kind="hold", until=None).exists()
    said = {"to": stages[6].pk, "from": stages[5].pk, "key": key()} | signed(now)
    assert client.post(f"/deals/{held.pk}/move", said).status_code == 302
    assert Deal.objects.get(pk=held.pk).stage == stages[6]


@pytest.mark.proves("R17")
def test_the_gate_asks_the_manager_and_legal_and_the_pages_name_both(own, cast, stages, client_of, now):
    """As installed: what the dialog and the process page say is who is asked, in that order."""
    move_to(own.deal, stages[5], by=cast.alice, now=now)
    client = client_of(cast.alice)
    for url in (f"/deals/{own.deal.pk}/move?to={stages[6].pk}", "/process"):
        page = client.get(url).content.decode()
        assert "Sales manager + Legal" in page, url
    client.post(f"/deals/{own.deal.pk}/move", {"to": stages[6].pk, "from": stages[5].pk, "key": key()})
    steps = CollaborationRequest.objects.get().steps.order_by("position")
    assert [(step.person, step.department) for step in steps] == [(cast.mia, None), (None, cast.legal)]


def test_a_stage_that_names_others_asks_those(own, cast, stages, client_of, now):
    StageDuty.objects.filter(stage=stages[6]).update(approves=False)
    StageDuty.objects.create(stage=stages[6], department=cast.finance, approves=True, position=1)
    forget()
    move_to(own.deal, stages[5], by=cast.alice, now=now)
    client = client_of(cast.alice)
    page = client.get(f"/deals/{own.deal.pk}/move?to={stages[6].pk}").content.decode()
    assert "Who will be asked: <b>Finance</b>" in page
    client.post(f"/deals/{own.deal.pk}/move", {"to": stages[6].pk, "from": stages[5].pk, "key": key()})
    assert [step.department for step in CollaborationRequest.objects.get().steps.all()] == [cast.finance]


def test_a_withdrawn_approval_says_so_on_the_card_and_the_gate_stands(held, cast, stages, client_of, now):
    verbs.withdraw(CollaborationRequest.objects.get(), by=cast.alice, now=now)
    note = held.notes.get(until=None)
    assert (note.kind, "已撤回" in note.words, "withdrawn" in note.words_en) == ("bad", True, True)
    with pytest.raises(Refused):
        move_to(held, stages[6], by=cast.alice, now=now, signed_on=periods.today(now), contract_amount=1)
    said = {"to": stages[6].pk, "from": stages[5].pk, "key": key()}
    assert client_of(cast.alice).post(f"/deals/{held.pk}/move", said).status_code == 302  # asked again
    assert [note.kind for note in held.notes.filter(until=None)] == ["hold"]


def test_what_came_in_by_an_import_and_was_not_touched_is_told_by_the_next_one(cast, stages, now):
    head = ["客户名称", "所属阶段"]
    take(bring_rows([head, ["北辰", "方案提交"]], cast.alice)[0])
    batch, records = bring_rows([head, ["北辰", "成交"]], cast.alice)
    assert (reasons(records), fates(records)) == ([], ["changed"])
    take(batch)
    assert Deal.objects.get().stage == stages[6]


@pytest.mark.proves("R55")
def test_an_import_asks_why_a_deal_was_lost_and_counts_its_slips(own, cast, stages, price, now):
    Deal.objects.filter(pk=own.deal.pk).update(expected_close=dt.date(2030, 1, 1))
    head = ["客户名称", "所属阶段", "丢单原因", "预计成交时间"]
    _batch, records = bring_rows([head, [own.customer.name, "丢单", "", ""]], cast.alice)
    assert fates(records) == ["wrong"] and "价格" in reasons(records)[0]
    take(bring_rows([head, [own.customer.name, "", "", "2030-02-01"]], cast.alice)[0])
    assert Deal.objects.get().slips == 1
    batch, records = bring_rows([head, [own.customer.name, "丢单", "价格", ""]], cast.alice)
    assert (reasons(records), fates(records)) == ([], ["changed"])
    take(batch)
    assert (Deal.objects.get().stage, Deal.objects.get().lost_reason) == (stages["lost"], price)


@pytest.mark.proves("B32")
def test_who_comes_second_is_told_who_moved_it_where_and_when(own, cast, stages, client_of, price, now):
    move_to(own.deal, stages[4], by=cast.mia, now=timezone.now())
    client = client_of(cast.alice)
    seen = {"from": stages[1].pk, "key": key()}
    for path, more in (("move", {"to": stages[2].pk, "key_action": "约"}), ("lost", {"lost_reason": price.pk})):
        answer = client.post(f"/deals/{own.deal.pk}/{path}", seen | more, headers=HTMX)
        page = answer.content.decode()
        assert (answer.status_code, cast.mia.name in page, "Proposal" in page) == (409, True, True)
        assert f"{periods.at(periods.today(), dt.time()):%d}".lstrip("0") in page
    assert Deal.objects.get(pk=own.deal.pk).stage == stages[4]
    assert Event.objects.filter(verb="pipeline.moved").count() == 1
    assert make_customer(cast.bob).deals.count() == 1
