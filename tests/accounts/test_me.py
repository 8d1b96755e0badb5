"""The person's own page: what the phone can do at this address, and everything the bottom bar has no room for."""

import datetime as dt
import json
import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.changing import end_sessions, set_preference
from accounts.devices import name_of
from accounts.models import User
from activity import mailing
from activity.models import Event, Notification
from activity.recording import notify
from core.periods import today, zone
from salesflow.reminding import remind
from salesflow.schedule import LINES
from tests.cast import PASSWORD, key, make_customer, make_step

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def lines(page, place):
    """A part of the page as it is without scripts: what they show instead is left out."""
    html = re.sub(r"<(span|small)[^>]* hidden>.*?</\1>", "", page.content.decode())
    return html[html.index(f'id="{place}"'):].split("</section>")[0]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_says_what_is_missing_without_https(cast, client_of, settings, language):
    settings.ALLOWED_HOSTS = ["*"]
    type(cast.alice).objects.filter(pk=cast.alice.pk).update(language=language)
    client = client_of(cast.alice)
    words = {"en": "needs HTTPS", "zh-hans": "需要 HTTPS"}[language]
    plain = client.get("/me", headers={"host": "192.168.1.20:8000"})
    assert lines(plain, "phone").count(words) == 2  # installing, and opening without a connection
    assert lines(client.get("/me", headers={"host": "crm.example.com"}, secure=True), "phone").count(words) == 0
    assert lines(client.get("/me", headers={"host": "127.0.0.1:8000"}), "phone").count(words) == 0


def test_the_phone_reaches_every_place_of_its_role(cast, client_of):
    """What is in the bar of the desk is in the bottom bar or on the own page, one tap away."""
    for user in (cast.alice, cast.mia, cast.sam, cast.ada):
        answer = client_of(user).get("/me")
        shell, html = answer.context["shell"], answer.content.decode()
        own = html[html.index('<div class="me">'):html.index("</nav>", html.index('<div class="me">'))]
        for place in shell.nav:
            assert place in shell.tabs or f'href="{place.url}"' in own, (user.username, place.url)
        assert '<a class="av av-l av-me phone-only" href="/me"' in html


@pytest.mark.parametrize(
    ("language", "name"), [("en", "SalesFlow: sales follow-up"), ("zh-hans", "SalesFlow 销售跟进")]
)
def test_the_manifest_is_in_the_persons_language(cast, client_of, language, name):
    type(cast.alice).objects.filter(pk=cast.alice.pk).update(language=language)
    answer = client_of(cast.alice).get("/manifest.webmanifest")
    body = json.loads(answer.content)
    assert (answer["Content-Type"], body["name"], body["start_url"]) == ("application/manifest+json", name, "/")
    assert {(icon["sizes"], icon["purpose"]) for icon in body["icons"]} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")
    }


