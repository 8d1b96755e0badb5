"""One world a file: built once, every test in a savepoint that is rolled back."""

import pytest
from django.db import transaction
from django.test import Client

from tests.gate.walk import PEOPLE
from tests.gate.world import build_world


@pytest.fixture(scope="module")
def standing(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def signed_in(standing):
    """{login: Client} of everybody, ian with a session from before he was deactivated, and "anon"."""
    clients = {"anon": Client()}
    for login in [*PEOPLE, "leo", "ian"]:
        clients[login] = Client()
        clients[login].force_login(getattr(standing.cast, login))
    return clients


@pytest.fixture
def world(standing, db):
    """`db` opens a savepoint inside the file's transaction."""
    return standing


@pytest.fixture
def clients(world, signed_in):
    return signed_in
