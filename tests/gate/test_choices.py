"""A foreign id in a field is as good as a made-up one (INV-6): no oracle in any form."""

import re

import pytest

from tests.gate.forms import form_at
from tests.gate.matrix import ROWS
from tests.gate.walk import IN, ask, masked, post

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
ELSEWHERE = {"pipeline:many": {"ids": lambda w: w.charlie.deal.pk}}  # form: fields that mean another kind there
LEGITIMATE = {}  # form: fields whose foreign value alice may choose
CELLS = [(name, row) for name, rows in ROWS.items() for row in rows if row.post and row.post["alice"] == IN]


def values(world, client, name, row):
    """What alice's browser would send, from the page if there is one."""
    path = row.path(name, world)
    found = None
    if row.get and row.get["alice"] == 200:
        found = form_at(ask(client, "get", path).response.content.decode(), path)
    return path, (found or {}) | (row.data(world) if row.data else {})


def said(answer, ids):
    """What an answer tells: its status, where it leads, its body, the ids of both posts taken out."""
    text, where = masked(answer.response), answer.response.get("Location", "")
    return answer.status, where.rstrip("0123456789"), ids.sub("#", text)


def differs(client, path, sent, foreign, made_up):
    ids = re.compile("|".join(rf"(?<!\w){re.escape(str(v))}(?!\w)" for v in {*foreign.values(), *made_up.values()}))
    one, other = (said(post(client, path, sent | values, draw="pages"), ids) for values in (foreign, made_up))
    return one != other


@pytest.mark.proves("INV-6")
@pytest.mark.parametrize(("name", "row"), CELLS, ids=lambda v: v if isinstance(v, str) else v.label)
def test_foreign_is_made_up(name, row, world, clients):
    """All fields at once; only if that tells something, one by one, to name the field. With what alice's browser
    sends besides, so that nothing but the id is wrong."""
    client = clients["alice"]
    path, sent = values(world, client, name, row)
    meant = FOREIGN | ELSEWHERE.get(name, {})
    foreign = {field: pick(world) for field, pick in meant.items() if field not in LEGITIMATE.get(name, ())}
    made_up = {field: invented(field) for field in foreign}
    asked = [field for field in foreign if field in sent]  # each field of the form alone, the rest together
    wrong = [f for f in asked if differs(client, path, sent, {f: foreign[f]}, {f: made_up[f]})]
    rest = [f for f in foreign if f not in sent]
    if differs(client, path, sent, {f: foreign[f] for f in rest}, {f: made_up[f] for f in rest}):
        wrong += [f for f in rest if differs(client, path, sent, {f: foreign[f]}, {f: made_up[f]})] or ["together"]
    assert wrong == []


def invented(field):
    if field == "scope":
        return "person-7654321"
    return "00000000-0000-4000-8000-000000000000" if field == "series" else MADE_UP
