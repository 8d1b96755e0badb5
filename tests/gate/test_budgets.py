"""Queries and bytes of the busiest pages on made data (performance §4)."""

import datetime as dt

import pytest
from django.db import transaction
from django.urls import reverse

from core.periods import today
from tests.cast import key
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


def move(office, client, to, **headers):
    said = {"to": to.pk, "from": office.deal.stage_id, "key_action": "约下周", "key": key(), "expected_close": "2027-01-05"}
    path = reverse("pipeline:move", args=[office.deal.pk])
    queries, _size, response = count(client, path, said, warm=reverse("pipeline:board"), HX_Request="true", **headers)
    assert response.status_code == 200, response.content.decode()[:2000]
    return queries


def ahead(office, *, same_tag):
    """An open stage after the deal's, whose tag is, or is not, the customer's already."""
    later = office.deal.playbook.stages.filter(kind="open", retired_at=None, position__gt=office.deal.stage.position)
    tag = office.deal.customer.tag
    return (later.filter(default_tag__in=["", tag]) if same_tag else later.exclude(default_tag__in=["", tag])).last()


def test_a_move_costs_no_more_than_promised(office, db, client_of):
    within("move a deal", move(office, signed_in(client_of, office.rep), ahead(office, same_tag=True)), 15)


def test_a_move_that_raises_the_customer_costs_what_it_writes(office, db, client_of):
    """One more than promised: session, person and deal are read; written are the key (claimed, then with its answer),
    the deal and its history, the stay left and the stay entered, the key action, the day's mark, the customer and its
    history, the tag's change, both events, and the manager's message: thirteen statements in twelve tables."""
    within("move and tag", move(office, signed_in(client_of, office.rep), ahead(office, same_tag=False)), 16)


def test_a_move_on_the_board_reads_what_it_redraws(office, db, client_of):
    """Beside the move: the totals of all columns, the cards of the one it came to, and what they say."""
    board = {"HX_Current_URL": "http://testserver" + reverse("pipeline:board")}
    within("move on the board", move(office, signed_in(client_of, office.rep), ahead(office, same_tag=True), **board), 18)
