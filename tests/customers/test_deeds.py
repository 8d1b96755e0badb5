"""What the verbs of customers write, for one and for many (D10–D14, D25, D35)."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activity.models import Event, Notification
from core.errors import Refused
from customers import facts, merging, steps, tagging, transferring
from customers.creating import create, create_many, staff_band
from customers.logged import _functions, after_log
from customers.logging import Entry, log, log_many
from customers.models import Contact, Customer, FollowUp, Gram, Need, NextStep, Owed, TagChange, Topic
from customers.searching import found
from tests.cast import make_customer, make_log
from tests.customers.moments import MARCH_1, at
from tests.reviews.year import count_rows

DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


def test_creating_writes_history_tag_event_grams_and_contacts(cast):
    customer = create(
        by=cast.alice, now=MARCH_1, name=" 星澜科技有限公司 ", owner=cast.alice, size_text="500-1000人",
        contacts=[{"name": "张敏", "phone": "138 0000 5678", "position": "采购经理"}],
    )
    customer.refresh_from_db()
    assert (customer.name, customer.name_key, customer.initials) == ("星澜科技有限公司", "星澜科技", "xlkjyxgs")
    assert (customer.staff_min, customer.staff_max, customer.team) == (500, 1000, cast.east)
    assert [(h.history_type, h.history_user) for h in customer.history.all()] == [("+", cast.alice)]
    assert list(customer.tag_changes.values_list("old", "new", "at")) == [("", "prospect", MARCH_1)]
    assert list(Event.objects.filter(verb="customers.created").values_list("about_customer_id", "by")) == [
        (customer.pk, cast.alice.pk)
    ]
    contact = customer.contacts.get()
    assert (contact.is_main, contact.phone_key, contact.history.count()) == (True, "13800005678", 1)
    assert Gram.objects.filter(customer=customer, kind="p").values_list("gram", flat=True).get() == "5678"


@pytest.mark.parametrize(
    ("typed", "hits"),
    [("星", True), ("星澜", True), ("澜科技", True), ("xlkj", True), ("zm", True), ("zhangmin", True), ("xinglanke", True),
     ("xinglanjishu", False), ("zhangmingde", False), ("lanke", False), ("张敏", True), ("5678", True),
     ("13800005678", True), ("99995678", False), ("远洋", False), ("科澜", False), ("", None)],
)
def test_search_finds_names_contacts_initials_and_phone_ends(cast, typed, hits):
    create(by=cast.alice, now=MARCH_1, name="星澜科技", owner=cast.alice,
           contacts=[{"name": "张敏", "phone": "13800005678"}])
    condition = found(typed, cast.alice)
    assert (condition and Customer.objects.filter(condition).exists()) == hits


def test_a_phone_is_not_searched_by_who_sees_the_mask(cast):
    create(by=cast.alice, now=MARCH_1, name="星澜科技", owner=cast.alice, contacts=[{"phone": "13800005678"}])
    assert not Customer.objects.filter(found("5678", cast.ada)).exists()


@pytest.mark.parametrize(
    ("text", "band"),
    [("500-1000人", (500, 1000)), ("200人以上", (200, None)), ("50人以下", (None, 50)), ("300人", (300, 300)),
     ("年营收2亿", (None, None)), ("", (None, None)), ("1,000–5,000 staff", (1000, 5000))],
)
def test_staff_band(text, band):
    assert staff_band(text) == band


def test_a_log_keeps_the_customers_facts(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    topic = Topic.objects.get(code="real_time")
    step = steps.plan(customer, by=cast.alice, now=MARCH_1, due_on=dt.date(2024, 3, 3), text="上门演示系统功能")
    Owed.objects.create(user=cast.alice, customer=customer, how="visit", started_at=at(2024, 3, 3, 9))
    entry = Entry(
        customer=customer, talked_by=cast.alice, happened_at=at(2024, 3, 3, 10, 30), text="客户提出实时同步需求",
        methods=("visit", "wechat"), purpose="需求确认", needs=[("need", topic, ""), ("objection", None, "价格")],
        next_text="提交定制化方案", next_on=dt.date(2024, 3, 5), close_steps=[step], tag="interested",
    )
    follow_up = log(entry, by=cast.alice, now=at(2024, 3, 3, 10, 45))
    customer.refresh_from_db()
    assert (follow_up.methods, follow_up.entered_at) == (",visit,wechat,", at(2024, 3, 3, 10, 45))
    assert (customer.last_contact_on, customer.last_contact_at) == (dt.date(2024, 3, 3), at(2024, 3, 3, 10, 30))
    assert (customer.first_response_at, customer.quiet_since) == (at(2024, 3, 3, 10, 30), dt.date(2024, 3, 3))
    assert (customer.next_step_on, customer.tag, customer.version) == (dt.date(2024, 3, 5), "interested", 2)
    step.refresh_from_db()
    assert (step.closed_as, step.kept_by) == ("kept", follow_up)
    assert list(NextStep.objects.open().values_list("text", "due_on", "follow_up")) == [
        ("提交定制化方案", dt.date(2024, 3, 5), follow_up.pk)
    ]
    assert sorted(Need.objects.values_list("kind", "topic__code", "text")) == [
        ("need", "real_time", ""), ("objection", None, "价格")
    ]
    owed = Owed.objects.get()
    assert (owed.closed_at, owed.follow_up) == (at(2024, 3, 3, 10, 45), follow_up)
    assert Event.objects.filter(verb="customers.logged", about_customer_id=customer.pk).count() == 1


def test_an_older_log_does_not_move_the_last_contact_back(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    make_log(customer, happened_at=MARCH_1 + 5 * DAY, now=MARCH_1 + 5 * DAY)
    make_log(customer, happened_at=MARCH_1 + 6 * DAY, now=MARCH_1 + 6 * DAY, outcome="no_answer")
    make_log(customer, happened_at=MARCH_1 + DAY, now=MARCH_1 + 7 * DAY)
    assert (customer.last_contact_on, customer.tries) == (dt.date(2024, 3, 6), 1)
    assert customer.first_response_at == MARCH_1 + DAY


def test_the_same_uuid_is_saved_once_for_ever(cast):
    customer, key = make_customer(cast.alice, now=MARCH_1), uuid.uuid4()
    first = make_log(customer, happened_at=MARCH_1, now=MARCH_1, client_uuid=key)
    again = make_log(customer, happened_at=MARCH_1, now=MARCH_1 + DAY, client_uuid=key)
    assert first.pk == again.pk
    assert FollowUp.objects.count() == 1
    assert Event.objects.filter(verb="customers.logged").count() == 1


def test_the_socket_hears_follow_ups_and_entries_pairwise(cast):
    heard = []
    after_log(lambda follow_ups, entries, **more: heard.append((follow_ups, entries, more)))
    try:
        customer = make_customer(cast.alice, now=MARCH_1)
        saved = make_log(customer, happened_at=MARCH_1, now=MARCH_1)
    finally:
        _functions.pop()
    [(follow_ups, entries, more)] = heard
    assert (follow_ups, entries[0].customer, more) == (
        [saved], customer, {"by": cast.alice, "now": MARCH_1, "batch": None}
    )


@pytest.mark.proves("R50")
def test_a_weekly_step_comes_back_until_its_last_day(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    step = steps.plan(
        customer, by=cast.alice, now=MARCH_1, due_on=dt.date(2024, 3, 4), text="跟进审批进度", repeat="weekly",
        until=dt.date(2024, 3, 12),
    )
    again = steps.close(step, "kept", by=cast.alice, now=at(2024, 3, 4))
    assert (again.due_on, again.text, again.repeat) == (dt.date(2024, 3, 11), "跟进审批进度", "weekly")
    assert steps.close(again, "kept", by=cast.alice, now=at(2024, 3, 11)) is None


def test_a_shift_is_counted_and_a_closed_step_refuses(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    step = steps.plan(customer, by=cast.alice, now=MARCH_1, due_on=dt.date(2024, 3, 4))
    steps.shift(step, dt.date(2024, 3, 6), by=cast.alice, now=at(2024, 3, 4))
    customer.refresh_from_db()
    assert (step.moved_count, customer.next_step_on) == (1, dt.date(2024, 3, 6))
    steps.close(step, "dropped", by=cast.alice, now=at(2024, 3, 5))
    with pytest.raises(Refused):
        steps.shift(step, dt.date(2024, 3, 7), by=cast.alice, now=at(2024, 3, 5))


@pytest.mark.proves("R48")
def test_a_step_kept_late_is_missed(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    step = steps.plan(customer, by=cast.alice, now=MARCH_1, due_on=dt.date(2024, 3, 4))
    make_log(customer, happened_at=at(2024, 3, 6), now=at(2024, 3, 6), close_steps=[step])
    step.refresh_from_db()
    assert step.closed_as == "missed"


def test_tags_are_rows_and_can_be_taken_back(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    assert tagging.set_tags([(customer, "hot")], by=cast.alice, now=MARCH_1 + DAY) == [customer]
    assert tagging.set_tags([(customer, "hot")], by=cast.alice, now=MARCH_1 + DAY) == []
    rows = TagChange.objects.filter(old="prospect")
    assert list(rows.values_list("new", "why")) == [("hot", "person")]
    tagging.void_tag_changes(rows, by=cast.alice, now=MARCH_1 + 2 * DAY)
    customer.refresh_from_db()
    assert (customer.tag, rows.get().voided_at) == ("prospect", MARCH_1 + 2 * DAY)


def test_assigning_moves_team_and_open_steps_and_tells_the_new_owner(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    step = steps.plan(customer, by=cast.alice, now=MARCH_1, due_on=dt.date(2024, 3, 4))
    assert transferring.assign_many([customer], cast.bob, by=cast.mia, now=MARCH_1) == [customer]
    step.refresh_from_db()
    assert (customer.owner, customer.team, step.owner) == (cast.bob, cast.east, cast.bob)
    assert [n.recipient for n in Notification.objects.filter(kind="customers.assigned")] == [cast.bob]
    event = Event.objects.get(verb="customers.assigned")
    assert event.data == {"name": "星澜科技", "from": "李强", "to": "王敏"}
    assert transferring.assign_many([customer], cast.bob, by=cast.mia, now=MARCH_1) == []


def test_merging_keeps_all_history(cast):
    keep = make_customer(cast.alice, now=MARCH_1)
    drop = make_customer(cast.alice, now=MARCH_1, name="星澜科技（上海）", industry="互联网", tag="hot",
                         contacts=[{"name": "张敏", "phone": "13800005678"}])
    make_log(drop, happened_at=MARCH_1 + DAY, now=MARCH_1 + DAY)
    merging.merge(keep, drop, by=cast.mia, now=MARCH_1 + 2 * DAY)
    keep.refresh_from_db()
    assert (keep.industry, keep.tag, keep.last_contact_on) == ("互联网", "hot", dt.date(2024, 3, 2))
    assert list(Customer.objects.visible_to(cast.alice)) == [keep]
    assert Contact.objects.get().customer == keep
    assert Customer.objects.filter(found("5678", cast.alice)).get() == keep
    with pytest.raises(Refused):
        merging.merge(keep, drop, by=cast.mia, now=MARCH_1)


def test_note_deals_moves_what_staleness_counts_from(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    facts.note_deals({customer.pk: facts.DealFacts(2, 480000, 5, dt.date(2024, 2, 26))})
    customer.refresh_from_db()
    assert (customer.open_deals, customer.open_amount, customer.limit_days) == (2, 480000, 5)
    assert (customer.quiet_since, customer.version) == (dt.date(2024, 2, 26), 1)


def test_2000_rows_stay_within_the_import_budget(cast):
    rows = [
        {"name": f"客户{n}", "owner": cast.alice, "contacts": [{"name": "张敏", "phone": f"1380000{n:04}"}]}
        for n in range(2000 if connection.vendor == "postgresql" else 250)
    ]
    with CaptureQueriesContext(connection) as queries:
        customers = create_many(rows, by=cast.alice, now=MARCH_1)
        log_many(
            [
                Entry(customer=customer, talked_by=cast.alice, happened_at=MARCH_1, text="介绍公司产品案例",
                      methods=("phone",), next_text="演示", next_on=dt.date(2024, 3, 3), tag="interested")
                for customer in customers
            ],
            by=cast.alice, now=MARCH_1,
        )
    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) <= 60
    count_rows()  # its keys are looked up 2,000 at once when the test is over