def test_the_worker_is_a_script_of_the_root_and_its_version_follows_its_files(cast, client, settings, monkeypatch):
    from salesflow.views import device

    first = client.get("/sw.js")
    assert (first.status_code, first["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert (first["Service-Worker-Allowed"], first["Cache-Control"]) == ("/", "no-store")
    files = json.loads(first.content.decode().split("const FILES = ")[1].split(";\n")[0])
    assert files[0] == "/offline"
    assert [name for name in files[1:] if not name.startswith("/static/")] == []
    assert client.get("/sw.js").content == first.content
    monkeypatch.setattr(device, "_page", lambda: "other words")
    assert client.get("/sw.js").content != first.content


def test_the_page_without_a_connection_is_the_same_for_everybody(cast, client, client_of):
    """Nothing of the person who asked is in what the device keeps."""
    nobody = client.get("/offline", headers={"accept-language": "en"}).content
    assert {client_of(user).get("/offline").content for user in (cast.alice, cast.mia, cast.sam)} == {nobody}
    assert b"csrf" not in nobody


def test_the_bar_of_a_phone_has_five_places_for_every_role(cast, client_of):
    for person in (cast.alice, cast.mia, cast.sam, cast.ada):
        page = client_of(person).get("/me").content.decode()
        bar = page[page.index('id="tabs"') :]
        assert bar[: bar.index("</nav>")].count("<a ") == 5


PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile Safari/604.1"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/124.0.0.0 Safari/537.36"


def signed_in(name, agent):
    """A browser that signs in by the form, as a person does."""
    client = Client(headers={"user-agent": agent})
    assert client.post("/login", {"login": name, "password": PASSWORD}).status_code == 302
    return client


def test_own_devices_are_listed_and_each_can_be_ended(cast):
    desk, phone = signed_in("alice", DESK), signed_in("alice", PHONE)
    other = signed_in("bob", DESK)
    part = lines(phone.get("/me"), "devices")
    assert part.index("Safari · iPhone") < part.index("Chrome · Windows")  # this one first
    assert (part.count("This device"), part.count("/end\" hx-post")) == (1, 1)
    row = cast.alice.usersession_set.get(user_agent=DESK)
    path = f"/me/devices/{row.pk}/end"
    assert other.post(path, {"key": key()}).status_code == 404
    assert desk.post(path, {"key": key()}).status_code == 404  # this one signs out by its own button
    answer = phone.post(path, {"key": key()}, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "Chrome · Windows" not in answer.content.decode()
    assert desk.get("/me")["Location"].startswith("/login")
    assert phone.get("/me").status_code == other.get("/me").status_code == 200
    event = Event.objects.get(verb="accounts.device_ended")
    assert (event.by, event.data["device"]) == (cast.alice, "Chrome · Windows")


def test_a_session_that_ended_elsewhere_is_not_listed(cast):
    phone = signed_in("alice", PHONE)
    signed_in("alice", DESK)
    end_sessions(cast.alice, by=cast.alice, now=timezone.now())
    assert phone.get("/me").status_code == 302
    assert "Safari · iPhone" not in lines(signed_in("alice", DESK).get("/me"), "devices")


@pytest.mark.parametrize(("agent", "words"), [
    (DESK, "Chrome · Windows"), (PHONE, "Safari · iPhone"), (f"{DESK} Edg/124.0", "Edge · Windows"),
    (f"{PHONE} MicroMessenger/8.0 wxwork/4.1", "WeCom · iPhone"), ("curl/8", ""), ("", ""),
    ("Mozilla/5.0 (Linux; Android 14) Chrome/124 Mobile Safari/537", "Chrome · Android"),
])
def test_a_browser_is_named_in_two_words(agent, words):
    assert name_of(agent) == words


def test_the_morning_reminder_comes_at_ones_own_time_once(cast):
    now = dt.datetime(2024, 3, 4, 7, 30, tzinfo=zone())  # a Monday
    for person in (cast.alice, cast.bob):
        make_step(make_customer(person, name=f"客户{person.pk}", now=now - 3 * DAY), today(now), now=now - 3 * DAY)
    set_preference(cast.alice, by=cast.alice, morning_at="07:30")
    times = ((7, 30), (8, 0), (8, 45), (9, 30))
    told = [remind(now.replace(hour=hour, minute=minute))["told"] for hour, minute in times]
    assert told == [1, 0, 1, 0]
    rows = Notification.objects.filter(kind="today.due").order_by("at")
    assert [(row.recipient, f"{row.at.astimezone(zone()):%H:%M}") for row in rows] == [
        (cast.alice, "07:30"), (cast.bob, "08:45")
    ]


def test_the_times_to_choose_are_those_the_clock_has():
    slots = next(line for line in LINES if line.name == "remind").at
    assert set(slots) == set(User.Morning.values)


@pytest.mark.parametrize(("chosen", "clock", "ends"), [
    ("", "23:00", None), ("20-8", "19:59", None), ("20-8", "20:00", "05 08:00"), ("20-8", "07:59", "04 08:00"),
    ("20-8", "08:00", None), ("22-7", "21:59", None), ("22-7", "00:10", "04 07:00"),
])
def test_quiet_hours_end_at_their_hour(chosen, clock, ends):
    now = dt.datetime.fromisoformat(f"2024-03-04 {clock}").replace(tzinfo=zone())
    end = User(quiet_hours=chosen).quiet_until(now)
    assert (end and f"{end:%d %H:%M}") == ends


def test_in_quiet_hours_a_mail_waits_for_their_end(cast):
    set_preference(cast.alice, by=cast.alice, quiet_hours="20-8")
    night = dt.datetime(2024, 3, 4, 22, tzinfo=zone())
    notify("today.due", cast.alice, tell=[cast.alice], at=night, key="due", mail=True, act=True, due=1, overdue=0)
    assert mailing.deliver_to(cast.alice.pk, now=night) == 0 and mail.outbox == []
    row = Notification.objects.get()
    assert (row.mail_due_at, row.mail_tries) == (dt.datetime(2024, 3, 5, 8, tzinfo=zone()), 0)
    assert mailing.due(night) == []
    assert mailing.deliver_to(cast.alice.pk, now=row.mail_due_at) == 1 and len(mail.outbox) == 1
