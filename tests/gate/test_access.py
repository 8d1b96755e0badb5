"""The gate: every URL × every actor × GET and POST, against the matrix (reliability §2.1)."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from customers.models import Customer
from tests.gate.matrix import EXEMPT, ROWS
from tests.gate.walk import IN, OPEN, PEOPLE, ask, browser, fingerprint, headers_of, masked, patterns, post

CELLS = [(name, row) for name, rows in ROWS.items() for row in rows]


def cell_id(value):
    return value if isinstance(value, str) else value.label or ""


each_row = pytest.mark.parametrize(("name", "row"), CELLS, ids=cell_id)
each_object = pytest.mark.parametrize(("name", "row"), [c for c in CELLS if c[1].is_object], ids=cell_id)


def login_of(response):
    return response.status_code == 302 and response["Location"].startswith(reverse("account_login"))


@pytest.mark.proves("INV-1")
def test_every_url_has_a_row():
    found = {name for name, _route in patterns()}
    assert found - set(ROWS) - set(EXEMPT) == set(), "URLs without a row in tests/gate/matrix.py"
    assert (set(ROWS) | set(EXEMPT)) - found == set(), "rows whose URL is gone"


def test_a_row_answers_for_everybody():
    wrong = [name for name, row in CELLS for side in (row.get, row.post) if side is not None and set(side) != set(PEOPLE)]
    assert wrong == []


@pytest.mark.proves("INV-1", "INV-9", "INV-14")
@each_row
def test_get_as_written(name, row, world, clients):
    """Every cell answers as the matrix says, writes nothing, and is never kept by a browser."""
    path, wrong, written, kept = row.path(name, world), {}, {}, []
    first = next((login for login in PEOPLE if (row.get or {}).get(login) == 200), None)
    for login in PEOPLE:
        for method in ("get", "head") if login in ("alice", "ada") else ("get",):
            drawn = login == first and method == "get"  # for every kind of reader in test_canaries.py
            answer = ask(clients[login], method, path, draw="everything" if drawn else "nothing")
            if row.get is not None:
                allowed = {row.get[login]}
            else:  # no GET here: 405 for whoever passes the door, else the door's answer or 405
                allowed = {405} if row.post[login] == IN else {405, row.post[login]}
            if answer.status not in allowed | ({405} if method == "head" else set()):
                wrong[f"{login} {method}"] = answer
            if answer.written:
                written[login] = answer.written
        if "no-store" not in answer.response.get("Cache-Control", ""):
            kept.append(login)
    assert wrong == {}
    assert written == {}
    assert kept == []


@pytest.mark.proves("INV-1", "INV-2")
@each_row
def test_post_as_written(name, row, world, clients):
    """Every cell answers as written; one that is refused changes nothing."""
    path, before, wrong, written = row.path(name, world), fingerprint(), {}, {}
    first = next((login for login in PEOPLE if (row.post or {}).get(login) == IN), None)
    for login in PEOPLE:
        data = row.data(world) if row.data else None
        answer = post(clients[login], path, data, draw="everything" if login == first else "nothing")
        said = (row.post or {}).get(login)
        # no POST here: 405, or what the page answers to a GET, which writes nothing
        allowed = {405, row.get[login]} if row.post is None else OPEN if said == IN else {said}
        if answer.status not in allowed:
            wrong[login] = answer
        if answer.written and (row.post is None or row.post[login] != IN):
            written[login] = answer.written
    assert wrong == {}
    assert written == {}
    assert fingerprint() == before


@pytest.mark.proves("INV-1")
@each_row
def test_nobody_signed_in(name, row, world, clients):
    """A visitor and somebody deactivated with an old session are led to the sign-in, whatever the address."""
    path = row.path(name, world)
    for client in (clients["anon"], clients["ian"]):
        for method in ("get", "post"):
            if (row.get if method == "get" else row.post) is None and row.anon != 302:
                continue
            answer = ask(client, method, path, draw="nothing")
            if row.anon == 302 and name != "set_language":
                assert login_of(answer.response), f"{method} {answer}"
                assert answer.written == []
            elif method == "get" and name != "set_language":
                assert answer.status == row.anon


@pytest.mark.proves("INV-3")
@each_object
def test_foreign_and_never_existing_answer_the_same(name, row, world, clients):
    there, beyond, wrong = row.path(name, world), row.path(name, world, beyond=True), {}
    for method, side in (("get", row.get), ("post", row.post)):
        strangers = {getattr(world.cast, login).role: login for login, code in (side or {}).items() if code == 404}
        for login in strangers.values():  # one of each role
            one, other = (
                (post if method == "post" else lambda c, p: ask(c, "get", p))(clients[login], path).response
                for path in (there, beyond)
            )
            if (one.status_code, masked(one), headers_of(one)) != (other.status_code, masked(other), headers_of(other)):
                wrong[f"{login} {method}"] = (one.status_code, other.status_code)
    assert wrong == {}


@pytest.mark.proves("INV-10")
@pytest.mark.parametrize(("name", "row"), [c for c in CELLS if c[1].post is not None], ids=cell_id)
def test_no_deed_without_the_token(name, row, world, clients):
    login = next((login for login, code in row.post.items() if code == IN), "alice")
    client = browser(clients[login], csrf=True)
    before = fingerprint()
    with transaction.atomic():
        response = client.post(row.path(name, world), {"key": "a-form-without-token"})
        transaction.set_rollback(True)
    assert response.status_code == 403
    assert fingerprint() == before


@pytest.mark.proves("INV-16")
def test_somebody_without_a_team_sees_what_he_owns_or_helps_with(world, clients):
    mine = set(Customer.objects.visible_to(world.cast.leo).values_list("pk", flat=True))
    assert mine == {world.leo.customer.pk}
    world.helped.customer.helpers.create(user=world.cast.leo)
    leo = User.objects.get(pk=world.cast.leo.pk)
    mine = set(Customer.objects.visible_to(leo).values_list("pk", flat=True))
    assert mine == {world.leo.customer.pk, world.helped.customer.pk}


@pytest.mark.proves("INV-16")
def test_a_user_has_one_role(world):
    for role in ("", "rep,admin", "boss"):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=world.cast.leo.pk).update(role=role)
