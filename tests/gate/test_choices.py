"""A foreign id in a field is as good as a made-up one (INV-6): no oracle in any form."""

import pytest

from tests.gate.forms import form_at
from tests.gate.matrix import ROWS
from tests.gate.walk import IN, PEOPLE, ask, headers_of, masked, post

MADE_UP = 7_654_321
FOREIGN = {  # a field's name and the foreign thing of that kind
    "contact": lambda w: w.charlie.contact.pk, "deal": lambda w: w.charlie.deal.pk, "step": lambda w: w.charlie.step.pk,
    "steps": lambda w: w.charlie.step.pk, "customer": lambda w: w.charlie.customer.pk, "ids": lambda w: w.charlie.customer.pk,
    "owed": lambda w: w.charlie.owed.pk, "owner": lambda w: w.cast.charlie.pk, "rep": lambda w: w.cast.charlie.pk,
    "talked_by": lambda w: w.cast.charlie.pk, "team": lambda w: w.cast.south.pk, "risk": lambda w: w.charlie.risk.pk,
    "follow_up": lambda w: w.charlie.log.pk, "corrects": lambda w: w.charlie.log.pk, "notice": lambda w: w.charlie.notice.pk,
    "view": lambda w: w.charlie.view.pk, "request": lambda w: w.charlie.request.pk, "series": lambda w: w.charlie.file.series,
    "leave": lambda w: w.charlie.leave.pk, "scope": lambda w: f"person-{w.cast.charlie.pk}", "batch": lambda w: w.charlie.batch.pk,
    "customer_id": lambda w: w.charlie.customer.pk, "merge": lambda w: w.charlie.customer.pk,
}  # fmt: skip
CELLS = [(name, row) for name, rows in ROWS.items() for row in rows if row.post and row.post["alice"] == IN]


def values(world, client, name, row):
    """What alice's browser would send, from the page if there is one."""
    path = row.path(name, world)
    found = None
    if row.get and row.get["alice"] == 200:
        found = form_at(ask(client, "get", path).response.content.decode(), path)
    return path, (found or {}) | (row.data(world) if row.data else {})


@pytest.mark.proves("INV-6")
@pytest.mark.parametrize(("name", "row"), CELLS, ids=lambda v: v if isinstance(v, str) else v.label)
def test_foreign_is_made_up(name, row, world, clients):
    client, wrong = clients["alice"], {}
    path, sent = values(world, client, name, row)
    for field, pick in FOREIGN.items():
        foreign = pick(world)
        made_up = "person-7654321" if field == "scope" else MADE_UP
        if field == "series":
            made_up = "00000000-0000-4000-8000-000000000000"
        one, other = (post(client, path, sent | {field: value}) for value in (foreign, made_up))
        texts = [
            masked(a.response).replace(str(value), "#") for a, value in ((one, foreign), (other, made_up))
        ]
        heads = [
            {k: v for k, v in headers_of(a.response).items()} for a in (one, other)
        ]
        same = one.status == other.status and texts[0] == texts[1]
        where = [h.get("Location", "").rstrip("0123456789") for h in heads]
        if not same or where[0] != where[1]:
            wrong[field] = (one, other)
    assert wrong == {}


def test_every_actor_is_somebody():
    assert "alice" in PEOPLE
