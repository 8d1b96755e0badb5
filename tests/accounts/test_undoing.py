"""Every change of people, departments, teams, switches, hours and days can be undone for 30 days, unless somebody built
on it (S18)."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from accounts.arranging import put_back, remove_day, save_hours, set_day
from accounts.changing import deactivate, edit_person
from accounts.forms.calendar import HoursForm
from accounts.models import CompanyDay, WorkingHours
from activity.models import Event
from activity.undoing import undo
from core.errors import NotAllowed, Refused
from tests.cast import key

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def last(verb):
    return Event.objects.filter(verb=verb).latest("pk")


def test_a_person_is_as_he_was_and_a_later_change_stands_in_the_way(cast):
    edit_person(cast.bob, by=cast.ada, now=NOW, name="王敏二", team=cast.south)
    first = last("accounts.person_changed")
    edit_person(cast.bob, by=cast.ada, now=NOW, mobile="13800000001")  # another field: no matter
    undo(first, by=cast.ada, now=NOW)
    cast.bob.refresh_from_db()
    assert (cast.bob.name, cast.bob.initials, cast.bob.team, cast.bob.mobile) == (
        "王敏", "wm", cast.east, "13800000001",
    )  # fmt: skip
    edit_person(cast.bob, by=cast.ada, now=NOW, name="甲")
    second = last("accounts.person_changed")
    edit_person(cast.bob, by=cast.ada, now=NOW, name="乙")
    with pytest.raises(Refused):
        undo(second, by=cast.ada, now=NOW)
    second.refresh_from_db()
    assert second.undone_at is None  # refused whole


def test_a_role_goes_back_by_its_own_rules(cast):
    edit_person(cast.bob, by=cast.ada, now=NOW, role="manager")
    stamp, event = cast.bob.session_stamp, last("accounts.person_changed")
    with pytest.raises(NotAllowed):
        undo(event, by=cast.bob, now=NOW)  # nobody changes his own
    undo(event, by=cast.ada, now=NOW)
    cast.bob.refresh_from_db()
    assert (cast.bob.role, cast.bob.session_stamp) == ("rep", stamp + 1)


def test_what_somebody_else_has_meanwhile_is_not_taken_from_him(cast):
    edit_person(cast.bob, by=cast.ada, now=NOW, email="new@example.com")
    event = last("accounts.person_changed")
    edit_person(cast.charlie, by=cast.ada, now=NOW, email="bob@example.com")
    with pytest.raises(Refused):
        undo(event, by=cast.ada, now=NOW)


def test_who_left_comes_back_and_is_told_what_stayed(cast):
    deactivate(cast.bob, cast.alice, by=cast.ada, now=NOW)
    assert undo(last("accounts.person_left"), by=cast.ada, now=NOW)
    cast.bob.refresh_from_db()
    assert cast.bob.is_active


def test_departments_and_teams(cast):
    put_back(cast.finance, {"name": "财务中心", "parent": cast.office}, by=cast.ada, now=NOW)
    event = last("accounts.place_changed")
    cast.finance.refresh_from_db()
    assert cast.finance.path == f"/{cast.office.pk}/{cast.finance.pk}/"
    undo(event, by=cast.ada, now=NOW)
    cast.finance.refresh_from_db()
    assert (cast.finance.name, cast.finance.path) == ("财务部", f"/{cast.finance.pk}/")
    put_back(cast.south, {"manager": cast.mia}, by=cast.ada, now=NOW)
    put_back(cast.south, {"manager": cast.nadia}, by=cast.ada, now=NOW)
    undo(last("accounts.place_changed"), by=cast.ada, now=NOW)
    cast.south.refresh_from_db()
    assert cast.south.manager == cast.mia
    put_back(cast.legal, {"name": "法务中心"}, by=cast.ada, now=NOW)
    event = last("accounts.place_changed")
    put_back(cast.tech, {"name": "法务部"}, by=cast.ada, now=NOW)
    with pytest.raises(Refused, match="法务部"):
        undo(event, by=cast.ada, now=NOW)


def test_switches_back_to_the_value_before_or_the_default(cast):
    switches.set("visit_hours", 3, by=cast.ada, now=NOW)
    first = last("accounts.switched")
    switches.set("visit_hours", 4, by=cast.ada, now=NOW)
    with pytest.raises(Refused):
        undo(first, by=cast.ada, now=NOW)
    undo(last("accounts.switched"), by=cast.ada, now=NOW)
    assert switches.get("visit_hours") == 3
    switches.set("pool", True, by=cast.ada, now=NOW)
    undo(last("accounts.switched"), by=cast.ada, now=NOW)
    assert switches.get("pool") is False


def test_hours_and_own_days(cast):
    sent = {
        "starts": "08:00",
        "lunch_starts": "12:00",
        "lunch_ends": "13:00",
        "ends": "18:00",
        "weekdays": list("12345"),
    }
    WorkingHours.load().save()
    hours = WorkingHours.load()
    form = HoursForm(sent, instance=WorkingHours.load())
    assert form.is_valid(), form.errors
    save_hours(form, hours, by=cast.ada, now=NOW, expect=hours.version)
    assert WorkingHours.load().starts == dt.time(8)
    undo(last("accounts.hours_changed"), by=cast.ada, now=NOW)
    assert WorkingHours.load().starts == dt.time(9)
    day = dt.date(2031, 5, 6)
    set_day(day=day, works=False, name="周年", by=cast.ada, now=NOW)
    first = last("accounts.day_set")
    set_day(day=day, works=True, name="补班", by=cast.ada, now=NOW)
    with pytest.raises(Refused):
        undo(first, by=cast.ada, now=NOW)
    undo(last("accounts.day_set"), by=cast.ada, now=NOW)
    assert CompanyDay.objects.get(day=day).name == "周年"
    remove_day(CompanyDay.objects.get(day=day), by=cast.ada, now=NOW)
    undo(last("accounts.day_removed"), by=cast.ada, now=NOW)
    assert CompanyDay.objects.get(day=day).works is False


def test_setup_lists_what_was_changed_and_takes_it_back(cast, client_of):
    ada = client_of(cast.ada)
    switches.set("pool", True, by=cast.ada, now=NOW)
    set_day(day=dt.date(2031, 5, 6), works=False, name="周年", by=cast.ada, now=NOW)
    for event in (last("accounts.switched"), last("accounts.day_set")):
        path = reverse("activity:undo", args=[event.pk])
        assert path in ada.get(reverse("setup")).content.decode()
        assert path in ada.get(reverse("setup_audit")).content.decode()
        assert ada.post(path, {"key": key(), "next": "/setup"})["Location"] == "/setup"
        assert path not in ada.get(reverse("setup")).content.decode()
    assert switches.get("pool") is False and not CompanyDay.objects.exists()


def test_after_thirty_days_it_stays(cast):
    switches.set("pool", True, by=cast.ada, now=NOW - dt.timedelta(days=30))
    with pytest.raises(Refused):
        undo(last("accounts.switched"), by=cast.ada, now=NOW)
