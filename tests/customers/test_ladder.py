"""The ladder of a quiet spell, and new limits tried before they are saved (M12)."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from accounts.models import CompanyDay, Setting
from activity.models import Event, Notification
from core.errors import Refused
from core.periods import today
from customers import steps
from customers.flagging import flag_stale
from customers.ladder import RAISED, Ladder
from customers.limits import change_limits, preview, undo_limits
from customers.models import Customer
from customers.staleness import Rule, state_of, sum_of
from salesflow.teamhome import team_home
from tests.cast import key, make_customer, make_log, make_step
from tests.customers.moments import MARCH_1, at

DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


def heard():
    return [(n.recipient.username, n.subject_id) for n in Notification.objects.filter(kind=RAISED).order_by("pk")]


@pytest.mark.proves("M12")
def test_first_the_owner_then_the_manager_then_the_meeting(cast):
    customer = make_customer(cast.alice, now=MARCH_1)  # quiet from Tuesday 5 March on
    assert flag_stale(now=at(2024, 3, 5))["told"] == 1
    assert (flag_stale(now=at(2024, 3, 6))["raised"], heard()) == (0, [])
    assert (flag_stale(now=at(2024, 3, 7))["raised"], heard()) == (1, [("mia", customer.pk)])
    for day in (7, 8, 11, 15):
        assert flag_stale(now=at(2024, 3, day))["raised"] == 0  # once a spell
    customer.refresh_from_db()
    rungs = [Ladder.load(dt.date(2024, 3, day)).rung_of(customer) for day in (5, 6, 7, 11, 12)]
    assert rungs == ["owner", "owner", "manager", "manager", "meeting"]
    lines = {day: team_home(cast.mia, at(2024, 3, day, 10)).decisions for day in (7, 12)}
    assert [(line.customer, line.rung) for line in lines[7]] == [(customer, "manager")]
    assert [(line.customer, line.rung) for line in lines[12]] == [(customer, "meeting")]


@pytest.mark.proves("M12")
def test_a_conversation_takes_the_message_back_and_begins_anew(cast):
    customer = make_customer(cast.alice, now=MARCH_1)
    for day in (5, 7):
        flag_stale(now=at(2024, 3, day))
    make_log(customer, happened_at=at(2024, 3, 8), now=at(2024, 3, 8))
    assert [n.over_at for n in Notification.objects.filter(kind=RAISED)] == [at(2024, 3, 8)]
    for day in (12, 13, 14):
        flag_stale(now=at(2024, 3, day))
    assert heard() == [("mia", customer.pk)] * 2


@pytest.mark.proves("M12")
def test_nobody_is_passed_over_a_holiday_a_plan_or_a_wait(cast):
    """Told on the last working day before the holidays: the manager hears two working days after, not two days."""
    make_customer(cast.alice, now=at(2024, 9, 26))
    assert flag_stale(now=at(2024, 9, 30))["told"] == 1
    for day in (dt.date(2024, 10, 1) + n * DAY for n in range(8)):
        assert flag_stale(now=at(day.year, day.month, day.day))["raised"] == 0
    assert flag_stale(now=at(2024, 10, 9))["raised"] == 1
    planned = make_customer(cast.alice, name="有计划", now=at(2024, 10, 8))
    for day in (12, 14):
        flag_stale(now=at(2024, 10, day))
    make_step(planned, dt.date(2024, 10, 20), now=at(2024, 10, 14))
    assert flag_stale(now=at(2024, 10, 16))["raised"] == 0
    steps.close(planned.steps.get(), "dropped", by=cast.alice, now=at(2024, 10, 16))
    steps.plan(planned, by=cast.alice, now=at(2024, 10, 16), due_on=dt.date(2024, 10, 20), kind="waiting")
    assert flag_stale(now=at(2024, 10, 17))["raised"] == 0


def test_a_manager_is_not_told_of_his_own_and_imports_wait(cast):
    make_customer(cast.mia, now=MARCH_1, team=cast.east)
    held = make_customer(cast.alice, name="导入", now=MARCH_1)
    Customer.objects.filter(pk=held.pk).update(alarms_from=dt.date(2024, 3, 18))
    for day in (5, 7, 8, 11):
        flag_stale(now=at(2024, 3, day))
    assert heard() == []


def test_the_ladders_own_limits(cast):
    switches.set("manager_ladder_days", 1, by=cast.ada, now=MARCH_1)
    make_customer(cast.alice, now=MARCH_1)
    flag_stale(now=at(2024, 3, 5))
    assert flag_stale(now=at(2024, 3, 6))["raised"] == 1


@pytest.mark.proves("M12")
def test_the_sum_is_said_in_words_with_its_rest_days(cast, client_of):
    customer = make_customer(cast.alice, now=MARCH_1)
    make_log(customer, happened_at=MARCH_1, now=MARCH_1)
    quiet = state_of(customer, dt.date(2024, 3, 5), Rule.load())
    assert sum_of(quiet) == "最近一次跟进在 2024-03-01。 至今 4 天；通用上限：3 天。 其中 2 天是休息日。"
    page = client_of(cast.alice).get(reverse("customers:list")).content.decode()
    assert "Last contact on" in page  # on hover and on a tap


# --- limits tried before they are saved ------------------------------------------------------------------------------
def office(cast, now):
    """Six customers quiet since 2, 4, 5, 6, 8 and 10 days; the last two are bob's."""
    for number, days in enumerate((2, 4, 5, 6, 8, 10)):
        owner = cast.alice if number < 4 else cast.bob
        make_customer(owner, name=f"客户{days}", now=now - days * DAY, deal={"amount": days * 1000})


