"""The world stands and says what it means: every canary is somewhere, and the gate lets through whom D2 names."""

import re
from types import SimpleNamespace

import pytest
from django.db import connection

from customers.models import Customer
from tests.gate.world import CANARIES

OWNERS = {"alice", "charlie", "bob", "nobody", "east", "leo", "helped"}
SEES = {
    "alice": {"alice", "helped"}, "bob": {"bob"}, "charlie": {"charlie", "helped"}, "leo": {"leo"},
    "mia": {"alice", "bob", "east", "nobody"}, "nadia": {"charlie", "helped", "nobody"},
    "grace": OWNERS - {"leo"}, "sam": set(), "tess": set(), "ada": OWNERS,
}


@pytest.mark.parametrize("login", SEES)
def test_who_sees_which_customer(world, login):
    places = {name: getattr(world, name) for name in OWNERS}
    assert all(isinstance(place, SimpleNamespace) for place in places.values())
    seen = Customer.objects.visible_to(getattr(world.cast, login)).values_list("pk", flat=True)
    assert {name for name, place in places.items() if place.customer.pk in set(seen)} == SEES[login]


def test_every_canary_is_somewhere(world):
    text = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            text.append(repr(cursor.fetchall()))
    words = set(re.findall(r"[a-z]+|\d{11}", " ".join(text)))
    assert set(CANARIES) - words == set()
