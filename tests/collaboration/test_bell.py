"""A message that asks for one press is finished where it is read (S19)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activity.models import Notification
from collaboration import verbs
from collaboration.models import CollaborationRequest
from tests.cast import key
from tests.collaboration.world import MONDAY, ask, brought_to

pytestmark = pytest.mark.django_db


def act(client):
    return client.get("/messages").context["inbox"]["act"]


def press(client, line):
    return client.post(line.finish.url, line.finish.fields | {"key": key()})


def test_accept_confirm_and_approve_from_the_bell(cast, client_of):
    request, contract = ask(cast.alice, cast.tech), ask(cast.alice, cast.legal, code="contract")
    tess = client_of(cast.tess)
    (line,) = act(tess)
    assert line.finish.label.startswith("Accept, due") and line.finish.label in tess.get("/messages").content.decode()
    assert press(tess, line)["Location"] == "/messages"
    assert CollaborationRequest.objects.get(pk=request.pk).person == cast.tess
    assert act(tess) == [], "what was asked is over"
    verbs.deliver(CollaborationRequest.objects.get(pk=request.pk), by=cast.tess, now=MONDAY, result="可行")
    alice = client_of(cast.alice)
    (line,) = [line for line in act(alice) if line.finish]
    assert press(alice, line).status_code == 302
    assert CollaborationRequest.objects.get(pk=request.pk).state == "done"
    mia = client_of(cast.mia)
    (line,) = act(mia)
    assert line.finish.label == "Approve" and press(mia, line).status_code == 302
    assert [step.state for step in contract.steps.order_by("position")] == ["approved", "waiting"]


def test_what_asks_for_words_only_leads_there(cast, client_of):
    brought_to("waiting", cast), brought_to("refused", cast)
    lines = act(client_of(cast.alice))
    assert len(lines) == 2 and not any(line.finish for line in lines)
    assert all(line.url.startswith("/requests/R-") for line in lines)


def test_the_bell_costs_the_same_for_one_request_and_for_many(cast, client_of, settings):
    settings.SETUP_SECONDS = 60
    tess, spent = client_of(cast.tess), []
    for more in (1, 12):
        for _one in range(more):
            ask(cast.alice, cast.tech)
        tess.get("/messages")
        with CaptureQueriesContext(connection) as queries:
            assert all(line.finish for line in act(tess))
        spent.append(len(queries))
    assert spent[0] == spent[1]
    assert Notification.objects.filter(recipient=cast.tess).count() == 13
