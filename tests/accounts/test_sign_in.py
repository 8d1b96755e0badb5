import os
import re
import subprocess
import sys

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from accounts.changing import deactivate, edit_person, end_sessions, reactivate
from accounts.models import User
from pipeline.playbooks import Playbooks
from tests.cast import PASSWORD, make_user

LOGIN = "/login"


@pytest.fixture(autouse=True)
def calm(db):
    cache.clear()


def sign_in(client, login, password=PASSWORD, **data):
    return client.post(LOGIN, {"login": login, "password": password, **data})


def signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("login", ["alice", "Alice", " alice ", "alice@example.com", "ALICE@example.com",
                                   "13812345678", "+86 138 1234 5678"])
def test_one_field_takes_login_mail_and_mobile(cast, client, login):
    User.objects.filter(pk=cast.alice.pk).update(mobile="13812345678")
    response = sign_in(client, login)
    assert (response.status_code, response["Location"], signed_in(client)) == (302, "/", True)


@pytest.mark.proves("B42")
def test_wrong_password_unknown_and_inactive_say_the_same(cast):
    texts = set()
    for login, password in [("alice", "wrong"), ("nobody", "wrong"), ("ian", PASSWORD), ("ian", "wrong")]:
        client = Client()
        response = sign_in(client, login, password, remember="")
        assert response.status_code == 422 and not signed_in(client)
        body = re.sub(r'(value="[^"]*"|csrf[^>]*)', "", response.content.decode())
        texts.add(re.sub(r'"X-CSRFToken": "[^"]*"', "", body))
    assert len(texts) == 1


@pytest.mark.proves("B42")
def test_five_wrong_lock_the_account_from_this_address_for_fifteen_minutes(cast, client):
    for name in ["alice", "alice@example.com", "alice", "ALICE", "alice"]:
        assert "15" not in error_of(sign_in(client, name, "wrong"))
    locked = sign_in(client, "alice")
    assert locked.status_code == 422 and not signed_in(client)
    assert "15 分钟" in error_of(locked)
    other = Client(REMOTE_ADDR="10.0.0.9")
    assert sign_in(other, "alice").status_code == 302
    assert sign_in(Client(), "bob").status_code == 302  # another account from here


@pytest.mark.proves("B42", "REL6")
def test_the_lock_is_kept_in_the_database_and_not_pushed_out(cast, client):
    """Redis may be away: nothing of it is there. Trying a thousand other names frees nobody."""
    for _ in range(5):
        sign_in(client, "alice", "wrong")
    for n in range(1_000):
        cache.set(f"another-{n}", n)
    assert "15 分钟" in error_of(sign_in(client, "alice"))
    with_redis = {**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "x" * 50}
    asked = "from salesflow.settings import CACHES; print(*[one['BACKEND'] for one in CACHES.values()])"
    said = subprocess.run([sys.executable, "-c", asked], env=with_redis, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["django.core.cache.backends.db.DatabaseCache"]


@pytest.mark.proves("B42")
def test_many_accounts_from_one_address_are_stopped_at_fifty(cast):
    answers = [error_of(sign_in(Client(), f"user{n}", "wrong")) for n in range(51)]
    assert [("15 分钟" in text) for text in answers] == [False] * 50 + [True]


@pytest.mark.proves("B41")
def test_a_forged_forwarded_address_is_ignored(cast):
    for n in range(5):
        sign_in(Client(HTTP_X_FORWARDED_FOR=f"9.9.9.{n}"), "alice", "wrong")
    assert "15 分钟" in error_of(sign_in(Client(HTTP_X_FORWARDED_FOR="8.8.8.8"), "alice"))


def test_signing_in_is_no_change_of_the_person(cast, client):
    """No row of his history, so that the stages, kept by the newest of them, are not read again."""
    before, kept = cast.alice.history.count(), Playbooks.load()
    assert sign_in(client, "alice").status_code == 302
    alice = User.objects.get(pk=cast.alice.pk)
    assert (alice.last_login is not None, alice.history.count(), Playbooks.load() is kept) == (True, before, True)
    alice.set_password("another long one")
    alice.save(update_fields=["password"])
    assert alice.history.count() == before
    alice.name = "李小强"
    alice.save(update_fields=["name", "last_login"])
    assert (alice.history.count(), Playbooks.load() is kept) == (before + 1, False)


def error_of(response):
    return " ".join(response.context["form"].non_field_errors()) if response.status_code == 422 else ""


@pytest.mark.proves("B40")
@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example",
                                    "%2F%2Fevil.example", "javascript:alert(1)"])
