"""The one verb that changes a stage (S9, D11, D16, D17, D29, D35)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from activity.models import Event, Notification
from activity.undoing import undo
from core import periods
from core.errors import Refused
from customers.models import NextStep, TagChange
from pipeline import entering, notes
from pipeline.models import CardNote, DayMark, Deal, KeyAction, RiskType, StageProgress
from pipeline.moving import Move, lose, move_many, move_to
from pipeline.opening import open_deal
from tests.cast import make_customer

pytestmark = pytest.mark.django_db


def stays(deal):
    return list(
        StageProgress.objects.standing()
        .filter(deal=deal)
        .order_by("entered_at", "id")
        .values_list("stage__position", "left_at")
    )


def win(deal, stages, by, now, **said):
    notes.place_note(deal, "good", "通过", "Given", source="request 0", now=now, stage=stages[6])
    return go(deal, stages, by, now, **said)


def go(deal, stages, by, now, **said):
    said = {"signed_on": periods.today(now), "contract_amount": Decimal(480_000)} | said
    return move_to(deal, stages[6], by=by, now=now, **said)


@pytest.mark.proves("R27")
def test_a_move_ends_one_stay_and_begins_another_with_the_name_used_then(own, cast, stages, now):
    deal = own.deal
    move_to(deal, stages[3], by=cast.alice, now=now, key_action="客户确认方案细节", evidence="清单")
    assert (deal.stage, deal.entered_at, deal.key_action) == (stages[3], now, "客户确认方案细节")
    assert stays(deal) == [(1, now), (3, None)]
    stay = deal.stays.get(left_at=None)
    assert (stay.stage_version.label, stay.came_from, stay.moved_by, stay.evidence, stay.recorded_at) == (
        "需求分析",
        stages[1],
        cast.alice,
        "清单",
        now,
    )
    line = KeyAction.objects.get(deal=deal)
    assert (line.on, line.text, line.by) == (periods.today(now), "客户确认方案细节", cast.alice)
    assert list(DayMark.objects.values_list("deal", "how", "user")) == [(deal.pk, "move", cast.alice.pk)]
    assert deal.updated_on == periods.today(now)
    event = Event.objects.get(verb="pipeline.moved")
    assert (event.data["from"], event.data["to"], event.about_customer_id) == ("线索获取", "需求分析", own.customer.pk)


@pytest.mark.proves("R16")
def test_who_answers_for_the_new_stage_is_told_and_the_mover_is_not(own, cast, stages, now):
    move_to(own.deal, stages[3], by=cast.alice, now=now)
    assert Notification.objects.count() == 0  # the rep answers for it and moved it himself
    move_to(own.deal, stages[5], by=cast.alice, now=now)
    assert [n.recipient for n in Notification.objects.all()] == [cast.mia]


def test_the_customer_hears_of_its_deals(own, cast, stages, now):
    move_to(own.deal, stages[3], by=cast.alice, now=now)
    own.customer.refresh_from_db()
    assert (own.customer.open_deals, own.customer.tag) == (1, "interested")
    win(own.deal, stages, cast.alice, now)
    own.customer.refresh_from_db()
    assert (own.customer.open_deals, own.customer.open_amount, own.customer.tag) == (0, 0, "won")
    assert list(TagChange.objects.order_by("id").values_list("old", "new", "why")) == [
        ("", "prospect", "person"),
        ("prospect", "interested", "deal"),
        ("interested", "won", "deal"),
    ]


def test_a_move_to_the_same_stage_does_nothing(own, cast, stages, now):
    assert move_many([Move(own.deal, stages[1])], by=cast.alice, now=now) == []
    assert Event.objects.filter(verb__startswith="pipeline.").count() == 0


def test_a_deal_that_moved_meanwhile_is_refused_and_nothing_is_written(own, cast, stages, now):
    seen = Deal.objects.get(pk=own.deal.pk)
    move_to(own.deal, stages[2], by=cast.alice, now=now)
    with pytest.raises(Refused) as refused:
        move_to(seen, stages[4], by=cast.mia, now=now)
    assert refused.value.holder == cast.alice.name and cast.alice.name in refused.value.message
    assert stays(own.deal) == [(1, now), (2, None)]


def test_all_or_none(own, cast, stages, now):
    other = make_customer(cast.bob, name="远扬制造", now=now - dt.timedelta(days=1)).deals.get()
    with pytest.raises(Refused):
        move_many([Move(own.deal, stages[2]), Move(other, stages[2], expected=stages[4].pk)], by=cast.mia, now=now)
    own.deal.refresh_from_db()
    assert own.deal.stage == stages[1]


def test_going_back_asks_why(own, cast, stages, now):
    move_to(own.deal, stages[4], by=cast.alice, now=now)
    with pytest.raises(ValidationError) as missing:
        move_to(own.deal, stages[2], by=cast.alice, now=now)
    assert list(missing.value.message_dict) == ["reason"]
    move_to(own.deal, stages[2], by=cast.alice, now=now, reason="客户换了负责人")
    stay = own.deal.stays.get(left_at=None)
    assert (stay.backward, stay.reason) == (True, "客户换了负责人")


@pytest.mark.proves("D17")
def test_back_dating_asks_why_and_keeps_both_clocks(own, cast, stages, now):
    yesterday = now - dt.timedelta(days=1)
    with pytest.raises(ValidationError):
        move_to(own.deal, stages[2], by=cast.alice, now=now, entered_at=yesterday)
    with pytest.raises(ValidationError):
        move_to(own.deal, stages[2], by=cast.alice, now=now, entered_at=own.opened - dt.timedelta(days=1), reason="补")
    with pytest.raises(ValidationError):
        move_to(own.deal, stages[2], by=cast.alice, now=now, entered_at=now + dt.timedelta(days=1), reason="补")
    move_to(own.deal, stages[2], by=cast.alice, now=now, entered_at=yesterday, reason="昨天忘了")
    stay = own.deal.stays.get(left_at=None)
    assert (stay.entered_at, stay.recorded_at, stay.back_dated) == (yesterday, now, True)
    first = own.deal.stays.exclude(left_at=None).get()
    assert (first.left_at, first.left_recorded_at) == (yesterday, now)


def test_winning_asks_the_day_and_the_money_and_clears_the_expected_close(own, cast, stages, now):
    move_to(own.deal, stages[5], by=cast.alice, now=now, expected_close=dt.date(2030, 1, 1))
    notes.place_note(own.deal, "good", "通过", "Given", source="request 0", now=now, stage=stages[6])
    with pytest.raises(ValidationError) as missing:
        move_to(own.deal, stages[6], by=cast.alice, now=now)
    assert sorted(missing.value.message_dict) == ["contract_amount", "signed_on"]
    win(own.deal, stages, cast.alice, now)
    deal = own.deal
    assert (deal.expected_close, deal.signed_on, deal.contract_amount, deal.won_at) == (
        None,
        periods.today(now),
        Decimal(480_000),
        now,
    )
    assert Event.objects.filter(verb="pipeline.won").count() == 1
    move_to(deal, stages[7], by=cast.alice, now=now)  # after-sales asks nothing more
    assert (deal.won_at, Event.objects.filter(verb="pipeline.won").count()) == (now, 1)


def test_losing_asks_why_everywhere_and_come_back_on_is_a_next_step(own, cast, stages, price, now):
    with pytest.raises(ValidationError):
        move_to(own.deal, stages["lost"], by=cast.alice, now=now)
    back = periods.today(now) + dt.timedelta(days=90)
    lose(own.deal, price, by=cast.alice, now=now, competitor="某竞品", back_on=back)
    deal = own.deal
    assert (deal.lost_reason, deal.competitor, deal.lost_at) == (price, "某竞品", now)
    own.customer.refresh_from_db()
    assert own.customer.tag == "lost"
    step = NextStep.objects.get()
    assert (step.due_on, step.owner, step.customer) == (back, cast.alice, own.customer)


@pytest.mark.proves("D11")
def test_the_tag_of_a_customer_with_several_deals(own, cast, stages, price, now):
    second = open_deal(own.customer, by=cast.alice, now=now, name="二期扩容")
    move_to(second, stages[5], by=cast.alice, now=now)
    own.customer.refresh_from_db()
    assert own.customer.tag == "hot"
    lose(second, price, by=cast.alice, now=now)
    own.customer.refresh_from_db()
    assert own.customer.tag == "prospect"  # one is still open: not lost
    win(own.deal, stages, cast.alice, now)
    own.customer.refresh_from_db()
    assert own.customer.tag == "won"


def test_what_a_person_raised_stays_raised(own, cast, stages, now):
    from customers.tagging import set_tags

    own.customer.refresh_from_db()
    set_tags([(own.customer, "hot")], by=cast.alice, now=now, why="person")
    move_to(own.deal, stages[3], by=cast.alice, now=now)
    own.customer.refresh_from_db()
    assert own.customer.tag == "hot"


def test_slips_are_counted(own, cast, stages, now):
    move_to(own.deal, stages[2], by=cast.alice, now=now, expected_close=dt.date(2030, 3, 20))
    move_to(own.deal, stages[3], by=cast.alice, now=now, expected_close=dt.date(2030, 3, 10))
    assert own.deal.slips == 0
    move_to(own.deal, stages[4], by=cast.alice, now=now, expected_close=dt.date(2030, 4, 1))
    assert own.deal.slips == 1


def test_a_risk_said_with_the_move_is_a_row_and_the_words_on_the_deal(own, cast, stages, now):
    kind = RiskType.objects.get(code="competitor")
    move_to(own.deal, stages[2], by=cast.alice, now=now, risk=(kind, "价格低 12%", "high"))
    risk = own.deal.risks.get()
    assert (risk.severity, risk.opened_by, own.deal.risk) == ("high", cast.alice, "竞品：价格低 12%")


class Gate:
    """The socket as collaboration fills it, plugged for one test."""

    def __init__(self, monkeypatch):
        self.asked = []
        monkeypatch.setattr(entering, "_functions", [self.ask])

    def ask(self, deal, stage, *, by, now, files=()):
        self.asked.append((deal.pk, stage.pk))
        notes.place_note(
            deal, "hold", "合同审批中 · 法务", "In contract approval · Legal", source="request 1", now=now, stage=stage
        )
        return True


@pytest.mark.proves("D29")
def test_a_gated_stage_waits_for_its_approval(own, cast, stages, now, monkeypatch):
    gate = Gate(monkeypatch)
    move_to(own.deal, stages[5], by=cast.alice, now=now)
    with pytest.raises(Refused):
        go(own.deal, stages, cast.alice, now)
    with pytest.raises(Refused):  # past it is no way round
        move_to(own.deal, stages[7], by=cast.alice, now=now, signed_on=periods.today(now), contract_amount=1)
    assert gate.asked == []
    entering.ask_to_enter(own.deal, stages[6], by=cast.alice, now=now)
    assert gate.asked == [(own.deal.pk, stages[6].pk)]
    with pytest.raises(Refused) as refused:
        go(own.deal, stages, cast.alice, now)
    assert refused.value.holder == "合同审批中 · 法务"
    with pytest.raises(Refused):
        entering.ask_to_enter(own.deal, stages[6], by=cast.alice, now=now)
    own.deal.refresh_from_db()
    assert own.deal.stage == stages[5]
    notes.lift_notes("request 1", now=now)
    with pytest.raises(Refused):  # withdrawn, not approved
        go(own.deal, stages, cast.alice, now)
    notes.place_note(
        own.deal, "good", "合同审批已通过", "Contract approved", source="request 1", now=now, stage=stages[6]
    )
    win(own.deal, stages, cast.alice, now)
    assert own.deal.stage == stages[6]


def test_a_hold_does_not_stop_going_back_or_losing(own, cast, stages, price, now, monkeypatch):
    Gate(monkeypatch)
    move_to(own.deal, stages[5], by=cast.alice, now=now)
    entering.ask_to_enter(own.deal, stages[6], by=cast.alice, now=now)
    move_to(own.deal, stages[4], by=cast.alice, now=now, reason="重新报价")
    lose(own.deal, price, by=cast.alice, now=now)
    assert own.deal.stage == stages["lost"]


def test_an_import_may_force_the_gate(own, cast, stages, now, monkeypatch):
    Gate(monkeypatch)
    move_many(
        [Move(own.deal, stages[6], signed_on=periods.today(now), contract_amount=1)],
        by=cast.alice,
        now=now,
        force_gate=True,
    )
    own.deal.refresh_from_db()
    assert own.deal.stage == stages[6]


def undo_last(by, now, verb="pipeline.moved"):
    return undo(Event.objects.filter(verb=verb).latest("id"), by=by, now=now)


@pytest.mark.proves("D17")
def test_undo_voids_the_stay_and_records_the_old_one_anew(own, cast, stages, now):
    first = own.deal.stays.get()
    move_to(own.deal, stages[3], by=cast.alice, now=now, key_action="客户确认", expected_close=dt.date(2030, 1, 1))
    later = now + dt.timedelta(minutes=1)
    undo_last(cast.alice, later)
    own.deal.refresh_from_db()
    assert (own.deal.stage, own.deal.entered_at, own.deal.key_action, own.deal.expected_close) == (
        stages[1],
        first.entered_at,
        "",
        None,
    )
    rows = own.deal.stays.order_by("id").values_list(
        "stage__position", "entered_at", "left_at", "recorded_at", "voided_at"
    )
    assert list(rows) == [
        (1, first.entered_at, now, first.recorded_at, later),
        (3, now, None, now, later),
        (1, first.entered_at, None, later, None),
    ]
    shown = StageProgress.objects.filter(deal=own.deal).as_of(now)
    assert sorted(shown.values_list("stage__position", flat=True)) == [1, 3]  # what was shown then is still there
    own.customer.refresh_from_db()
    assert own.customer.tag == "prospect"
    assert TagChange.objects.exclude(voided_at=None).count() == 1
    with pytest.raises(Refused):
        undo_last(cast.alice, later)


def test_undo_keeps_what_others_changed_since(own, cast, stages, now):
    from core.changing import change

    win(own.deal, stages, cast.alice, now)
    change(own.deal, by=cast.mia, contract_amount=Decimal(500_000))
    undo_last(cast.alice, now, "pipeline.won")
    own.deal.refresh_from_db()
    assert (own.deal.stage, own.deal.won_at, own.deal.contract_amount) == (stages[1], None, Decimal(500_000))


def test_undo_is_refused_when_the_deal_moved_since(own, cast, stages, now):
    move_to(own.deal, stages[2], by=cast.alice, now=now)
    event = Event.objects.get(verb="pipeline.moved")
    move_to(own.deal, stages[3], by=cast.alice, now=now)
    with pytest.raises(Refused):
        undo(event, by=cast.alice, now=now)
    assert event.undone_at is None and Event.objects.get(pk=event.pk).undone_at is None


def test_a_list_costs_the_same_number_of_queries(own, cast, stages, now, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    deals = [make_customer(cast.alice, name=f"客户{n}", now=now).deals.get() for n in range(30)]

    def count(chosen, to):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            move_many([Move(deal, to) for deal in chosen], by=cast.alice, now=now)
        return len(caught)

    one = count(deals[:1], stages[2])
    thirty = count(deals[1:], stages[2])
    assert one == thirty


def test_notes_replace_and_lift(own, now):
    notes.place_note(own.deal, "waiting", "技术评估中", source="request 9", now=now)
    notes.place_note(own.deal, "waiting", "技术评估中 · 2 小时", source="request 9", now=now)
    assert list(CardNote.objects.filter(until=None).values_list("words", flat=True)) == ["技术评估中 · 2 小时"]
    assert notes.lift_notes("request 9", now=now) == 1
