"""正式启用 (S25): the demo goes whole, what real people made stays whole, a copy is there before anything is gone."""

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, Team, User
from activity.models import Event
from collaboration.models import CollaborationRequest
from customers.models import Customer, FollowUp
from pipeline.models import Deal
from reviews.models import Review
from salesflow import phones
from salesflow.backup import archive
from salesflow.goinglive import first_things
from salesflow.making import demo
from salesflow.making.removing import Going
from tests.cast import PASSWORD, key, make_customer, make_log, make_request, make_user


@pytest.fixture
def loaded(db):
    """The demo, loaded once, with one real person who made a customer of his own, touched one of the demo's, and whose
    customer somebody of the demo worked on."""
    now = timezone.now()
    demo.load(now, PASSWORD, report=lambda words: None)
    zhou = make_user("zhou", "周远", "admin")
    alice = User.objects.get(username="alice")
    mine = make_customer(alice, by=zhou, name="真客户", now=now)
    make_log(mine, by=alice, now=now)
    make_request(alice, Department.objects.get(name="法务部"), customer=mine, now=now)
    theirs = Customer.objects.filter(owner=alice, made_by=alice).exclude(pk=mine.pk).first()
    make_log(theirs or Customer.objects.exclude(pk=mine.pk).filter(owner=alice).first(), by=zhou, now=now)
    return zhou


def test_it_names_what_goes_and_what_stays_and_does_just_that(loaded):
    going = Going.look()
    before = Customer.objects.count(), User.objects.count()
    assert (going.customers, going.customers_kept) == (before[0] - 1, 1)
    assert [user.username for user in going.kept_people] == ["alice"]
    assert going.accounts == before[1] - 2
    mine = {
        model: set(
            model._base_manager.filter(**{name: Customer.objects.get(name="真客户")}).values_list("pk", flat=True)
        )
        for model, name in ((FollowUp, "customer"), (Deal, "customer"), (CollaborationRequest, "customer"))
    }
    assert all(mine.values())
    stages = apps.get_model("pipeline.Stage").objects.count()
    said = going.remove(by=loaded, now=timezone.now())
    connection.check_constraints()  # nothing that stays names what is gone
    assert said["customers"] == before[0] - 1
    assert list(Customer.objects.values_list("name", flat=True)) == ["真客户"]
    for model, keys in mine.items():
        assert set(model._base_manager.values_list("pk", flat=True)) == keys, model
    alice = User.objects.get(username="alice")
    assert (alice.is_active, alice.is_demo, User.objects.count()) == (False, False, 2)
    assert not Review.objects.exists() and apps.get_model("pipeline.Stage").objects.count() == stages
    assert Department.objects.filter(name="法务部").exists()
    assert list(Team.objects.values_list("name", flat=True)) == ["华东一组"]  # alice's customer is there
    history = Customer.history.exclude(id=Customer.objects.get().pk)
    assert not history.exists() and not User.history.exclude(id__in=[alice.pk, loaded.pk]).exists()
    assert Event.objects.filter(verb="salesflow.went_live", by=loaded).count() == 1
    assert not Event.objects.exclude(by__in=[alice, loaded]).filter(by__isnull=False).exists()
    assert Going.look().rows == {}


@pytest.fixture
def of_the_demo(cast):
    """A small company of the demo: the cast, all of whose accounts are its."""
    User.objects.all().update(is_demo=True)
    make_customer(cast.alice)
    cast.ada.refresh_from_db()
    return cast


def begin(client):
    word = "a sentence that is long"
    return client.post(reverse("setup_go_live"), {
        "key": key(), "company": "远航科技", "name": "周远", "username": "zhou", "mobile": "13800000001", "email": "",
        "password1": word, "password2": word,
    })  # fmt: skip


def test_the_admin_gets_his_own_account_then_the_demo_goes(of_the_demo, client_of, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    (tmp_path / "demo-logins.txt").write_text("alice")
    ada = client_of(of_the_demo.ada, headers={"accept-language": "en"})
    page = ada.get(reverse("setup_go_live")).content.decode()
    assert "demo-logins" not in page and "Copy, then remove" not in page  # first an account of his own
    assert ada.post(reverse("setup_go_live_remove"), {"key": key()})["Location"].startswith("/confirm")
    assert begin(ada)["Location"] == reverse("setup_go_live")
    zhou = User.objects.get(username="zhou")
    assert (int(ada.session["_auth_user_id"]), zhou.is_demo, zhou.is_admin) == (zhou.pk, False, True)
    page = ada.get(reverse("setup_go_live")).content.decode()
    assert "1 demo customer with all" in page and "远航科技" in page
    asked = ada.post(reverse("setup_go_live_remove"), {"key": key()})["Location"]
    assert ada.post(asked, {"password": "not this one"}).status_code == 422 and Customer.objects.exists()
    done = ada.post(asked, {"password": "a sentence that is long"})
    assert done["Location"] == reverse("setup_go_live")  # what was suspended is done, once
    (backup,) = (tmp_path / "backups").glob("salesflow-*-before-demo-goes.zip")
    assert archive.check(backup)["why"] == "before-demo-goes"
    assert (Customer.objects.count(), list(User.objects.values_list("username", flat=True))) == (0, ["zhou"])
    page = ada.get(reverse("setup_go_live")).content.decode()
    assert "Three things to begin with" in page and "removed the demo" not in page
    assert ada.post(reverse("setup_go_live_remove"), {"key": key()}).status_code == 409


@pytest.mark.parametrize("wrong", [{"username": "alice"}, {"password2": "another sentence"}, {"password1": "short"}])
def test_an_account_that_cannot_be_is_said_and_nothing_is_made(of_the_demo, client_of, wrong):
    ada = client_of(of_the_demo.ada)
    word = "a sentence that is long"
    fields = {"company": "远航", "name": "周远", "username": "zhou", "password1": word, "password2": word} | wrong
    assert ada.post(reverse("setup_go_live"), fields | {"key": key()}).status_code == 422
    assert not User.objects.filter(name="周远").exists()


def test_a_phone_scans_the_code_and_the_page_hears_of_it(cast, client_of, client, monkeypatch):
    monkeypatch.setattr(phones, "addresses_here", lambda: ["192.168.1.20"])
    monkeypatch.setattr(phones, "_answers", lambda host, port: True)
    ada = client_of(cast.ada)
    text = ada.get(reverse("setup_phones")).content.decode()
    assert "No phone has tried yet" in text and "http://192.168.1.20:80" in text
    assert dict(first_things())["phones"] is False
    now = timezone.now()
    path = reverse("reach", args=[phones.token("192.168.1.20", now=now)])
    seen = client.get(path, headers={"accept-language": "en"}).content.decode()
    assert "192.168.1.20 answers this phone" in seen and "No HTTPS" in seen
    assert client.post(path).status_code == 200
    assert "A phone came in" in ada.get(reverse("setup_phones")).content.decode()
    assert dict(first_things())["phones"] is True
    assert client.get(path[:-2]).status_code == 404
    assert phones.read(phones.token("a", now=now - 2 * phones.LIFE), now=now) is None


def test_what_is_inside_and_what_is_outside(settings):
    for host in ("127.0.0.1", "192.168.1.20", "10.0.0.3", "fileserver", "crm.local", "[::1]"):
        assert phones.is_inside(host), host
    for host in ("crm.example.com", "8.8.8.8"):
        assert not phones.is_inside(host), host
    settings.SITE_URL = "http://127.0.0.1:8000"
    assert phones.outside() is None