def test_only_our_own_addresses_are_followed(cast, client, target):
    response = sign_in(client, "alice", next=target)
    assert response.status_code == 302
    assert response["Location"] in ("/", "%2F%2Fevil.example")  # the last is a relative path, not a host


def test_a_deep_link_is_kept(cast, client):
    assert client.get("/me")["Location"] == "/login?next=/me"
    assert sign_in(client, "alice", next="/me")["Location"] == "/me"


def test_thirty_days_or_until_the_browser_closes(cast):
    short, long = Client(), Client()
    sign_in(short, "alice")
    sign_in(long, "alice", remember="on")
    assert short.session.get_expire_at_browser_close()
    assert long.session.get_expiry_age() == 30 * 86_400
    assert short.session.session_key and short.get("/me").status_code == 200


def test_there_is_no_sign_up(client, db):
    assert client.get("/signup").status_code == 404
    assert client.get("/accounts/signup/").status_code == 404


def test_sign_out_needs_a_post(cast, client_of):
    client = client_of(cast.alice)
    assert client.get("/logout").status_code == 200 and signed_in(client)
    assert client.post("/logout").status_code == 302 and not signed_in(client)


@pytest.mark.proves("B43")
def test_a_reset_link_works_once_for_an_hour(cast, client, time_machine):
    time_machine.move_to("2026-03-03T09:00:00+08:00", tick=False)
    known = client.post("/password", {"email": "alice@example.com"})
    unknown = client.post("/password", {"email": "nobody@example.com"})
    answers = [(answer.status_code, answer["Location"]) for answer in (known, unknown)]
    assert answers == [(302, "/password/sent")] * 2
    assert len(mail.outbox) == 1
    link = link_in(mail.outbox[0].body)
    time_machine.move_to("2026-03-03T11:00:00+08:00", tick=False)
    assert "新密码" in mail.outbox[0].body or "new password" in mail.outbox[0].body
    assert client.get(link).context["token_fail"]  # 2 h old: the neutral page
    time_machine.move_to("2026-03-03T09:30:00+08:00", tick=False)
    form = client.get(link)
    assert form.status_code == 302
    new = {"password1": "a new long sentence", "password2": "a new long sentence"}
    assert client.post(form["Location"], new).status_code == 302
    assert sign_in(Client(), "alice", "a new long sentence").status_code == 302
    again = Client().get(link)
    assert again.status_code == 200 and again.context["token_fail"]


@pytest.mark.proves("B43")
def test_a_reset_link_dies_with_deactivation_and_stays_dead(cast, client):
    client.post("/password", {"email": "bob@example.com"})
    link = link_in(mail.outbox[0].body)
    deactivate(cast.bob, None, by=cast.ada, now=timezone.now())
    assert client.get(link).context["token_fail"]
    reactivate(cast.bob, by=cast.ada, now=timezone.now())
    assert client.get(link).context["token_fail"]
    client.post("/password", {"email": "ian@example.com"})
    assert len(mail.outbox) == 1


def link_in(text):
    return re.search(r"http://testserver(/\S+)", text)[1]


def test_reset_mails_are_three_an_hour(cast, client):
    codes = [client.post("/password", {"email": "alice@example.com"}).status_code for _ in range(4)]
    assert codes == [302, 302, 302, 429]


@pytest.mark.proves("INV-11")
@pytest.mark.parametrize("what", ["deactivate", "demote", "password", "everywhere"])
def test_a_change_of_rights_ends_the_session_on_the_next_request(cast, client_of, what):
    client = client_of(cast.mia)
    assert client.get("/me").status_code == 200
    mia, now = User.objects.get(pk=cast.mia.pk), timezone.now()
    if what == "deactivate":
        deactivate(mia, None, by=cast.ada, now=now)
    elif what == "demote":
        edit_person(mia, by=cast.ada, now=now, role="rep")
    elif what == "everywhere":
        end_sessions(mia, by=cast.ada, now=now)
    else:
        mia.set_password("quite another sentence")
        mia.save()
    assert client.get("/me")["Location"] == "/login?next=/me"
    if what == "deactivate":
        reactivate(User.objects.get(pk=mia.pk), by=cast.ada, now=now)
        assert client.get("/me").status_code == 302, "re-activation revives nothing"


