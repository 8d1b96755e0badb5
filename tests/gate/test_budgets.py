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


def log_of(office):
    return {
        "customer": office.customer.pk, "text": "谈了方案，下周再约", "methods": "phone", "outcome": "talked", "time": "now",
        "next": (today(office.now) + dt.timedelta(days=2)).isoformat(), "next_text": "寄样品", "key": key(),
    }


def test_a_log_costs_no_more_than_promised(office, db, client_of):
    client = signed_in(client_of, office.rep)
    page = reverse("today")
    queries, _size, response = count(client, reverse("customers:log"), log_of(office), warm=page, HX_Request="true")
    assert response.status_code == 200
    within("log a follow-up", queries, 15)


def test_a_move_costs_no_more_than_promised(office, db, client_of):
    client = signed_in(client_of, office.rep)
    deal = office.deal
    to = deal.playbook.stages.filter(kind="open", retired_at=None).exclude(pk=deal.stage_id).order_by("-position").first()
    said = {"to": to.pk, "frm": deal.stage_id, "key_action": "约下周", "key": key(), "reason": "更正", "expected_close": "2027-01-05"}
    queries, _size, response = count(client, reverse("pipeline:move", args=[deal.pk]), said, warm=reverse("pipeline:board"), HX_Request="true")
    assert response.status_code == 200, response.content.decode()[:2000]
    within("move a deal", queries, 15)
