"""Several deals at once, lanes, folds, the peek, pasting cells, what a move shows: S7–S9 by their addresses."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils.html import escape

from activity.models import Event
from core import periods
from core.errors import Conflict
from customers.models import FollowUp, Need, NextStep
from pipeline import risks
from pipeline.board import read_board
from pipeline.lanes import lanes_of
from pipeline.models import Deal, Risk, StageProgress
from pipeline.moving import Move, move_many, move_to
from pipeline.opening import open_deal
from pipeline.pasting import read_block, write_block
from tests.cast import key, make_customer, make_log, make_request, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(cast, now):
    return [make_customer(cast.alice, name=name, now=now).deals.get() for name in ("远航", "星澜")]


def asked(do, deals, **said):
    return {
        "do": do, "ids": [deal.pk for deal in deals], "seen": [f"{deal.pk}:{deal.stage_id}" for deal in deals],
        "key": key(), **said,
    }  # fmt: skip


def test_several_move_together_or_not_at_all(two, cast, stages, price, client_of, now):
    client = client_of(cast.alice)
    page = client.get(f"/deals/many?do=move&ids={two[0].pk}&ids={two[1].pk}").content.decode()
    assert all(name in page for name in ("远航", "星澜"))
    said = asked("move", two, to=stages[3].pk, key_action="约谈")
    move_to(two[0], stages[2], by=cast.mia, now=now)
    assert client.post("/deals/many", said).status_code == 409
    assert Deal.objects.get(pk=two[1].pk).stage == stages[1]
    two[0].refresh_from_db()
    assert client.post("/deals/many", asked("move", two, to=stages[3].pk)).status_code == 302
    assert {deal.stage for deal in Deal.objects.filter(pk__in=[deal.pk for deal in two])} == {stages[3]}
    for deal in two:
        deal.refresh_from_db()
    back = client.post("/deals/many", asked("move", two, to=stages[1].pk), headers={"HX-Request": "true"})
    assert back.status_code == 422  # going back asks why
    lost = asked("move", two, to=stages["lost"].pk)
    told = client.post("/deals/many", lost, headers={"HX-Request": "true"})
    assert told.status_code == 422  # so does losing
    assert ">Why did we lose it?</a>" in told.content.decode()  # said once: the question is its own complaint
    assert client.post("/deals/many", lost | {"lost_reason": price.pk, "key": key()}).status_code == 302
    assert {deal.lost_reason for deal in Deal.objects.all()} == {price}


def test_a_contract_is_not_signed_in_bulk(two, cast, stages, client_of):
    answer = client_of(cast.alice).post("/deals/many", asked("move", two, to=stages[6].pk))
    assert answer.status_code == 422


def test_one_next_step_or_owner_for_several(two, cast, client_of, now):
    day = periods.today(now) + dt.timedelta(days=2)
    client = client_of(cast.mia)
    said = asked("plan", two, due_on=day.isoformat(), text="寄样品")
    for other in (dt.date(9999, 12, 31), periods.today(now) - dt.timedelta(days=1)):
        wrong = client.post("/deals/many", said | {"due_on": other.isoformat()}, headers={"HX-Request": "true"})
        assert wrong.status_code == 422
    assert not NextStep.objects.open().exists()
    said["key"] = key()
    answer = client.post("/deals/many", said, headers={"HX-Request": "true"})
    assert '"redraw"' in answer["HX-Trigger"]
    assert set(NextStep.objects.open().values_list("customer", "due_on")) == {(deal.customer_id, day) for deal in two}
    assert client.post("/deals/many", asked("assign", two, owner=cast.bob.pk)).status_code == 302
    assert set(Deal.objects.values_list("owner", flat=True)) == {cast.bob.pk}
    assert client_of(cast.alice).get(f"/deals/many?do=assign&ids={two[0].pk}").status_code == 404


def test_lanes_count_the_whole_filter(cast, stages, client_of, now):
    for n in range(33):
        owner, deal = (cast.alice, cast.bob)[n % 2], {"stage": stages[1], "amount": Decimal(100)}
        make_customer(owner, name=f"客户{n}", now=now, deal=deal)
    board = read_board(cast.mia, {}, periods.today(now))
    for by in ("rep", "tag", "month"):
        lanes = lanes_of(board, by)
        assert (sum(lane.count for lane in lanes), sum(lane.amount for lane in lanes)) == (33, 3300)
        assert sum(len(cards) for lane in lanes for _column, cards in lane.rows) == 30
    assert [(lane.label, lane.count) for lane in lanes_of(board, "rep")] == [(cast.alice.name, 17), (cast.bob.name, 16)]
    client = client_of(cast.mia)
    assert client.get("/pipeline?lanes=rep").content.count(b'class="lane"') == 2
    assert client.get("/pipeline?lanes=owner__password").content.count(b'class="lane"') == 0


def test_a_fold_is_remembered_and_undone(own, cast, stages, client_of):
    client = client_of(cast.alice)

    def folded():
        page = client.get("/pipeline").content.decode()
        return [n for n in range(1, 8) if f'col-shut" id="stage-{stages[n].pk}"' in page]

    assert folded() == [1, 7]
    client.post(f"/pipeline/column/{stages[3].pk}/fold", {"shut": "1", "key": key()})
    client.post(f"/pipeline/column/{stages[1].pk}/fold", {"shut": "0", "key": key()})
    assert folded() == [3, 7]


def test_advice_is_a_hint_and_only_when_switched_on(two, cast, stages, client_of, now):
    from accounts import switches

    stages[1].advised = 1
    type(stages[1]).objects.filter(pk=stages[1].pk).update(advised=1)
    row = {field.attname: getattr(stages[1], field.attname) for field in stages[1]._meta.fields}
    stages[1].history.create(**row, history_date=now, history_type="~")
    assert not read_board(cast.alice, {}, periods.today(now)).columns[0].crowded
    switches.set("wip_advice", True, by=cast.ada, now=now)
    assert read_board(cast.alice, {}, periods.today(now)).columns[0].crowded
    assert "2 / 1" in client_of(cast.alice).get("/pipeline").content.decode()


@pytest.mark.proves("R57", "R58")
def test_the_peek_shows_risks_with_their_age_and_offers_a_request(own, cast, client_of, now):
    risks.set_risk(own.deal, text="竞品介入", by=cast.alice, now=now - dt.timedelta(days=2))
    risk = Risk.objects.get()
    page = client_of(cast.alice).get(f"/deals/{own.deal.pk}/peek").content.decode()
    assert f"/requests/new?customer={own.customer.pk}&amp;deal={own.deal.pk}&amp;risk={risk.pk}" in page
    assert risk.days_open(periods.today(now)) == 2
    client = client_of(cast.alice)
    assert client.post(f"/deals/{own.deal.pk}/risks/{risk.pk}/close", {"key": key()}).status_code == 302
    risk.refresh_from_db()
    assert (risk.closed_by, Deal.objects.get(pk=own.deal.pk).risk) == (cast.alice, "")
    assert client.get(f"/requests/new?customer={own.customer.pk}&deal={own.deal.pk}&risk={risk.pk}").status_code == 200


@pytest.mark.proves("R58")
def test_the_state_of_a_request_shows_on_the_card(own, cast, client_of, now):
    make_step(own.customer, periods.today(now) + dt.timedelta(days=3), now=now)
    make_request(cast.alice, cast.legal, now=now, customer=own.customer, deal=own.deal)
    note = own.deal.notes.get(until=None)
    assert note.words_en in client_of(cast.alice).get("/pipeline").content.decode()


@pytest.mark.proves("R3")
def test_a_move_without_evidence_is_flagged_not_blocked(own, cast, stages, client_of, now):
    client = client_of(cast.alice)
    dialog = client.get(f"/deals/{own.deal.pk}/move?to={stages[2].pk}").content.decode()
    leaving, entering = (stages[n].versions.get() for n in (1, 2))
    assert escape(leaving.evidence_en) in dialog and escape(entering.definition_en) in dialog
    move_to(own.deal, stages[2], by=cast.alice, now=now)
    assert Event.objects.get(verb="pipeline.moved").data["unproven"] is True
    move_to(own.deal, stages[3], by=cast.alice, now=now, evidence="会议纪要")
    assert "unproven" not in Event.objects.filter(verb="pipeline.moved").latest("pk").data
    page = client.get(f"/deals/{own.deal.pk}/peek").content.decode()
    assert page.count("c-warn") == 1 and "会议纪要" in page


@pytest.mark.proves("R2")
def test_open_needs_are_listed_at_the_move_and_ticked_there(own, cast, stages, client_of, now):
    make_log(own.customer, by=cast.alice, now=now, needs=[("need", None, "要对接ERP"), ("need", None, "要月付")])
    client, (erp, monthly) = client_of(cast.alice), Need.objects.order_by("pk")
    path = f"/deals/{own.deal.pk}/move"
    dialog = client.get(f"{path}?to={stages[4].pk}").content.decode()
    assert "要对接ERP" in dialog and "要月付" in dialog
    said = {"to": stages[4].pk, "from": stages[1].pk, "key_action": "发方案", "needs": [erp.pk], "key": key()}
    assert client.post(path, said).status_code == 302
    assert list(Need.objects.order_by("pk").values_list("status", flat=True)) == ["answered", "open"]
    assert "要月付" in client.get(f"/deals/{own.deal.pk}/peek").content.decode()
    assert FollowUp.objects.count() == 1 and monthly.closed_at is None
    client.post(f"/deals/{own.deal.pk}/needs/{monthly.pk}/close", {"how": "dropped", "key": key()})
    assert list(Need.objects.order_by("pk").values_list("status", flat=True)) == ["answered", "dropped"]


@pytest.mark.proves("R54")
def test_an_entry_dated_back_is_visible(own, cast, stages, client_of, now):
    move_to(own.deal, stages[2], by=cast.alice, now=now, entered_at=now - dt.timedelta(days=1), reason="忘了登记")
    page = client_of(cast.alice).get(f"/deals/{own.deal.pk}/peek").content.decode()
    assert "忘了登记" in page and page.count("c-warn") == 2  # late, and without evidence
    assert StageProgress.objects.get(left_at=None).back_dated


def test_a_stage_put_out_of_use_meanwhile_offers_the_others(own, cast, stages, client_of, now):
    type(stages[2]).objects.filter(pk=stages[2].pk).update(retired_at=now)
    said = {"to": stages[2].pk, "from": stages[1].pk, "key_action": "约", "key": key()}
    answer = client_of(cast.alice).post(f"/deals/{own.deal.pk}/move", said, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#dialog")
    assert f"?to={stages[3].pk}" in answer.content.decode()
    assert Deal.objects.get(pk=own.deal.pk).stage == stages[1]


def test_a_poll_takes_away_what_left_and_moves_its_clock(own, cast, stages, price, client_of, now):
    client = client_of(cast.alice)
    since = (now - dt.timedelta(minutes=1)).isoformat().replace("+", "%2B")
    own.deal.lose(price, by=cast.alice, now=now)
    page = client.get(f"/pipeline?since={since}", headers={"HX-Request": "true"}).content.decode()
    assert f'<li id="card-{own.deal.pk}" hx-swap-oob="delete">' in page and 'id="since"' in page


def test_a_block_is_shown_then_written_then_undone(two, cast, stages, client_of, now):
    client, first = client_of(cast.alice), two[0]
    order = [card.deal.pk for card in _table(cast.alice, now)]
    text = "48万\t\t2027-01-05\t寄样品\n12000\t\t坏\t"
    said = {"query": "", "start": order[0], "first": "amount", "text": text, "key": key()}
    page = client.post("/pipeline/table/paste", said).content.decode()
    assert page.count('name="cell"') == 4 and Deal.objects.filter(amount=None).count() == 2
    deal = Deal.objects.get(pk=order[0])
    confirm = {
        "confirm": "1", "key": key(),
        "cell": [f"{deal.pk}:{field}:{deal.version}" for field in ("amount", "key_action")],
        "value": ["480000.00", "寄样品"],
    }  # fmt: skip
    assert client.post("/pipeline/table/paste", confirm).status_code == 302
    deal.refresh_from_db()
    assert (deal.amount, deal.key_action) == (Decimal(480_000), "寄样品")
    event = Event.objects.get(verb="pipeline.pasted")
    assert client.post(f"/undo/{event.pk}", {"key": key()}).status_code == 302
    deal.refresh_from_db()
    assert (deal.amount, deal.key_action, first.pk in order) == (None, "", True)


def _table(user, now):
    from pipeline.asking import Asked
    from pipeline.table import read_table

    return read_table(Asked(user, {}, periods.today(now))).rows


def test_pasting_over_what_somebody_changed_meanwhile_is_a_conflict(two, cast, now):
    deal = Deal.objects.select_related("customer", "stage").get(pk=two[0].pk)
    seen = deal.version
    write_block([(deal, "amount", "5", seen)], by=cast.mia, now=now)
    deal = Deal.objects.select_related("customer", "stage").get(pk=deal.pk)
    with pytest.raises(Conflict):
        write_block([(deal, "amount", "6", seen)], by=cast.alice, now=now)
    cells = read_block("7\t\t\t\n", [deal], "amount", user=cast.alice, on=periods.today(now))
    assert [(cell.field, cell.value) for cell in cells if not cell.error] == [("amount", "7.00")]


def test_an_import_is_not_flagged(own, cast, stages, now):
    from exchange.models import ImportBatch

    batch = ImportBatch.objects.create(owner=cast.alice, sheet="stage-progress", name="x.xlsx")
    move_many([Move(own.deal, stages[2])], by=cast.alice, now=now, batch=batch, force_gate=True)
    assert "unproven" not in Event.objects.get(verb="pipeline.moved").data
    assert open_deal(own.customer, by=cast.alice, now=now, name="二期").stage == stages[1]


def test_a_cell_is_taken_back(own, cast, client_of):
    client = client_of(cast.alice)
    for field, value, empty in (("amount", "5", None), ("key_action", "寄样品", ""), ("risk", "竞品介入", "")):
        version = Deal.objects.get(pk=own.deal.pk).version
        said = {"field": field, field: value, "version": version, "key": key()}
        answer = client.post(f"/deals/{own.deal.pk}/field", said, headers={"HX-Request": "true"})
        event = Event.objects.filter(verb="pipeline.pasted").latest("pk")
        assert (answer.status_code, f"/undo/{event.pk}" in answer.content.decode()) == (200, True)
        assert str(getattr(Deal.objects.get(pk=own.deal.pk), field)).startswith(value)
        assert client.post(f"/undo/{event.pk}", {"key": key()}).status_code == 302
        assert getattr(Deal.objects.get(pk=own.deal.pk), field) == empty