def test_changing_ones_password_keeps_this_session_and_ends_the_others(cast, client_of):
    here, there = client_of(cast.alice), client_of(cast.alice)
    data = {"oldpassword": PASSWORD, "password1": "a new long sentence", "password2": "a new long sentence"}
    assert here.post("/password/change", {**data, "oldpassword": "no"}).status_code == 422
    assert here.post("/password/change", data)["Location"] == "/me"
    assert (here.get("/me").status_code, there.get("/me").status_code) == (200, 302)


@pytest.mark.parametrize("weak", ["short", "password1234", "salesflow2026", "销售经理1234567", "SalesManager12"])
def test_weak_passwords_are_refused(cast, client_of, weak):
    data = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    assert client_of(cast.alice).post("/password/change", data).status_code == 422


def test_the_language_of_the_login_page(client, db):
    assert 'lang="zh-CN"' in client.get(LOGIN).content.decode()
    client.post("/language", {"language": "en", "next": LOGIN})
    page = client.get(LOGIN).content.decode()
    assert 'lang="en"' in page and "Keep me signed in for 30 days" in page
    assert client.get("/language").status_code == 405
    assert client.post("/language", {"language": "en", "next": "//evil.example"})["Location"] in ("/", "")


def test_second_factor_from_switching_on_to_the_remembered_device(cast):
    client = Client()
    sign_in(client, "ada")
    first = client.get("/me/second-factor/app")
    assert first["Location"].startswith("/confirm")  # a second factor is set up by whoever knows the password
    assert client.get(first["Location"]).status_code == 200
    assert client.post(first["Location"], {"password": "wrong"}).status_code == 422
    assert client.post(first["Location"], {"password": PASSWORD})["Location"] == "/me/second-factor/app"
    page = client.get("/me/second-factor/app")
    assert page.status_code == 200
    secret = page.context["form"].secret
    assert client.post("/me/second-factor/app", {"code": "000000"}).status_code == 422
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert client.post("/me/second-factor/app", {"code": code}).status_code == 302
    other = Client()
    response = sign_in(other, "ada")
    assert response["Location"] == "/second-factor" and not signed_in(other)
    assert other.get("/me").status_code == 302
    assert other.get("/second-factor").status_code == 200
    recovery = client.get("/me/second-factor/codes").context["unused_codes"][0]
    response = other.post("/second-factor", {"code": recovery})
    assert response["Location"] == "/second-factor/device"
    assert other.post("/second-factor/device", {"action": "trust"})["Location"] == "/"
    assert signed_in(other)


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_reset_password_done",
                                  "account_reset_password_from_key_done"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_open_pages_speak_both_languages(client, db, name, language):
    client.post("/language", {"language": language, "next": "/"})
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert f'<html lang="{"en" if language == "en" else "zh-CN"}"' in page.content.decode()


def test_admins_are_led_to_the_second_factor_when_the_switch_asks(cast):
    switches.set("second_factor_admins", True, by=cast.ada, now=timezone.now())
    admin, manager = Client(), Client()
    sign_in(admin, "ada")
    sign_in(manager, "mia")
    assert admin.get("/setup")["Location"] == "/me/second-factor"
    assert admin.get("/me/second-factor/app")["Location"].startswith("/confirm")
    admin.post("/confirm", {"password": PASSWORD})
    secret = admin.get("/me/second-factor/app").context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert admin.post("/me/second-factor/app", {"code": code}).status_code == 302
    assert admin.get("/setup").status_code == 200
    assert manager.get("/me").status_code == 200


def test_the_demo_names_its_logins_and_nothing_else_does(client, db):
    assert "demo-logins.txt" not in client.get("/login").content.decode()
    make_user("alice", "李强", "rep", is_demo=True)
    make_user("ian", "伊恩", "rep", is_demo=True, is_active=False)
    page = client.get("/login").content.decode()
    listed = page.partition('id="demo-logins"')[2]
    assert 'data-value="alice" data-then="#id_password"' in listed and "李强" in listed and "ian" not in listed
    assert PASSWORD not in page and "onclick" not in page
    make_user("boss", "王总", "admin")  # somebody real: the page no longer names anybody
    assert "李强" not in client.get("/login").content.decode()
