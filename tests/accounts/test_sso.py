"""Sign-in by the company's directory: who may come in by it, who may not, and what it never does."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.test import Client
from django.utils import timezone

from accounts import sso
from accounts.changing import deactivate
from accounts.models import User
from activity.models import Event
from tests.accounts.directory import CLIENT, SECRET, Directory
from tests.cast import PASSWORD, confirm, key


@pytest.fixture
def directory():
    found = Directory()
    yield found
    found.close()


@pytest.fixture
def on(directory, cast):
    sso.save_way(
        sso.way_named("oidc"), by=cast.ada, now=timezone.now(), is_on=True, client_id=CLIENT, secret=SECRET,
        name="星澜账号", server_url=directory.url,
    )  # fmt: skip
    return directory


def come_by(directory, client, path="/sso/oidc", **data):
    """Press the button, agree there, come back: the last answer."""
    away = client.post(path, data)
    assert away.status_code == 200, away.headers
    assert away["Refresh"].startswith(f"0; url={directory.url}/authorize?")
    return client.get("/sso/oidc/back", directory.agree(away["Refresh"].partition("url=")[2]))


def who(client):
    return client.session.get("_auth_user_id")


def person(name, **more):
    return {"sub": f"d-{name}", "email": f"{name}@example.com", "email_verified": True, "name": name} | more


def test_a_verified_mail_address_opens_the_door_and_is_linked(on, cast, client):
    assert "星澜账号" in client.get("/login").content.decode()
    on.who, before = person("alice"), cast.alice.history.count()
    assert come_by(on, client, next="/customers")["Location"] == "/customers"
    assert who(client) == str(cast.alice.pk)
    row = SocialAccount.objects.get()
    assert (row.user, row.provider, row.uid, row.extra_data) == (cast.alice, "oidc", "d-alice", {})
    assert User.objects.get(pk=cast.alice.pk).history.count() == before
    assert list(Event.objects.filter(verb="accounts.sso_linked").values_list("by", flat=True)) == [cast.alice.pk]
    on.who = person("alice", email="other@example.com")  # the link holds, whatever the address is now
    other = Client()
    assert come_by(on, other)["Location"] == "/" and who(other) == str(cast.alice.pk)


@pytest.mark.parametrize("told", [
    person("nobody"), person("alice", email_verified=False), person("alice", email_verified="true"),
    person("ian"), {"sub": "d-x"},
])  # fmt: skip
def test_nobody_else_comes_in_and_nobody_is_made(on, cast, client, told):
    on.who, people = told, User.objects.count()
    assert come_by(on, client)["Location"] == "/login?sso=unknown"
    assert (who(client), User.objects.count(), SocialAccount.objects.count()) == (None, people, 0)
    assert "关联" in client.get("/login?sso=unknown").content.decode()


def test_who_left_does_not_come_back_by_a_link(on, cast, client):
    on.who = person("alice")
    come_by(on, client)
    deactivate(User.objects.get(pk=cast.alice.pk), None, by=cast.ada, now=timezone.now())
    other = Client()
    assert come_by(on, other)["Location"] == "/login?sso=unknown" and who(other) is None


def test_linked_on_ones_own_page_by_who_confirmed_and_ended_there(on, cast, client_of, client):
    on.who = {"sub": "d-7"}  # a directory that tells no address
    alice = client_of(cast.alice)
    assert alice.post("/me/sign-in/oidc")["Location"].startswith("/confirm")
    assert come_by(on, confirm(alice), "/me/sign-in/oidc")["Location"] == "/me"
    assert come_by(on, client)["Location"] == "/" and who(client) == str(cast.alice.pk)
    bob = confirm(client_of(cast.bob))
    assert come_by(on, bob, "/me/sign-in/oidc")["Location"] == "/me"
    row = SocialAccount.objects.get()
    assert row.user == cast.alice, "an account of the directory is one person's"
    assert bob.post(f"/me/sign-in/{row.pk}/remove", {"key": key()}).status_code == 404
    assert alice.post(f"/me/sign-in/{row.pk}/remove", {"key": key()})["Location"] == "/me"
    assert come_by(on, Client())["Location"] == "/login?sso=unknown"


def test_a_second_factor_is_asked_as_ever(on, cast, client):
    Authenticator.objects.create(user=cast.ada, type="totp", data={"secret": "x"})
    on.who = person("ada")
    assert come_by(on, client)["Location"] == "/second-factor" and who(client) is None


def test_an_answer_is_taken_once_by_the_browser_that_asked(on, cast, client):
    on.who = person("alice")
    back = on.agree(client.post("/sso/oidc")["Refresh"].partition("url=")[2])
    assert Client().get("/sso/oidc/back", back)["Location"] == "/login?sso=failed"  # another browser
    assert client.get("/sso/oidc/back", back)["Location"] == "/"
    client.logout()
    assert client.get("/sso/oidc/back", back)["Location"] == "/login?sso=failed"
    assert on.refused == []


def test_off_or_away_it_lets_nobody_in_and_the_password_still_does(on, cast, client):
    on.who = person("alice")
    back = on.agree(client.post("/sso/oidc")["Refresh"].partition("url=")[2])
    app = SocialApp.objects.get()
    app.settings["on"] = False
    app.save()
    assert [client.post("/sso/oidc").status_code, client.get("/sso/oidc/back", back).status_code] == [404, 404]
    assert "星澜账号" not in client.get("/login").content.decode()
    app.settings |= {"on": True, "server_url": "http://127.0.0.1:9"}
    app.save()
    assert client.post("/sso/oidc")["Location"] == "/login"
    assert client.post("/login", {"login": "alice", "password": PASSWORD})["Location"] == "/"


def test_setup_keeps_the_secret_and_never_shows_it(cast, client_of, directory):
    ada = confirm(client_of(cast.ada))
    form = {"is_on": "on", "name": "账号", "server_url": directory.url, "client_id": CLIENT, "secret": SECRET}
    assert ada.post("/setup/sign-in/oidc", {**form, "secret": "", "key": key()}).status_code == 422
    assert ada.post("/setup/sign-in/oidc", {**form, "server_url": "http://a.example", "key": key()}).status_code == 422
    assert ada.post("/setup/sign-in/oidc", {**form, "key": key()})["Location"] == "/setup/sign-in"
    page = ada.get("/setup/sign-in/oidc").content.decode()
    assert "/sso/oidc/back" in page and SECRET not in page
    assert ada.post("/setup/sign-in/oidc", {**form, "secret": "", "key": key()}).status_code == 302
    assert SocialApp.objects.get().secret == SECRET
    assert client_of(cast.ada).get("/setup/sign-in/oidc")["Location"].startswith("/confirm")


@pytest.mark.parametrize(("name", "host"), [("feishu", "open.feishu.cn"), ("dingtalk", "login.dingtalk.com")])
def test_feishu_and_dingtalk_lead_to_their_own_pages(cast, client, name, host):
    values = {"is_on": True, "client_id": "cli_x", "secret": "s"}
    sso.save_way(sso.way_named(name), by=cast.ada, now=timezone.now(), **values)
    away = client.post(f"/sso/{name}")["Refresh"]
    assert re.match(rf"0; url=https://{re.escape(host)}/", away) and "cli_x" in away
    assert f"sso%2F{name}%2Fback" in away
