"""The number of queries does not grow with rows (INV-13): the same pages of a hamlet and of an office."""

import pytest
from django.db import transaction
from django.test import Client

from tests.gate.office import HAMLET, NAMES, SMALL, count, made, pages
from tests.gate.walk import browser


def queries_of(size):
    """{page: its queries} in a world that is taken down again."""
    found = {}
    with transaction.atomic():
        place = made(size)
        for name, (user, path, _most, _bytes) in pages(place).items():
            client = Client()
            client.force_login(user)
            found[name] = count(browser(client), path)[0]
        transaction.set_rollback(True)
    return found


@pytest.fixture(scope="module")
def both(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return queries_of(HAMLET), queries_of(SMALL)


@pytest.mark.proves("INV-13")
@pytest.mark.parametrize("name", NAMES)
def test_as_many_queries_with_many_rows_as_with_few(both, db, name):
    few, many = both[0][name], both[1][name]
    # never more; a page that is full with what comes first need not ask for the rest
    assert len(many) <= len(few), "\n".join(sql[:200] for sql in many if sql[:60] not in {f[:60] for f in few})
