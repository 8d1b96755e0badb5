"""The four supplied files go in as they are (issue: Workbooks)."""

import datetime as dt

import pytest

from collaboration.models import CollaborationRequest
from core.periods import today
from customers.models import Customer, FollowUp, NextStep
from pipeline.models import Deal, KeyAction, Risk, StageProgress
from tests.exchange.conftest import FOLLOW_UPS, FORM, PEOPLE, REQUESTS, STAGES, bring, fates, reasons, take


@pytest.mark.proves("R43", "R45", "R46", "R28")
def test_the_flat_list(cast):
    batch, records = bring(FOLLOW_UPS, cast.ada, people=PEOPLE)
    assert (reasons(records), fates(records)) == ([], ["new", "new", "new"])
    assert take(batch).state == "done"
    customer = Customer.objects.get()
    assert (customer.name, customer.industry, customer.size_text, customer.staff_min, customer.staff_max) == (
        "XX科技公司",
        "互联网",
        "500-1000人",
        500,
        1000,
    )
    assert (customer.tag, customer.owner, customer.team) == ("hot", cast.alice, cast.east)
    contact = customer.contacts.get()
    assert (contact.name, contact.position, contact.phone) == ("张*", "采购经理", "138****5678")
    logs = list(FollowUp.objects.order_by("happened_at"))
    assert [today(log.happened_at) for log in logs] == [dt.date(2024, 3, d) for d in (1, 3, 6)]
    assert [log.purpose for log in logs] == ["首次接触", "需求确认", "方案反馈"]
    assert {(log.talked_by, log.entered_by, log.source, log.time_known) for log in logs} == {
        (cast.alice, cast.ada, "import", False)
    }
    assert logs[0].methods == ",phone,wechat,"
    assert [step.due_on for step in NextStep.objects.order_by("due_on")] == [dt.date(2024, 3, d) for d in (3, 5, 15)]
    assert [step.closed_as for step in NextStep.objects.order_by("due_on")] == ["kept", "missed", ""]
    assert (customer.last_contact_on, customer.next_step_on) == (dt.date(2024, 3, 6), dt.date(2024, 3, 15))
    assert customer.opened_on == dt.date(2024, 3, 1)
    assert customer.alarms_from == today() + dt.timedelta(days=7)


def test_the_one_customer_form(cast):
    batch, records = bring(FORM, cast.alice)
    assert (reasons(records), fates(records)) == ([], ["new", "new", "new"])
    take(batch)
    customer = Customer.objects.get()
    assert (customer.name, customer.tag, customer.owner) == ("XX科技公司", "hot", cast.alice)
    assert customer.followups.count() == 3
    again, records = bring(FOLLOW_UPS, cast.alice, people={"李*": "alice"})
    assert (reasons(records), fates(records)) == ([], ["same", "same", "same"])


@pytest.mark.proves("R23", "R53", "R54", "R55", "R56", "R57")
def test_the_stage_table(cast):
    batch, records = bring(STAGES, cast.ada, people=PEOPLE)
    assert (reasons(records), fates(records)) == ([], ["new", "new", "new"])
    take(batch)
    deals = {deal.customer.name: deal for deal in Deal.objects.select_related("customer", "stage")}
    assert {name: (deal.customer.tag, deal.stage.label) for name, deal in deals.items()} == {
        "XX科技公司": ("hot", "商务谈判"),
        "YY制造企业": ("interested", "方案提交"),
        "ZZ贸易公司": ("won", "合同签订"),
    }
    assert {today(d.entered_at) for d in deals.values()} == {
        dt.date(2024, 3, 6),
        dt.date(2024, 3, 2),
        dt.date(2024, 2, 28),
    }
    assert [deals[n].expected_close for n in sorted(deals)] == [dt.date(2024, 3, 20), dt.date(2024, 3, 25), None]
    assert deals["XX科技公司"].key_action == "等客户内部预算审批"
    assert deals["YY制造企业"].risk == "技术部对接人出差,方案修改延迟3天"
    assert (deals["ZZ贸易公司"].rep, deals["ZZ贸易公司"].owner) == (cast.charlie, cast.charlie)
    assert deals["ZZ贸易公司"].signed_on == dt.date(2024, 2, 28)


def test_the_stage_table_after_the_follow_ups_moves_the_deal(cast):
    take(bring(FOLLOW_UPS, cast.ada, people=PEOPLE)[0])
    batch, records = bring(STAGES, cast.ada, people=PEOPLE)
    assert (reasons(records), fates(records)) == ([], ["changed", "new", "new"])
    take(batch)
    deal = Deal.objects.get(customer__name="XX科技公司")
    assert (deal.stage.label, today(deal.entered_at)) == ("商务谈判", dt.date(2024, 3, 6))
    assert StageProgress.objects.filter(deal=deal).count() == 2
    assert deal.key_action == "等客户内部预算审批"
    assert Risk.objects.filter(deal=deal).count() == 1 and KeyAction.objects.filter(deal=deal).count() == 4
    _again, records = bring(STAGES, cast.ada, people=PEOPLE)
    assert (reasons(records), fates(records)) == ([], ["same", "same", "same"])


@pytest.mark.proves("R59")
def test_the_request_table(cast):
    batch, records = bring(REQUESTS, cast.ada, people=PEOPLE)
    assert (reasons(records), fates(records)) == ([], ["new", "new", "new"])
    take(batch)
    rows = {r.reference: r for r in CollaborationRequest.objects.all()}
    one = rows["XQ-2024-001"]
    assert (one.state, one.priority, one.kind.label, one.kind_words, one.department) == (
        "accepted",
        "high",
        "价格审批",
        "预算审批",
        cast.finance,
    )
    assert (one.asker, one.person, one.person_words, one.needed_by) == (cast.alice, None, "张*", dt.date(2024, 3, 13))
    assert [rows[f"XQ-2024-00{n}"].state for n in (1, 2, 3)] == ["accepted", "submitted", "done"]
    assert rows["XQ-2024-003"].result == "已排入3月第二周生产计划"
    _again, records = bring(REQUESTS, cast.ada, people=PEOPLE)
    assert fates(records) == ["same", "same", "same"]


def test_unknown_people_are_errors_and_are_listed(cast):
    batch, records = bring(FOLLOW_UPS, cast.ada)
    assert fates(records) == ["wrong", "new", "new"] or set(fates(records)) == {"wrong"}
    assert set(reasons(records)) == {"“李*” is nobody you may assign to."}
