"""Who guards the guard: with the gate wide open the tests above must bite, for every view of a thing (INV-18)."""

import importlib

import pytest
from django.apps import apps
from django.db.models import Q

from core import prepared
from tests.gate.matrix import ROWS
from tests.gate.walk import PEOPLE, ask, post

FIRM = {  # asks for more than the gate, so that an open one alone shows nothing
    "me_leave_remove": "one's own leave",
    "me_device_end": "one's own device",
    "pipeline:agreement_judge": "drawn for two people: nobody else judges it, whoever may see it",
    "pipeline:switch": "one playbook is on: not there for anybody (D52)",
    "pipeline:after_win": "one playbook is on: not there for anybody (D52)",
    "setup_stage_chance": "off until switched on (D52)",
    "reviews:goal_rows": "the lists of a scope are its readers' alone, whoever may see the goal",
    "reviews:contract_lines": "no opening is kept here: not there for anybody",
}
OBJECTS = [(name, row) for name, rows in ROWS.items() for row in rows if row.is_object and name not in FIRM]


@pytest.fixture
def open_gate(monkeypatch):
    """scope() lets everybody see every customer, and every other gate everything; questions that were put together
    with the gate as it is, or as it stands now, are forgotten."""
    prepared.forget()
    for module in ("customers", "pipeline", "collaboration"):
        monkeypatch.setattr(importlib.import_module(f"{module}.querysets"), "scope", lambda user, prefix="": Q())
    for model in apps.get_models():
        manager = getattr(model, "objects", None)
        if hasattr(manager, "visible_to"):
            monkeypatch.setattr(type(manager.get_queryset()), "visible_to", lambda self, user: self.all())
    yield
    prepared.forget()


@pytest.mark.proves("INV-18")
@pytest.mark.parametrize(("name", "row"), OBJECTS, ids=lambda v: v if isinstance(v, str) else v.label)
def test_the_walk_bites(name, row, world, clients, open_gate):
    path = row.path(name, world)
    for login in PEOPLE:
        if (row.get or {}).get(login) == 404 and ask(clients[login], "get", path, draw="nothing").status != 404:
            return
        data = row.data(world) if row.data else None
        if (row.post or {}).get(login) == 404 and post(clients[login], path, data, draw="nothing").status != 404:
            return
    pytest.fail("no cell noticed that the gate stood open")
