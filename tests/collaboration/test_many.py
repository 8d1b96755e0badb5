"""Several requests at once: accepted or handed over, each by itself (S12)."""

from django.utils import timezone

from collaboration import verbs
from collaboration.models import CollaborationRequest
from tests.cast import key, make_user
from tests.collaboration.world import ask


def states(*requests):
    rows = CollaborationRequest.objects.in_bulk([one.pk for one in requests])
    return [(rows[one.pk].state, rows[one.pk].person) for one in requests]


def test_chosen_ones_are_accepted_and_what_is_not_fit_is_named(cast, client_of):
    now = timezone.now()
    one, two, taken, withdrawn, foreign = (ask(cast.alice, cast.tech, now=now) for _n in range(5))
    verbs.accept(taken, by=cast.tess, now=now)
    verbs.withdraw(withdrawn, by=cast.alice, now=now)
    verbs.hand_over(foreign, by=cast.tess, now=now, department=cast.legal)
    client = client_of(cast.tess)
    queue = client.get("/requests?tab=accept").content.decode()
    assert queue.count('class="pick"') == 2 and 'id="bulk"' in queue
    ids = [row.number for row in (one, two, taken, withdrawn, foreign)]
    page = client.get("/requests/many", {"do": "accept", "ids": ids}).content.decode()
    assert "Accept 2 requests" in page and taken.code in page and foreign.code not in page
    # the page named what is not fit, and sends the others alone; a tampered form changes nothing about it
    answer = client.post("/requests/many", {"do": "accept", "ids": ids, "key": key()})
    body = client.get(answer["Location"]).content.decode()
    assert "2 requests: saved" in body and f"{taken.code} was left as it is" in body
    assert states(one, two, withdrawn, foreign) == [
        ("accepted", cast.tess), ("accepted", cast.tess), ("withdrawn", None), ("submitted", None),
    ]  # fmt: skip


def test_chosen_ones_are_handed_to_one_colleague_or_department_and_approvals_are_not(cast, client_of):
    uma = make_user("uma", "吴优", "support", department=cast.legal)
    one, two = ask(cast.alice, cast.legal), ask(cast.bob, cast.legal)
    approval = ask(cast.alice, cast.legal, code="contract")
    client, said = client_of(cast.sam), {"do": "hand_over", "ids": [one.number, two.number, approval.number]}
    assert client.post("/requests/many", said | {"key": key()}).status_code == 422
    assert client.post("/requests/many", said | {"key": key(), "person": cast.tess.pk}).status_code == 422
    both = {"person": uma.pk, "department": cast.tech.pk}
    assert client.post("/requests/many", said | {"key": key()} | both).status_code == 422
    assert client.post("/requests/many", said | {"key": key(), "person": uma.pk}).status_code == 302
    assert states(one, two, approval) == [("submitted", uma), ("submitted", uma), ("submitted", None)]
    assert client.post("/requests/many", said | {"key": key(), "department": cast.tech.pk}).status_code == 302
    places = CollaborationRequest.objects.in_bulk([one.pk, two.pk, approval.pk])
    assert [places[row.pk].department for row in (one, two, approval)] == [cast.tech, cast.tech, cast.legal]
    assert states(one, two) == [("submitted", None), ("submitted", None)]


def test_nobody_accepts_what_he_only_asked_for(cast, client_of):
    one = ask(cast.alice, cast.tech)
    client_of(cast.alice).post("/requests/many", {"do": "accept", "ids": [one.number], "key": key()})
    assert states(one) == [("submitted", None)]
    assert client_of(cast.sam).get(f"/requests/many?do=accept&ids={one.number}").status_code == 404
    assert client_of(cast.tess).get(f"/requests/many?do=close&ids={one.number}").status_code == 404
