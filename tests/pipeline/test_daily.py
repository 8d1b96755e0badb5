"""One entry feeds both tables (D26), opening (D10), strips (ux §3.2), hand-over and merge."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from core import periods
from customers import steps
from customers.merging import merge
from customers.staleness import Rule, state_of
from customers.transferring import assign
from pipeline import notes, risks
from pipeline.models import DayMark, DealLink, KeyAction, Playbook, Stage, StageVersion
from pipeline.moving import move_to
from pipeline.opening import open_deal
from pipeline.path import path_of
from pipeline.strips import strip_of
from tests.cast import make_customer, make_log

pytestmark = pytest.mark.django_db


@pytest.mark.proves("R27", "D26")
def test_a_log_writes_the_dated_key_action_and_counts_as_the_days_update(own, cast, now):
    with translation.override("zh-hans"):
        make_log(
            own.customer,
            now=now,
            text="预算需审批。还要再确认交期",
            methods=("email",),
            no_next_reason="",
            next_on=dt.date(2031, 3, 15),
            next_text="跟进审批进度",
        )
    own.deal.refresh_from_db()
    line = KeyAction.objects.get()
    assert (line.on, line.text, line.by) == (periods.today(now), "邮件：预算需审批，下一步 3/15", cast.alice)
    assert (own.deal.key_action, own.deal.key_action_on, own.deal.updated_on) == (line.text, line.on, line.on)
    assert list(DayMark.objects.values_list("deal", "how")) == [(own.deal.pk, "log")]
    assert DealLink.objects.count() == 0  # the only deal needs no link (D14)


def test_a_typed_key_action_stands_and_no_answer_writes_no_line(own, now):
    make_log(own.customer, now=now, key_action="等客户内部预算审批")
    make_log(own.customer, now=now, outcome="no_answer", text="")
    own.deal.refresh_from_db()
    assert (own.deal.key_action, KeyAction.objects.count()) == ("等客户内部预算审批", 1)


def test_an_older_conversation_logged_late_does_not_replace_a_newer_line(own, now):
    make_log(own.customer, now=now, key_action="今天的")
    make_log(own.customer, now=now, happened_at=now - dt.timedelta(days=2), key_action="前天的")
    own.deal.refresh_from_db()
    assert own.deal.key_action == "今天的"


def test_with_several_open_deals_the_named_one_is_linked(own, cast, now):
    second = open_deal(own.customer, by=cast.alice, now=now, name="二期扩容")
    make_log(own.customer, now=now, deal=second, next_on=dt.date(2031, 1, 1), next_text="报价", no_next_reason="")
    assert list(DealLink.objects.filter(step=None).values_list("deal", flat=True)) == [second.pk]
    assert list(DealLink.objects.exclude(step=None).values_list("deal", flat=True)) == [second.pk]
    make_log(own.customer, now=now)  # not named: nothing is guessed
    assert KeyAction.objects.count() == 1


@pytest.mark.proves("R15", "D10")
def test_a_new_customer_opens_with_its_deal_at_the_first_stage(own, cast, stages):
    deal = own.deal
    assert (deal.stage, deal.rep, deal.owner, deal.name) == (stages[1], cast.alice, cast.alice, "")
    own.customer.refresh_from_db()
    assert (own.customer.open_deals, own.customer.opened_on) == (1, periods.today(own.opened))
    assert deal.stays.get().stage_version.label == "线索获取"


def test_a_deal_may_open_won_or_lost_with_its_own_facts(cast, stages, price, now):
    won = make_customer(
        cast.alice,
        name="弘毅制药",
        now=now,
        deal={"stage": stages[6], "amount": Decimal(560_000), "entered_at": now - dt.timedelta(days=4)},
    ).deals.get()
    assert (won.contract_amount, won.expected_close, won.customer.tag) == (Decimal(560_000), None, "won")
    lost = make_customer(
        cast.alice, name="东篱食品", now=now, deal={"stage": stages["lost"], "lost_reason": price}
    ).deals.get()
    assert (lost.lost_at, lost.customer.tag) == (now, "lost")


def test_a_deal_opened_before_eight_belongs_to_the_companys_day(cast, stages):
    """Half past seven in Shanghai is still the day before in UTC (B50)."""
    early = dt.datetime(2024, 3, 4, 23, 30, tzinfo=dt.UTC)
    row = {"stage": stages[6], "amount": Decimal(1), "entered_at": early, "key_action": "已签"}
    deal = make_customer(cast.alice, now=early, deal=row).deals.get()
    assert (deal.signed_on, deal.key_actions.get().on) == (dt.date(2024, 3, 5), dt.date(2024, 3, 5))


@pytest.mark.proves("R7", "R15")
def test_the_playbooks_of_the_first_start():
    found = [(p.label, p.label_en, p.is_default, p.is_active) for p in Playbook.objects.order_by("position")]
    assert found == [
        ("新客户开发", "New customers", True, True),
        ("老客户复购", "Repeat purchase", False, False),
        ("大客户", "Key accounts", False, False),
    ]
    stages = Playbook.objects.default().stages.order_by("position")
    assert [(s.label, s.label_en, s.short, s.kind, s.probability, s.default_tag, s.gated) for s in stages] == [
        ("线索获取", "Lead", "线索", "open", 5, "prospect", False),
        ("初步沟通", "Initial talk", "沟通", "open", 15, "prospect", False),
        ("需求分析", "Needs analysis", "需求", "open", 30, "interested", False),
        ("方案提交", "Proposal", "方案", "open", 50, "interested", False),
        ("商务谈判", "Negotiation", "谈判", "open", 75, "hot", False),
        ("合同签订", "Contract", "合同", "won", 100, "won", True),
        ("售后跟进", "After-sales", "售后", "after", 100, "won", False),
        ("丢单", "Deal lost", "丢单", "lost", 0, "lost", False),
    ]
    assert Stage.objects.filter(duties=None).count() == 0
    assert StageVersion.objects.exclude(definition="").exclude(definition_en="").count() == Stage.objects.count()


def strip(deal, on):
    customer = deal.customer
    customer.refresh_from_db()
    return strip_of(
        deal,
        on,
        quiet=state_of(customer, on, Rule.load()),
        step_on=customer.next_step_on,
        waiting_until=customer.waiting_until,
        notes=list(deal.notes.filter(until=None)),
    )


def test_one_alarm_a_card_by_fixed_priority(cast, stages, now, english):
    on = periods.today(now)
    deal = make_customer(cast.alice, now=now - dt.timedelta(days=6)).deals.get()
    customer = deal.customer
    assert (strip(deal, on).kind, strip(deal, on).words) == ("quiet", "Quiet 6 days")
    step = steps.plan(customer, by=cast.alice, now=now, due_on=on - dt.timedelta(days=1), text="发资料")
    assert (strip(deal, on).kind, strip(deal, on).words) == ("overdue", "Next step 1 day overdue · Quiet 6 days")
    steps.shift(step, on + dt.timedelta(days=2), by=cast.alice, now=now)
    assert (strip(deal, on).kind, strip(deal, on).tone) == ("planned", "warn")
    risks.open_many([(deal, None, "竞品介入", None)], by=cast.alice, now=now)
    assert strip(deal, on).words == "竞品介入"
    notes.place_note(deal, "hold", "合同审批中 · 法务", "In contract approval · Legal", source="r", now=now)
    assert (strip(deal, on).kind, strip(deal, on).tone) == ("hold", "hold")
    steps.close(step, "dropped", by=cast.alice, now=now)
    assert strip(deal, on).kind == "quiet"
    make_log(customer, now=now, no_next_reason="other")
    assert (strip(deal, on).kind, strip(deal, on).words) == ("nextless", "No next step")


def test_good_news_stays_three_days(own, cast, stages, now, english):
    on = periods.today(now)
    steps.plan(own.customer, by=cast.alice, now=now, due_on=on + dt.timedelta(days=9), text="回访")
    notes.place_note(own.deal, "good", "首付款已到账", "First payment received", source="r", now=now)
    assert strip(own.deal, on).words == "First payment received"
    assert (
        strip_of(
            own.deal,
            on + dt.timedelta(days=4),
            quiet=None,
            step_on=on + dt.timedelta(days=9),
            notes=list(own.deal.notes.all()),
        )
        is None
    )


def test_open_deals_go_along_when_a_customer_changes_hands(own, cast, now):
    own.customer.refresh_from_db()
    assign(own.customer, cast.bob, by=cast.mia, now=now)
    own.deal.refresh_from_db()
    assert (own.deal.owner, own.deal.rep) == (cast.bob, cast.bob)


def test_deals_of_a_merged_customer_go_to_the_kept_one(own, cast, now):
    other = make_customer(cast.alice, name="星澜科技(上海)", now=now)
    own.customer.refresh_from_db()
    merge(own.customer, other, by=cast.mia, now=now)
    own.customer.refresh_from_db()
    assert (own.customer.deals.count(), own.customer.open_deals) == (2, 2)


def test_the_path_says_what_is_done_and_the_name_used_then(own, cast, stages, now):
    move_to(own.deal, stages[3], by=cast.alice, now=now)
    nodes = path_of(own.deal, periods.today(now))
    assert [node.state for node in nodes] == ["done", "done", "now", "next", "next", "next", "next"]
    assert [bool(node.entered_on) for node in nodes] == [True, False, True, False, False, False, False]
    assert nodes[2].days == 0
