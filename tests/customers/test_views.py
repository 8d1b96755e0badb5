"""The list as somebody wants it: columns, saved filters; from one customer to the next; one field of the history
brought back (S4, S5)."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import SavedView
from activity.models import Event
from core.changing import change
from customers import correcting
from customers.models import Customer, FollowUp
from pipeline.models import Playbook
from tests.cast import key, make_customer, make_log

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def three(cast):
    return [
        make_customer(cast.alice, name=name, industry="软件", tag=tag)
        for name, tag in (("启明", "hot"), ("星澜", "prospect"), ("远洋", "hot"))
    ]


def test_a_filter_is_saved_for_oneself_or_the_team_and_opened_by_its_number(cast, client_of, three):
    alice = client_of(cast.alice)
    alice.post("/customers/views", {"name": "高意向", "query": "tag=hot&page=3&junk=1&more=industry", "key": key()})
    alice.post("/customers/views", {"name": "全组", "query": "show=quiet", "shared": "on", "key": key()})
    assert list(SavedView.objects.order_by("pk").values_list("name", "query", "team")) == [
        ("高意向", "more=industry&tag=hot", None), ("全组", "show=quiet", cast.east.pk)]
    seen = {p.username: [n for n in ("高意向", "全组") if n in client_of(p).get("/customers/views").content.decode()]
            for p in (cast.alice, cast.bob, cast.mia, cast.charlie, cast.ada)}
    assert seen == {"alice": ["高意向", "全组"], "bob": ["全组"], "mia": ["全组"], "charlie": [], "ada": []}
    first, second = SavedView.objects.order_by("pk")
    assert alice.get(f"/customers?view={first.pk}")["Location"] == "/customers?more=industry&tag=hot"
    assert client_of(cast.charlie).get(f"/customers?view={first.pk}").status_code == 404
    assert client_of(cast.bob).post(f"/customers/views/{second.pk}/remove", {"key": key()}).status_code == 403
    assert client_of(cast.charlie).post(f"/customers/views/{first.pk}/remove", {"key": key()}).status_code == 404
    alice.post(f"/customers/views/{first.pk}/remove", {"key": key()})
    assert SavedView.objects.get() == second
    alice.post("/customers/views", {"name": "全组", "query": "tag=won", "key": key()})  # the same name is replaced
    assert (SavedView.objects.get().query, SavedView.objects.get().team) == ("tag=won", None)
    assert alice.post("/customers/views", {"name": "空", "query": "page=2", "key": key()}).status_code == 409


def test_columns_are_added_and_left_out(cast, client_of, three):
    html = client_of(cast.alice).get("/customers?more=industry&more=made&less=amount&more=junk").content.decode()
    table = html[html.index("<table"):html.index("</table>")]
    assert ("<td>软件</td>" in table, ">Amount<" in table, table.count("<th scope")) == (True, False, 8)
    answer = client_of(cast.alice).post(
        "/customers/bulk", {"do": "tag", "ids": three[0].pk, "tag": "won", "key": key()},
        headers=HTMX | {"HX-Current-URL": "http://testserver/customers?more=industry&less=owner"},
    ).content.decode()
    assert ("<td>软件</td>" in answer, "李强" in answer) == (True, False)


def test_from_one_customer_to_the_next_in_the_list_one_came_from(cast, client_of, three, monkeypatch):
    client = client_of(cast.alice)
    by_name = Customer.objects.order_by("pinyin")
    first, second, third = by_name
    page = client.get(f"/customers/{second.pk}", {"in": "sort=name"}).content.decode()
    assert f'href="/customers/{first.pk}?in=sort%3Dname%26page%3D1"' in page
    assert f'href="/customers/{third.pk}?in=sort%3Dname%26page%3D1"' in page
    page = client.get(f"/customers/{first.pk}", {"in": "sort=name"}).content.decode()
    assert ('rel="prev"' in page, 'rel="next"' in page) == (False, True)
    page = client.get(f"/customers/{second.pk}", {"in": "sort=name&per_page=2&page=1"}).content.decode()
    assert f"/customers/{third.pk}?in=sort%3Dname%26per_page%3D2%26page%3D2" in page
    page = client.get(f"/customers/{third.pk}", {"in": "sort=name&per_page=2&page=2"}).content.decode()
    assert f"/customers/{second.pk}?in=sort%3Dname%26per_page%3D2%26page%3D1" in page
    page = client.get(f"/customers/{second.pk}", {"in": "tag=won"}).content.decode()
    assert ('rel="next"' in page, "My customers" in page) == (False, True)
    for junk in ("page=x&sort=nonsense&per_page=-1", "%00", "page=99999999"):
        assert client.get(f"/customers/{second.pk}", {"in": junk}).status_code == 200


@pytest.mark.proves("R44", "R47")
def test_the_timeline_names_who_was_spoken_to_and_what_a_correction_replaced(cast, client_of):
    now = timezone.now()
    customer = make_customer(cast.alice, contacts=[
        {"name": "张敏", "phone": "13800005678", "part": "buys"},
        {"name": "李总", "phone": "13900001234", "part": "decides"},
    ])
    boss = customer.contacts.get(name="李总")
    old = make_log(customer, text="预算三十万", contact=boss, happened_at=now - dt.timedelta(days=3),
                   now=now - dt.timedelta(days=3))
    correcting.correct(old, by=cast.alice, now=now, text="预算五十万")
    from customers import transferring  # noqa: PLC0415

    transferring.assign(customer, cast.bob, by=cast.mia, now=now)
    html = client_of(cast.bob).get(f"/customers/{customer.pk}").content.decode()
    assert "→ 李总" in html and "Decides" in html and "Buys" in html
    assert "预算五十万" in html and "What it said before" in html and "预算三十万" in html  # across owners
    assert FollowUp.objects.counted().filter(customer=customer).count() == 1
    assert client_of(cast.alice).get(f"/customers/{customer.pk}").status_code == 404


def test_one_field_of_the_history_is_brought_back(cast, client_of):
    customer = make_customer(cast.alice, industry="互联网", contacts=[{"name": "张敏", "phone": "13800005678"}])
    change(customer, by=cast.bob, industry="软件", source="展会")
    contact = customer.contacts.get()
    change(contact, by=cast.bob, phone="13700000000", phone_key="13700000000")
    row = customer.history.earliest().history_id
    url = f"/customers/{customer.pk}/restore"
    assert "Restore" in client_of(cast.alice).get(f"/customers/{customer.pk}/history").content.decode()
    client_of(cast.alice).post(url, {"of": "customer", "field": "industry", "row": row, "key": key()})
    customer.refresh_from_db()
    assert (customer.industry, customer.source) == ("互联网", "展会")
    assert Event.objects.get(verb="customers.restored").data == {"name": "星澜科技", "field": "Industry"}
    data = {"of": "contact", "field": "phone", "row": contact.history.earliest().history_id}
    assert client_of(cast.ada).post(url, data | {"key": key()}).status_code == 403  # he sees the mask
    client_of(cast.alice).post(url, data | {"key": key()})
    contact.refresh_from_db()
    assert (contact.phone, contact.phone_key) == ("13800005678", "13800005678")
    shown = customer.version
    change(customer, by=cast.bob, source="官网")
    again = {"of": "customer", "field": "industry", "row": customer.history.filter(industry="软件")[0].history_id}
    client_of(cast.alice).post(url, again | {"version": shown, "key": key()})  # another field was changed since
    customer.refresh_from_db()
    assert (customer.industry, customer.source) == ("软件", "官网")
    change(customer, by=cast.bob, industry="物流")
    answer = client_of(cast.alice).post(url, again | {"version": shown + 1, "row": row, "key": key()})
    customer.refresh_from_db()
    assert (answer.status_code, customer.industry) == (409, "物流")
    other = make_customer(cast.charlie, name="别家")
    foreign = {"of": "customer", "field": "industry", "row": other.history.earliest().history_id}
    for wrong in (foreign, {"of": "customer", "field": "owner", "row": row}, {"of": "x", "field": "name", "row": "1"}):
        assert client_of(cast.alice).post(url, wrong | {"key": key()}).status_code == 404


def test_a_stage_changed_right_after_a_log_stands_in_that_log(cast, client_of):
    """One action is one entry (S5): within five minutes, by who wrote the log; later or by another it stands alone."""
    now = timezone.now()
    customer = make_customer(cast.alice, now=now - dt.timedelta(days=3))
    deal, stages = customer.deals.get(), list(Playbook.objects.default().stages.order_by("position"))
    start = now - dt.timedelta(hours=5)
    talk = make_log(customer, by=cast.alice, now=start, happened_at=start, text="谈好了需求")
    moves = [(stages[1], cast.alice, 4), (stages[2], cast.mia, 4.5), (stages[3], cast.alice, 6)]
    for stage, by, minutes in moves:
        deal.move_to(stage, by=by, now=start + dt.timedelta(minutes=minutes), key_action="推进")
        deal.refresh_from_db()
    page = client_of(cast.alice).get(reverse("customer", args=[customer.pk])).content.decode()
    entry = page[page.index(f'id="ev-{talk.pk}"'):].split("</li>")[0]
    attached = re.findall(r'class="ev-done" id="e-(\d+)"', page)
    alone = re.findall(r'<li class="ev stage" id="e-(\d+)"', page)
    events = [str(pk) for pk in Event.objects.filter(verb="pipeline.moved").order_by("pk").values_list("pk", flat=True)]
    assert attached == events[:1] and f'id="e-{events[0]}"' in entry
    assert set(events[1:]) <= set(alone) and events[0] not in alone
    assert "初步沟通" in entry or "Initial talk" in entry
