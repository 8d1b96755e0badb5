"""Before going home (M3, R26, D26): three groups, misses, the calendar's end of the day, leave."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.arranging import add_leave
from accounts.models import CompanyDay, Leave, User, WorkingHours
from activity.models import Notification
from customers import steps
from pipeline.models import DayClose
from pipeline.updating import day_of, mark, record_misses
from salesflow.reminding import remind, remind_update
from tests.cast import key, make_customer, make_log, make_step
from tests.customers.moments import at

DAY = dt.timedelta(days=1)
MONDAY, TUESDAY = dt.date(2024, 3, 4), dt.date(2024, 3, 5)
pytestmark = pytest.mark.django_db


def names(deals):
    return {deal.customer.name for deal in deals}


@pytest.mark.proves("R26", "M3")
def test_three_groups(cast):
    now = at(2024, 3, 4)
    logged, planned, waits, due, bare, quiet = (
        make_customer(cast.alice, name=name, now=now - days * DAY)
        for name, days in (("已记", 1), ("有计划", 1), ("等客户", 1), ("今天到期", 1), ("没计划", 1), ("太久", 9))
    )
    make_log(logged, now=now)
    make_step(planned, TUESDAY, now=now)
    steps.plan(waits, by=cast.alice, now=now, due_on=TUESDAY, kind="waiting")
    make_step(due, MONDAY, now=now)
    make_step(quiet, MONDAY + 20 * DAY, now=now)  # too far ahead to be a plan: still quiet
    day = day_of(cast.alice, MONDAY)
    assert (names(day.done), names(day.on_plan), names(day.look)) == (
        {"已记"}, {"有计划", "等客户"}, {"今天到期", "没计划", "太久"}
    )
    assert (bare in [deal.customer for deal in day.look], day.total, day.left) == (True, 6, 5)


@pytest.mark.proves("R26", "M3")
def test_misses_are_recorded_of_who_was_there(cast):
    for person in (cast.alice, cast.bob, cast.charlie):
        make_customer(person, name=f"客户{person.pk}", now=at(2024, 3, 1))
    add_leave(Leave(user=cast.bob, first=MONDAY, last=MONDAY), by=cast.bob, now=at(2024, 3, 1))
    add_leave(Leave(user=cast.charlie, first=TUESDAY, last=TUESDAY), by=cast.charlie, now=at(2024, 3, 1))
    make_customer(cast.alice, name="今早才开", now=at(2024, 3, 5, 8))
    assert remind(at(2024, 3, 5, 8, 45))["missed"] == 2
    rows = DayClose.objects.order_by("user_id").values_list("user", "day", "closed_at", "open_deals", "left_over")
    assert list(rows) == [(cast.alice.pk, MONDAY, None, 1, 1), (cast.charlie.pk, MONDAY, None, 1, 1)]
    assert remind(at(2024, 3, 5, 8, 46))["missed"] == 0  # once


@pytest.mark.proves("R26")
def test_a_closed_day_and_a_rest_day_are_no_miss(cast):
    deal = make_customer(cast.alice, now=at(2024, 3, 1)).deals.get()
    mark([deal], "same", cast.alice, at(2024, 3, 4, 17))
    assert record_misses([cast.alice], MONDAY) == []
    assert record_misses([cast.alice], dt.date(2024, 3, 3)) == []  # a Sunday
    CompanyDay.objects.create(day=TUESDAY, works=False)
    assert record_misses([cast.alice], TUESDAY) == []
    assert DayClose.objects.get().closed_at == at(2024, 3, 4, 17)


def told():
    kind = Notification.objects.filter(kind="today.update", over_at=None)
    return sorted(kind.values_list("recipient__username", flat=True))


@pytest.mark.proves("R26", "M3")
def test_one_reminder_half_an_hour_before_the_calendars_end(cast):
    for person in (cast.alice, cast.bob):
        make_customer(person, name=f"客户{person.pk}", now=at(2024, 3, 1))
    add_leave(Leave(user=cast.bob, first=MONDAY, last=MONDAY), by=cast.bob, now=at(2024, 3, 1))
    assert (remind_update(at(2024, 3, 4, 17, 29))["told"], told()) == (0, [])
    assert (remind_update(at(2024, 3, 4, 17, 30))["told"], told()) == (1, ["alice"])
    assert (remind_update(at(2024, 3, 4, 17, 45))["told"], told()) == (0, ["alice"])
    assert remind_update(at(2024, 3, 4, 18))["told"] == 0
    WorkingHours.objects.update_or_create(pk=1, defaults={"ends": dt.time(16, 30)})
    assert remind_update(at(2024, 3, 5, 16, 5))["told"] == 2
    assert remind_update(at(2024, 3, 3, 16, 5))["told"] == 0  # a Sunday
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    assert remind_update(at(2024, 3, 6, 16, 5))["told"] == 1


@pytest.mark.proves("B25", "B27")
def test_a_line_that_cannot_be_kept_is_told_and_given_back(cast, client_of):
    deal = make_customer(cast.alice).deals.get()
    client, path = client_of(cast.alice), reverse("pipeline:update_row", args=[deal.pk])
    for line in ("等回\x07电", "等" * 81, "nul\x00"):
        for more in ({}, {"HTTP_HX_REQUEST": "true"}):
            answer = client.post(path, {"key_action": line, "key": key()}, **more)
            assert answer.status_code == 422
            assert "err-" in answer.content.decode()
    assert deal.day_marks.count() == 0
    assert client.post(path, {"key_action": "等回电", "key": key()}).status_code == 302


@pytest.mark.proves("R48")
def test_the_morning_tells_what_is_due_once_and_takes_it_back_the_next_day(cast):
    User.objects.filter(pk=cast.alice.pk).update(email="alice@example.com")
    friday = at(2024, 3, 1)
    for person in (cast.alice, cast.bob, cast.charlie):
        customer = make_customer(person, name=f"客户{person.pk}", now=friday)
        make_step(customer, MONDAY, now=friday)
        make_step(customer, MONDAY - DAY, now=friday)
        make_step(customer, TUESDAY, now=friday)  # not yet
        steps.plan(customer, by=person, now=friday, due_on=MONDAY, kind="waiting")  # the customer's turn
    add_leave(Leave(user=cast.bob, first=MONDAY, last=MONDAY), by=cast.bob, now=friday)
    User.objects.filter(pk=cast.charlie.pk).update(mail_reminders=False)

    assert remind(at(2024, 3, 3, 8, 45)) == {"told": 0, "missed": 0}  # a Sunday
    for _again in range(2):
        remind(at(2024, 3, 4, 8, 45))
    rows = Notification.objects.filter(kind="today.due", over_at=None).order_by("recipient__username")
    assert [(row.recipient.username, row.data, row.mail_due_at is not None) for row in rows] == [
        ("alice", {"due": 2, "overdue": 1}, True), ("charlie", {"due": 2, "overdue": 1}, False),
    ]  # fmt: skip
    remind(at(2024, 3, 5, 8, 45))
    rows = Notification.objects.filter(kind="today.due", over_at=None)
    assert sorted(rows.values_list("recipient__username", "data__due")) == [("alice", 3), ("bob", 3), ("charlie", 3)]
