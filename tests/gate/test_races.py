"""Two people at once, and one who clicks twenty times: real requests, real threads, a real database (REL1, REL2)."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from collaboration.models import CollaborationRequest
from core import changing, keys
from customers.models import Contact, Customer, FollowUp, NextStep
from pipeline.models import Deal
from tests.cast import build_cast, key, make_customer
from tests.gate.forms import form_at

pytestmark = [pytest.mark.usefixtures("transactional_db")]


@pytest.fixture
def rounds(request):
    return 100 if request.config.getoption("--long") else 5


@pytest.fixture
def stage():
    cast = build_cast()
    cast.customer = make_customer(
        cast.alice, name="星澜科技", industry="软件", contacts=[{"name": "张敏", "phone": "13911112222"}]
    )
    return cast


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


def together(*deeds):
    """Run the deeds at the same moment, each in a thread with a connection of its own; their answers, in order."""
    barrier, answers = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place, deed):
        try:
            barrier.wait()
            answers[place] = deed()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


EDITS = {  # an edit form: its address, two fields, how the row is read back
    "customer": (lambda c: reverse("customers:edit", args=[c.pk]), ("industry", "address"), lambda c: Customer.objects.get(pk=c.pk)),
    "contact": (lambda c: reverse("customers:contact_edit", args=[c.contacts.get().pk]), ("position", "notes"),
                lambda c: c.contacts.get()),
    "deal": (lambda c: reverse("pipeline:deal_edit", args=[c.deals.get().pk]), ("name", "amount"), lambda c: c.deals.get()),
}  # fmt: skip


def sent(client, path, **fields):
    values = form_at(client.get(path).content.decode(), path)
    assert values is not None, f"{path} shows no form"
    return values | fields | {"key": key()}


def retried(client, path, values):
    """A locked database answers 409 with Retry-After: the browser sends the same form again."""
    for _ in range(20):
        response = client.post(path, values)
        if "Retry-After" not in response:
            return response
    return response


@pytest.mark.proves("REL1")
@pytest.mark.parametrize("form", EDITS)
def test_edits_of_different_fields_merge(stage, form, rounds):
    address, (first, second), read = EDITS[form]
    alice, mia, path = browser_of(stage.alice), browser_of(stage.mia), address(stage.customer)
    for n in range(rounds):
        one, other = sent(alice, path, **{first: f"7{n}1"}), sent(mia, path, **{second: f"7{n}2"})
        answers = together(lambda a=one: retried(alice, path, a), lambda a=other: retried(mia, path, a))
        assert [a.status_code for a in answers] == [302, 302]
        row = read(stage.customer)
        assert (str(getattr(row, first)).partition(".")[0], str(getattr(row, second)).partition(".")[0]) == (f"7{n}1", f"7{n}2")


@pytest.mark.proves("REL1")
@pytest.mark.parametrize("form", EDITS)
def test_edits_of_one_field_clash(stage, form, rounds):
    """One wins, the other hears 409 with both values on the page; neither is lost in silence."""
    address, (field, _other), read = EDITS[form]
    alice, mia, path = browser_of(stage.alice), browser_of(stage.mia), address(stage.customer)
    for n in range(rounds):
        one, other = sent(alice, path, **{field: f"甲{n}"}), sent(mia, path, **{field: f"乙{n}"})
        answers = together(lambda a=one: retried(alice, path, a), lambda a=other: retried(mia, path, a))
        assert sorted(a.status_code for a in answers) == [302, 409]
        lost = next(a.content.decode() for a in answers if a.status_code == 409)
        assert f"甲{n}" in lost and f"乙{n}" in lost
        winner = "甲" if answers[0].status_code == 302 else "乙"
        assert getattr(read(stage.customer), field) == f"{winner}{n}"


def test_without_the_check_one_is_lost(stage, monkeypatch):
    """Negative control: a save that does not compare the version loses an edit in silence."""

    def careless(form, obj, *, by, expect, also=None, less=()):
        wanted = {name: form.cleaned_data[name] for name in form.changed_data if name in form.cleaned_data}
        wanted = {name: value for name, value in wanted.items() if name not in less}
        now = type(obj)._base_manager.get(pk=obj.pk)
        return changing.change(now, by=by, **wanted | (also(wanted) if also else {})), False

    for module in ("customers.keeping",):
        monkeypatch.setattr(f"{module}.save_form", careless)
    alice, mia = browser_of(stage.alice), browser_of(stage.mia)
    path = reverse("customers:edit", args=[stage.customer.pk])
    one, other = sent(alice, path, industry="甲"), sent(mia, path, industry="乙")
    answers = [alice.post(path, one), mia.post(path, other)]
    assert [a.status_code for a in answers] == [302, 302]
    assert Customer.objects.get(pk=stage.customer.pk).industry == "乙"  # 甲 is gone and nobody was told


def _log(cast):
    return reverse("customers:log"), {
        "customer": cast.customer.pk, "text": "谈妥二十次", "methods": "phone", "outcome": "talked", "time": "now",
        "next": (timezone.localdate() + dt.timedelta(days=2)).isoformat(), "next_text": "寄样品",
    }


CREATES = {  # form: (login, address and data, how many rows there are of what it makes)
    "customer": ("alice", lambda c: (reverse("customers:new"), {"name": "北辰二十次", "sure": "1", "contact_name": "张", "tag": "prospect", "source": "展会", "industry": "软件"}),
                 lambda c: Customer.objects.filter(name="北辰二十次").count()),
    "log": ("alice", _log, lambda c: FollowUp.objects.filter(text="谈妥二十次").count()),
    "contact": ("alice", lambda c: (reverse("customers:contact_new", args=[c.customer.pk]), {"name": "廿次"}),
                lambda c: Contact.objects.filter(name="廿次").count()),
    "step": ("alice", lambda c: (reverse("customers:step_new", args=[c.customer.pk]), {
        "next": "pick", "next_date": (timezone.localdate() + dt.timedelta(days=4)).isoformat(), "next_text": "廿步"}),
        lambda c: NextStep.objects.filter(text="廿步").count()),
    "deal": ("alice", lambda c: (reverse("pipeline:deal_new", args=[c.customer.pk]), {
        "name": "廿单", "rep": c.alice.pk, "owner": c.alice.pk}), lambda c: Deal.objects.filter(name="廿单").count()),
    "request": ("alice", lambda c: (reverse("collaboration:new"), {
        "kind": "technical", "title": "廿求", "description": "说明", "department": c.tech.pk, "priority": "normal",
        "needed_by": (timezone.localdate() + dt.timedelta(days=5)).isoformat(), "standard": "书面"}),
        lambda c: CollaborationRequest.objects.filter(title="廿求").count()),
}  # fmt: skip


def twenty(cast, form, login, *, same_key=True):
    """The same form sent twenty times at once by one browser; the answers."""
    path, data = CREATES[form][1](cast)
    user, one = getattr(cast, login), key()
    clients = [browser_of(user) for _ in range(20)]
    return together(*(
        lambda c=client: c.post(path, data | {"key": one if same_key else key()}) for client in clients
    ))


@pytest.mark.proves("REL2")
@pytest.mark.parametrize("form", CREATES)
def test_twenty_clicks_make_one(stage, form, request):
    login, _post, count = CREATES[form]
    for _ in range(20 if request.config.getoption("--long") else 1):
        before, events = count(stage), Event.objects.count()
        answers = twenty(stage, form, login)
        codes = {a.status_code for a in answers}
        assert codes <= {200, 302, 409}, next(a.content.decode()[:2000] for a in answers if a.status_code not in (200, 302, 409))
        assert {a.get("Retry-After") for a in answers if a.status_code == 409} <= {"2"}
        assert count(stage) - before == 1
        once = Event.objects.count() - events
        where = {a["Location"] for a in answers if a.status_code == 302}
        assert len(where) == 1
        assert once <= 3  # what one deed tells, not twenty times


def test_without_the_key_there_are_more(stage, monkeypatch):
    """Negative control: the same twenty clicks with a key each."""
    answers = twenty(stage, "contact", "alice", same_key=False)
    assert CREATES["contact"][2](stage) > 1
    assert keys.deed and answers