def states(values, on):
    rule = Rule.of(switches.everything() | values)
    return {c.pk for c in Customer.objects.all() if state_of(c, on, rule).state == "quiet"}


@pytest.mark.proves("M12")
@pytest.mark.parametrize(
    "values",
    [{"stale_days": 5}, {"stale_days": 1}, {"stale_working_days": True}, {"stale_by_tag": {"prospect": 7}}, {}],
)
def test_a_preview_says_exactly_who_comes_and_goes(cast, values):
    now = at(2024, 3, 12, 10)
    office(cast, now)
    on = today(now)
    found = preview(cast.ada, values, on=on)
    before, after = states({}, on), states(values, on)
    assert (found.now, found.then) == (len(before), len(after))
    assert (found.comes, found.goes) == (len(after - before), len(before - after))
    assert {c.pk for c in found.coming} == after - before
    assert {c.pk for c in found.going} == before - after
    names = {c.pk: c.owner.name for c in Customer.objects.select_related("owner")}
    for name, was, then in found.people:
        assert (was, then) == (
            sum(names[pk] == name for pk in before), sum(names[pk] == name for pk in after)
        )
    assert switches.everything()["stale_days"] == 3  # tried, not saved
    assert not Setting.objects.exists()


@pytest.mark.proves("M12")
def test_the_page_tries_saves_and_takes_back(cast, client_of):
    office(cast, timezone.now())
    client, page = client_of(cast.ada), reverse("setup_quiet")
    asked = {"stale_days": 7, "planned_days": 14, "manager_ladder_days": 2, "meeting_ladder_days": 5, "tag_hot": 2}
    tried = client.get(page, asked | {"preview": 1})
    assert (tried.status_code, tried.context["preview"].goes, Setting.objects.count()) == (200, 3, 0)
    assert "客户6" in tried.content.decode()
    part = client.get(page, asked | {"preview": 1}, HTTP_HX_REQUEST="true").content.decode()
    assert part.strip().startswith('<section id="quiet-preview"')
    assert client.get(page, asked | {"stale_days": "x", "preview": 1}).status_code == 422
    assert client.post(page, asked | {"stale_days": 0, "key": key()}).status_code == 422
    assert client.post(page, asked | {"meeting_ladder_days": 1, "key": key()}).status_code == 422
    assert client.post(page, asked | {"key": key()}).status_code == 302
    assert (switches.get("stale_days"), switches.get("stale_by_tag")) == (7, {"hot": 2})
    assert Customer.objects.quiet(today(), Rule.load()).count() == 2
    event = Event.objects.get(verb="customers.limits_changed")
    assert event.data["before"] == {"stale_days": 3, "stale_by_tag": {}}
    assert f'id="change-{event.pk}"' in client.get(page).content.decode()
    assert client.post(reverse("activity:undo", args=[event.pk]), {"key": key(), "next": page}).status_code == 302
    assert (switches.get("stale_days"), switches.get("stale_by_tag")) == (3, {})
    assert "undone" in client.get(page).content.decode()


def test_what_was_changed_again_is_not_taken_back(cast):
    first = change_limits({"stale_days": 7}, by=cast.ada, now=MARCH_1)
    change_limits({"stale_days": 9}, by=cast.ada, now=MARCH_1 + DAY)
    with pytest.raises(Refused):
        undo_limits(first, by=cast.ada, now=MARCH_1 + 2 * DAY)
    assert switches.get("stale_days") == 9
    assert change_limits({"stale_days": 9}, by=cast.ada, now=MARCH_1) is None


def test_a_rest_day_of_ones_own_moves_the_ladder(cast):
    CompanyDay.objects.create(day=dt.date(2024, 3, 6), works=False)
    assert Ladder.load(dt.date(2024, 3, 7)).manager == dt.date(2024, 3, 4)
