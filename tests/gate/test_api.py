"""The gate of the API: every address × every person by token, against the matrix; nobody reads a foreign word."""

import json

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from accounts.models import ApiToken
from accounts.tokens import make_token
from salesflow.api.table import OPS
from tests.gate.matrix import API
from tests.gate.test_canaries import foreign, seats
from tests.gate.walk import IN, PEOPLE, fingerprint, watch

CELLS = [(name, row) for name, rows in API.items() for row in rows]
each = pytest.mark.parametrize(("name", "row"), CELLS, ids=lambda v: v if isinstance(v, str) else v.label or "")
OPEN = {200, 201, 409, 422}
WRITING = {op.name: op.method for op in OPS if op.method != "GET"}  # of two the later: a change


@pytest.fixture
def tokens(world):
    now = timezone.now()
    switches.set("api", True, by=world.cast.ada, now=now)
    found = {
        login: make_token(getattr(world.cast, login), name="gate", writes=True, days=30, now=now) for login in PEOPLE
    }
    ApiToken.objects.update(used_at=now)  # that it is used is noted
    return found


def ask(token, method, path, data=None, **headers):
    """One call in a savepoint that is rolled back, with the statements that would have changed data."""
    written, client = [], Client(raise_request_exception=False)
    headers = {"authorization": f"Bearer {token}", **headers}
    with transaction.atomic(), connection.execute_wrapper(watch(written)):
        body = json.dumps(data) if data is not None else ""
        response = client.generic(method, path, body, content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    return response, written


def test_every_address_of_the_table_has_a_row():
    assert {f"api:{op.name}" for op in OPS} == set(API)


@pytest.mark.proves("INV-1", "INV-5", "INV-9")
@each
def test_read_as_written(name, row, world, tokens):
    wrong, leaks = {}, {}
    for login in PEOPLE:
        for seat in seats(world):
            path = row.path(name, seat)
            response, written = ask(tokens[login], "GET", path)
            said = row.get[login] if row.get else 405
            if seat.alice is world.alice and response.status_code not in {said, *([403, 404] if not row.get else [])}:
                wrong[login] = (response.status_code, said, response.content[:200])
            assert written == [] and "no-store" in response["Cache-Control"]
            assert response.status_code < 500
            if words := foreign(response.content.decode(), login):
                leaks[login, path] = words
    assert wrong == {}
    assert leaks == {}


@pytest.mark.proves("INV-1", "INV-2")
@each
def test_written_as_written(name, row, world, tokens):
    if row.post is None:
        return
    method, wrong, before = WRITING[name.partition(":")[2]], {}, fingerprint()
    for login in PEOPLE:
        data = row.data(world) if row.data else {}
        response, written = ask(tokens[login], method, row.path(name, world), data)
        said = row.post[login]
        if response.status_code not in (OPEN if said == IN else {said}):
            wrong[login] = (response.status_code, said, response.content[:300])
        if said != IN and written:
            wrong[login] = written
        if said == IN and login == "alice" and response.status_code not in (200, 201):
            wrong[login] = response.content[:300]
        if words := foreign(response.content.decode(), login):
            wrong[login] = words
    assert wrong == {}
    assert fingerprint() == before


@pytest.mark.proves("INV-1")
@each
def test_a_session_opens_nothing(name, row, world, tokens, clients):
    for method in ("get", "post"):
        response = getattr(clients["ada"], method)(row.path(name, world))
        assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.proves("INV-3")
def test_foreign_and_never_existing_answer_the_same(world, tokens):
    for name in ("customer", "contact", "follow_up", "next_step", "deal", "request"):
        row = API[f"api:{name}"][0]
        there, beyond = (
            ask(tokens["charlie"], "GET", row.path(f"api:{name}", world, beyond=far))[0] for far in (False, True)
        )
        told = [{k: v for k, v in one.json().items() if k != "request_id"} for one in (there, beyond)]
        assert told[0] == told[1] and told[0]["status"] == 404


@pytest.mark.proves("INV-11")
def test_no_token_opens_setup(world, tokens):
    for name in ("setup", "setup_people", "me", "today"):
        response, _written = ask(tokens["ada"], "GET", reverse(name))
        assert response.status_code == 302 and response["Location"].startswith("/login")
