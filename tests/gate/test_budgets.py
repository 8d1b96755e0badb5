"""Queries and bytes of the busiest pages on made data (performance §4)."""

import datetime as dt

import pytest
from django.db import transaction
from django.urls import reverse

from core.periods import today
from customers import rowkeeping
from customers.custom import set_custom
from customers.models import Customer
from exchange import defining
from tests.cast import key, make_customer
from tests.gate.office import NAMES, SMALL, count, made, pages, within
from tests.gate.walk import browser


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield made(SMALL)
        transaction.set_rollback(True)


def signed_in(client_of, user):
    return browser(client_of(user))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_costs_no_more_than_promised(office, db, client_of, name):
    user, path, most, most_bytes = pages(office)[name]
    queries, size, response = count(signed_in(client_of, user), path)
    assert response.status_code == 200
    assert most_bytes is None or size <= most_bytes, f"{name}: {size} bytes, {most_bytes} promised"
    within(name, queries, most)


OWN = {
    "label": "性质", "kind": "choice", "choices": [{"code": "o1", "label": "国企", "label_en": "State-owned"}],
}


def test_custom_fields_and_own_tables_cost_next_to_nothing(office, db, client_of):
    """Nothing on the list and on a customer: definitions and names are remembered. The panel loads by itself (R41)."""
    by = {"by": office.admin, "now": office.now}
    person = defining.add_field("customer", {"label": "顾问", "kind": "person"}, **by)[0]
    kinds = [defining.add_field("customer", OWN | {"label": f"性质{n}"}, **by)[0] for n in range(12)]
    columns = [{"label": "型号", "kind": "text"}, {"label": "谁", "kind": "person"}]
    table = defining.add_table({"label": "样品"}, fields=columns, **by)[0]
    slugs = dict(table.fields.values_list("label", "slug"))
    held = {one.slug: "o1" for one in kinds} | {person.slug: office.rep.pk}
    for customer in Customer.objects.filter(team=office.led.team)[:40]:
        set_custom(customer, held, **by)
        rowkeeping.add_row(table, customer, {slugs["型号"]: "K3", slugs["谁"]: office.rep.pk}, **by)
    client = signed_in(client_of, office.lead)
    more = "&".join(f"more={slug}" for slug in held)
    costs = {
        f"{reverse('customers:list')}?{more}": 8, reverse("customer", args=[office.led.pk]): 15,
        reverse("customers:edit", args=[office.led.pk]): 15, reverse("customers:new"): 15,
        reverse("customers:table", args=[table.slug]): 8, reverse("customers:tables_of", args=[office.led.pk]): 15,
    }
    for path, most in costs.items():
        queries, _size, response = count(client, path)
        assert response.status_code == 200
        within(path, queries, most)


def log_of(office, customer):
    return {
        "customer": customer.pk, "text": "谈了方案，下周再约", "methods": "phone", "outcome": "talked", "time": "now",
        "next": (today(office.now) + dt.timedelta(days=2)).isoformat(), "next_text": "寄样品", "key": key(),
        "contact": customer.contacts.first().pk, "purpose": "方案反馈",
    }


@pytest.mark.parametrize("who", ["rep", "lead", "admin"])
def test_a_log_costs_no_more_than_promised(office, db, client_of, who):
    client, customer = signed_in(client_of, getattr(office, who)), office.led if who == "lead" else office.customer
    path = reverse("customers:log")
    form = f"{path}?customer={customer.pk}"
    queries, _size, response = count(client, path, log_of(office, customer), warm=form, HX_Request="true")
    assert response.status_code == 200
    within("log a follow-up", queries, 15)


def move(office, client_of, *, same_tag, **headers):
    """Queries of moving a new deal to an open stage whose tag is, or is not, its customer's already: how far the deals
    of the office are depends on the day it was built."""
    client, customer = signed_in(client_of, office.rep), make_customer(office.rep)
    Customer.objects.filter(pk=customer.pk).update(tag="interested")
    deal = customer.deals.get()
    later = deal.playbook.stages.filter(kind="open", retired_at=None, position__gt=deal.stage.position)
    same = {"default_tag__in": ["", "interested"]}
    to = (later.filter(**same) if same_tag else later.exclude(**same)).last()
    said = {"to": to.pk, "from": deal.stage_id, "key_action": "约下周", "key": key(), "expected_close": "2027-01-05"}
    path = reverse("pipeline:move", args=[deal.pk])
    queries, _size, response = count(client, path, said, warm=reverse("pipeline:board"), HX_Request="true", **headers)
    assert response.status_code == 200, response.content.decode()[:2000]
    return queries


def test_a_move_costs_no_more_than_promised(office, db, client_of):
    within("move a deal", move(office, client_of, same_tag=True), 15)


def test_a_move_that_raises_the_customer_costs_what_it_writes(office, db, client_of):
    """One more than promised: session, person and deal are read; written are the key (claimed, then with its answer),
    the deal and its history, the stay left and the stay entered, the key action, the day's mark, the customer and its
    history, the tag's change, both events, and the manager's message: thirteen statements in twelve tables."""
    within("move and tag", move(office, client_of, same_tag=False), 16)


def test_a_move_on_the_board_reads_what_it_redraws(office, db, client_of):
    """Beside the move: the totals of all columns, the cards of the one it came to, and what they say."""
    board = {"HX_Current_URL": "http://testserver" + reverse("pipeline:board")}
    within("move on the board", move(office, client_of, same_tag=True, **board), 18)
