"""A session that ended while somebody typed: the text comes back to the same person, and to nobody else (B34, B35)."""

import datetime as dt
import re
import time
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.inviting import invite
from activity.models import Event
from collaboration.models import CollaborationRequest
from core import held
from core.keys import KEEP_HOURS, new_key, writer_of
from core.sweeping import forget_old
from customers.models import FollowUp, FollowUpComment
from customers.promptness import Judge
from tests.cast import PASSWORD, make_customer, make_log

pytestmark = pytest.mark.django_db
TEXT = "谈了一个小时：预算要等财务总监批，下周给答复"


def key_on(client, path):
    return re.search(r'name="key" value="([^"]+)"', client.get(path).content.decode())[1]


def end_session(client):
    Session.objects.all().delete()


def log_in(client, person, location, password=PASSWORD):
    answer = client.post(location, {"login": person.username, "password": password})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return answer["Location"]


def held_fields(page):
    """What the form of the resume page would send."""
    form = page.split('id="held"')[1].split("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    found += re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.S)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.fixture(autouse=True)
def nobody_sent_before():
    cache.clear()


@pytest.fixture
def customer(cast):
    return make_customer(cast.alice, name="星澜科技")


def sent_log(client, customer):
    return {"customer": customer.pk, "text": TEXT, "methods": "phone", "time": "now", "next": "none", "reason": "other",
            "key": key_on(client, f"/log?customer={customer.pk}")}


@pytest.mark.proves("B34", "REL2")
@pytest.mark.parametrize("htmx", [False, True])
def test_a_log_comes_back_after_signing_in_and_is_saved_once(cast, client_of, customer, htmx):
    client = client_of(cast.alice)
    data = sent_log(client, customer)
    end_session(client)
    answer = client.post(f"/log?customer={customer.pk}", data, **({"HTTP_HX_REQUEST": "true"} if htmx else {}))
    where = answer["HX-Redirect"] if htmx else answer["Location"]
    assert (answer.status_code, where) == (204 if htmx else 302, "/login?next=/resume")
    assert FollowUp.objects.count() == 0
    page = client.get(log_in(client, cast.alice, where)).content.decode()
    assert TEXT in page
    again = held_fields(page)
    assert again == {name: str(value) for name, value in data.items()}
    for _press in range(3):
        answer = client.post(f"/log?customer={customer.pk}", again)
        assert answer["Location"].startswith(f"/customers/{customer.pk}#ev-")
    assert FollowUp.objects.get().text == TEXT
    assert client.get("/resume").status_code == 302  # it is saved: nothing waits any more


@pytest.mark.proves("B34")
def test_just_now_is_when_it_was_sent_not_when_he_signed_in(cast, client_of, customer, monkeypatch):
    client, earlier = client_of(cast.alice), timezone.now() - dt.timedelta(minutes=40)
    data = sent_log(client, customer) | {"kept_at": ""}
    for page in (f"/log?customer={customer.pk}", f"/log?q={customer.name} {TEXT}&go=1"):
        assert 'name="kept_at" value=""' in client.get(page).content.decode()
    end_session(client)
    with monkeypatch.context() as patch:
        patch.setattr("core.held.timezone", SimpleNamespace(now=lambda: earlier))
        where = client.post("/log", data)["Location"]
    again = held_fields(client.get(log_in(client, cast.alice, where)).content.decode())
    assert client.post("/log", again).status_code == 302
    talk = FollowUp.objects.get()
    assert (talk.happened_at, talk.time_known) == (earlier, True)
    lag = Judge(30, SimpleNamespace(works=lambda day: True)).lag_of(talk)
    assert dt.timedelta(minutes=40) <= lag < dt.timedelta(minutes=45)  # it was entered then, and the timeline says so


@pytest.mark.proves("B35")
def test_another_person_never_sees_it(cast, client_of, customer):
    client = client_of(cast.alice)
    data = sent_log(client, customer)
    end_session(client)
    where = client.post(f"/log?customer={customer.pk}", data)["Location"]
    seen = client.get(log_in(client, cast.bob, where), follow=True)
    assert TEXT not in seen.content.decode()
    assert client.get("/resume")["Location"] == "/"
    assert held.NAME not in client.session
    client.logout()
    log_in(client, cast.alice, "/login")
    assert client.get("/resume")["Location"] == "/"
    assert FollowUp.objects.count() == 0


@pytest.mark.proves("B35")
def test_after_a_changed_password_the_same_person_gets_it_a_deactivated_one_nothing(cast, client_of, customer):
    client = client_of(cast.alice)
    data = sent_log(client, customer)
    cast.alice.set_password("Another-long-sentence-2026")
    cast.alice.save()
    where = client.post(f"/log?customer={customer.pk}", data)["Location"]
    page = client.get(log_in(client, cast.alice, where, "Another-long-sentence-2026")).content.decode()
    assert TEXT in page
    client = client_of(cast.bob)
    theirs = make_customer(cast.bob, name="云帆物流")
    data = sent_log(client, theirs)
    type(cast.bob).objects.filter(pk=cast.bob.pk).update(is_active=False)
    where = client.post(f"/log?customer={theirs.pk}", data)["Location"]
    refused = client.post(where, {"login": cast.bob.username, "password": PASSWORD}, follow=True)
    assert TEXT not in refused.content.decode()
    assert client.get("/resume").status_code == 302
    assert FollowUp.objects.count() == 0


@pytest.mark.proves("B34")
def test_a_request_and_a_comment_come_back_too(cast, client_of, customer):
    client = client_of(cast.alice)
    path = reverse("collaboration:new")
    end = {"title": "定制方案技术评估", "description": TEXT, "key": key_on(client, path)}
    end_session(client)
    page = client.get(log_in(client, cast.alice, client.post(path, end)["Location"])).content.decode()
    assert (TEXT in page, held_fields(page)["title"]) == (True, end["title"])
    assert client.post(path, held_fields(page)).status_code == 422  # the rest of that form is asked for as ever
    assert client.get("/resume").status_code == 200  # not accepted yet, so it stays
    assert CollaborationRequest.objects.count() == 0
    talk = make_log(customer)
    mia = client_of(cast.mia)
    path = reverse("customers:talk_comment", args=[talk.pk])
    data = {"text": TEXT, "key": key_on(mia, path)}
    end_session(mia)
    page = mia.get(log_in(mia, cast.mia, mia.post(path, data)["Location"])).content.decode()
    assert mia.post(path, held_fields(page)).status_code in (200, 302)
    assert FollowUpComment.objects.get().text == TEXT


def test_it_can_be_thrown_away(cast, client_of, customer):
    client = client_of(cast.alice)
    data = sent_log(client, customer)
    end_session(client)
    client.get(log_in(client, cast.alice, client.post("/log", data)["Location"]))
    away = {"key": new_key("resume", cast.alice.pk), "held": data["key"]}
    assert client.post("/resume", away)["Location"] == "/resume"
    assert client.get("/resume")["Location"] == "/"


def test_nothing_is_held_of_what_no_page_of_ours_sent(client, cast, customer):
    """Anybody may send anything: only a key that this server signed makes it keep a text."""
    good = new_key("log", cast.alice.pk)
    other = good.replace(f"{cast.alice.pk}~", f"{cast.bob.pk}~", 1)
    forged = [other, new_key("log"), "", "1~~.log", good[:-12] + ".log"]
    for made_up in forged:
        assert client.post("/log", {"text": TEXT, "key": made_up})["Location"] == "/login?next=/log"
    assert client.post("/log", {"text": TEXT * 30_000, "key": good}).status_code in (302, 400, 413)
    assert client.post("/log", {"text": "x", "key": good})["Location"] == "/login?next=/log"  # nothing to hold
    assert (Session.objects.count(), Event.objects.filter(verb="customers.logged").count()) == (0, 0)
    assert (writer_of(good), [writer_of(one) for one in forged]) == (cast.alice.pk, [None] * 5)


@pytest.mark.proves("B34")
def test_several_come_back_one_by_one_and_no_more_than_five(cast, client_of, customer):
    client = client_of(cast.alice)
    path, texts = f"/log?customer={customer.pk}", [f"{TEXT} {number}" for number in range(6)]
    sent = [sent_log(client, customer) | {"text": text} for text in texts]
    bobs = {"text": "另一个人写的话，不给别人看", "key": new_key("log", cast.bob.pk)}
    end_session(client)
    for data in [sent[0], bobs, *sent[1:], sent[5]]:  # the last one twice: it is one form
        where = client.post(path, data)["Location"]
    page = client.get(log_in(client, cast.alice, where)).content.decode()
    assert len(client.session[held.NAME]) == 5 and {one["for"] for one in client.session[held.NAME]} == {cast.alice.pk}
    for number in range(1, 5):
        assert texts[number] in page and texts[number + 1] not in page
        if number == 2:
            answer = client.post("/resume", {"key": new_key("resume", cast.alice.pk), "held": sent[2]["key"]})
        else:
            answer = client.post(path, held_fields(page))
        assert answer["Location"] == "/resume"
        page = client.get("/resume").content.decode()
    answer = client.post(path, held_fields(page))
    assert answer["Location"].startswith(f"/customers/{customer.pk}#ev-")
    assert client.get("/resume")["Location"] == "/"
    assert sorted(FollowUp.objects.values_list("text", flat=True)) == [texts[1], *texts[3:]]


@pytest.mark.proves("B34")
def test_the_device_forgets_its_draft_of_a_log_only_and_only_when_it_is_saved(cast, client_of, customer):
    client = client_of(cast.alice)
    log = sent_log(client, customer) | {"client_uuid": "", "next": ""}  # no next step: 422
    other = sent_log(client, customer)  # without client_uuid: not the log that the device keeps
    end_session(client)
    for data in (log, other):
        where = client.post("/log", data)["Location"]
    page = client.get(log_in(client, cast.alice, where)).content.decode()
    assert "data-draft-done" not in page
    again = held_fields(page) | {"reason": ""}
    assert client.post("/log", again).status_code == 422
    assert "draft_saved" not in client.cookies
    assert client.post("/log", again | {"next": "none", "reason": "other"}).status_code == 302
    assert client.cookies.pop("draft_saved").value == f"{cast.alice.pk}:{customer.pk}"
    assert client.post("/log", held_fields(client.get("/resume").content.decode())).status_code == 302
    assert "draft_saved" not in client.cookies
    assert FollowUp.objects.count() == 2


@pytest.mark.proves("B35")
@pytest.mark.parametrize("name", ["secret", "password1", "old_password", "new_Secret"])
def test_a_form_with_a_secret_is_never_held(client, cast, name):
    data = {"text": TEXT, "key": new_key("robot", cast.ada.pk), name: ""}
    assert client.post("/log", data)["Location"] == "/login?next=/log"
    assert Session.objects.count() == 0


@pytest.mark.proves("B35")
def test_the_sweep_forgets_sessions_that_are_over(client, cast):
    for _one in range(2):
        client.cookies.clear()
        client.post("/log", {"text": TEXT, "key": new_key("log", cast.alice.pk)})
    over = Session.objects.first()
    Session.objects.filter(pk=over.pk).update(expire_date=timezone.now() - dt.timedelta(minutes=1))
    forget_old(timezone.now())
    assert Session.objects.count() == 1 and not Session.objects.filter(pk=over.pk).exists()


def test_a_saved_page_makes_no_rows_for_ever(client, cast, monkeypatch, settings):
    for hours, writer in ((KEEP_HOURS - 1, cast.alice.pk), (KEEP_HOURS + 1, None)):
        with monkeypatch.context() as patch:
            made = time.time() - hours * 3600
            patch.setattr("core.keys.time", SimpleNamespace(time=lambda: made))  # noqa: B023
            key = new_key("log", cast.alice.pk)
        assert writer_of(key) == writer
        younger = key.split("~")
        younger[1] = new_key("log", cast.alice.pk).split("~")[1]
        assert writer_of("~".join(younger)) is None
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"hold": "2/h/ip"}
    codes = []
    for _one in range(3):
        client.cookies.clear()
        codes.append(client.post("/log", {"text": TEXT, "key": new_key("log", cast.alice.pk)}).status_code)
    assert (codes, Session.objects.count()) == ([302, 302, 429], 2)


@pytest.mark.proves("B35")
def test_whoever_comes_by_an_invitation_finds_nothing_of_another_person(client, cast):
    client.post("/log", {"text": TEXT, "key": new_key("log", cast.alice.pk)})
    assert held.NAME in client.session
    path = reverse("invite", args=[invite(cast.bob, by=cast.ada, now=timezone.now())])
    answer = client.post(path, {"password1": "a long sentence", "password2": "a long sentence"})
    assert (answer["Location"], held.NAME in client.session) == ("/", False)
