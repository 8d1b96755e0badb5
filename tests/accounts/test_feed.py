"""The calendar feed (reliability Q10, ASVS 14.2.1): RFC 5545, own steps only, no numbers, dead on the next request."""

import datetime as dt
import logging

import icalendar
import pytest
from django.urls import reverse

from accounts import switches
from accounts.changing import deactivate, edit_person, end_sessions, reactivate
from accounts.feeds import make_address, read_address, revoke_address
from accounts.models import FeedAddress
from core.errors import NotAllowed
from core.models import SubmittedKey
from customers.transferring import assign
from tests.cast import key, make_customer, make_step
from tests.customers.moments import MARCH_1

pytestmark = pytest.mark.django_db


@pytest.fixture
def on(cast):
    switches.set("ics", True, by=cast.ada, now=MARCH_1)


def read(client, token):
    return client.get(reverse("calendar_feed", args=[token]))


def test_off_by_default(cast, client):
    with pytest.raises(NotAllowed):
        make_address(cast.alice, now=MARCH_1)
    switches.set("ics", True, by=cast.ada, now=MARCH_1)
    token = make_address(cast.alice, now=MARCH_1)
    assert read(client, token).status_code == 200
    switches.set("ics", False, by=cast.ada, now=MARCH_1)
    assert read(client, token).status_code == 404


@pytest.mark.proves("R48", "R50")
def test_the_feed_holds_ones_own_steps_folded_and_escaped(cast, client, on):
    long = "与财务总监确认分期付款方案；带上合同，报价, 样品\n以及实施计划" + "很长" * 60 + " 电话 138 0013 8000"
    mine = make_customer(cast.alice, name="星澜科技; <script>alert(1)</script>", now=MARCH_1)
    step = make_step(mine, dt.date(2024, 3, 4), now=MARCH_1, text=long, due_time=dt.time(14), is_visit=True)
    more = {"repeat": "weekly", "until": dt.date(2024, 3, 19), "text": "跟进审批"}
    weekly = make_step(mine, dt.date(2024, 3, 5), now=MARCH_1, **more)
    make_step(mine, dt.date(2024, 3, 9), now=MARCH_1, kind="waiting")
    make_step(make_customer(cast.bob, name="别人的", now=MARCH_1), dt.date(2024, 3, 4), now=MARCH_1)
    answer = read(client, make_address(cast.alice, now=MARCH_1))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    lines = answer.content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR" and lines[-2] == b"END:VCALENDAR"
    assert max(len(line) for line in lines) <= 75  # folded by octets, no character cut
    text = answer.content.decode()
    assert "\\;" in text.replace("\r\n ", "") and "\\," in text.replace("\r\n ", "")
    assert "别人的" not in text.replace("\r\n ", "")
    assert "0013" not in text.replace("\r\n ", "")
    found = {str(event["uid"]): event for event in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}
    assert set(found) == {f"step-{step.pk}@salesflow", f"step-{weekly.pk}@salesflow"}
    visit, again = found[f"step-{step.pk}@salesflow"], found[f"step-{weekly.pk}@salesflow"]
    assert visit.start == dt.datetime(2024, 3, 4, 6, tzinfo=dt.UTC) and visit.duration == dt.timedelta(hours=2)
    assert (again.start, again["rrule"]["UNTIL"]) == (dt.date(2024, 3, 5), [dt.date(2024, 3, 19)])
    assert str(visit["summary"]).startswith("星澜科技; <script>alert(1)</script>: 与财务总监确认分期付款方案")


@pytest.mark.proves("INV-11")
@pytest.mark.parametrize("what", ["password", "role", "left", "back", "everywhere", "revoked", "again", "made up"])
def test_an_address_dies_on_the_next_request(cast, client, on, what):
    token = make_address(cast.alice, now=MARCH_1)
    assert read_address(token) == cast.alice
    if what == "password":
        cast.alice.set_password("another-correct-horse")
        cast.alice.save(update_fields=["password"])
    elif what == "role":
        edit_person(cast.alice, by=cast.ada, now=MARCH_1, role="support", team=None)
    elif what in ("left", "back"):
        deactivate(cast.alice, cast.bob, by=cast.ada, now=MARCH_1)
        if what == "back":
            reactivate(cast.alice, by=cast.ada, now=MARCH_1)
    elif what == "everywhere":
        end_sessions(cast.alice, by=cast.alice, now=MARCH_1)
    elif what == "revoked":
        revoke_address(cast.alice, by=cast.ada, now=MARCH_1)
    elif what == "again":
        make_address(cast.alice, now=MARCH_1)
    else:
        token = "made-up" * 6
    answer = read(client, token)
    assert (answer.status_code, b"VCALENDAR" in answer.content) == (404, False)


def test_a_customer_handed_over_leaves_the_feed(cast, client, on):
    customer = make_customer(cast.alice, name="星澜科技", now=MARCH_1)
    make_step(customer, dt.date(2024, 3, 4), now=MARCH_1)
    token = make_address(cast.alice, now=MARCH_1)
    assert "星澜" in read(client, token).content.decode()
    assign(customer, cast.bob, by=cast.mia, now=MARCH_1)
    assert b"VEVENT" not in read(client, token).content


def test_made_and_ended_on_the_profile_and_never_kept_or_logged(cast, client, client_of, on, caplog):
    alice = client_of(cast.alice)
    assert 'id="feed"' in alice.get(reverse("me")).content.decode()
    pressed = {"key": key()}
    page = alice.post(reverse("me_feed"), pressed).content.decode()
    token = page.split("/calendar/")[1].split(".ics")[0]
    assert token not in alice.post(reverse("me_feed"), pressed).content.decode()  # the same press again
    kept = FeedAddress.objects.get()
    assert token not in (kept.token_hash, kept.stamp)
    assert not SubmittedKey.objects.filter(body__contains=token).exists()
    with caplog.at_level(logging.INFO, logger="salesflow.request"):
        assert read(client, token).status_code == 200
    assert token not in caplog.text
    assert client.post(reverse("calendar_feed", args=[token])).status_code == 405
    assert alice.post(reverse("me_feed_remove"), {"key": key()}).status_code == 302
    assert read(client, token).status_code == 404
    again = make_address(cast.alice, now=MARCH_1)
    path = reverse("setup_person_feed_remove", args=[cast.alice.pk])
    assert client_of(cast.mia).post(path, {"key": key()}).status_code == 403
    assert client_of(cast.ada).post(path, {"key": key()}).status_code == 302
    assert read_address(again) is None
