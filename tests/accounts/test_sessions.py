"""How long a session lasts: without a page, in any case, and when it was asked to be kept (Q8)."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts import switches
from tests.cast import PASSWORD


@pytest.fixture
def at(time_machine):
    return lambda text: time_machine.move_to(f"2026-03-{text}:00+08:00", tick=False)


@pytest.fixture
def enter(cast):
    def entered(login, **limits):
        for name, value in limits.items():
            switches.set(name, value, by=cast.ada, now=timezone.now())
        client = Client()
        data = {"login": login, "password": PASSWORD}
        if login.endswith(" "):  # asks to be kept; the sign-in strips the name
            data["remember"] = "on"
        assert client.post("/login", data).status_code == 302
        return client

    return entered


def is_in(client, **headers):
    return client.get("/me", headers=headers).status_code == 200


def test_a_session_without_a_page_ends_and_each_page_counts(at, enter):
    at("02T09:00")
    alice = enter("alice", idle_minutes=60)
    at("02T09:59")
    assert is_in(alice)
    at("02T10:58")
    assert is_in(alice)
    at("02T11:59")
    assert not is_in(alice) and "_auth_user_id" not in alice.session


def test_a_page_that_asks_by_itself_keeps_nobody_in(at, enter):
    at("02T09:00")
    alice = enter("alice", idle_minutes=60)
    at("02T09:40")
    assert is_in(alice, **{"HX-Request": "true", "HX-Trigger": "since"})
    at("02T10:01")
    assert not is_in(alice)


def test_twelve_hours_are_the_end_however_busy(at, enter):
    at("02T08:00")
    alice = enter("alice", idle_minutes=0)
    for hour in range(9, 20):
        at(f"02T{hour:02}:00")
        assert is_in(alice)
    at("02T20:01")
    assert not is_in(alice)


def test_kept_for_the_days_of_setup_and_not_for_administrators(at, enter, cast):
    at("02T08:00")
    alice, ada = enter("alice ", idle_minutes=60, remember_admins=False), enter("ada ")
    at("04T08:00")
    assert (is_in(alice), is_in(ada)) == (True, False)
    switches.set("remember_days", 1, by=cast.ada, now=timezone.now())
    assert not is_in(alice), "a tighter limit holds for sessions that are open"


def test_not_offered_when_the_days_are_none(at, enter, cast):
    at("02T08:00")
    switches.set("remember_days", 0, by=cast.ada, now=timezone.now())
    assert 'type="checkbox"' not in Client().get("/login").content.decode()
    assert enter("alice ").session.get_expire_at_browser_close()
