"""Pages of requests: who reads what, in place and without scripts (S12, S13)."""

import pytest
from django.urls import reverse

from tests.cast import key
from tests.collaboration.world import ask, brought_to

STATES = ["submitted", "countered", "waiting", "refused", "accepted", "delivered", "done", "withdrawn", "closed"]


@pytest.mark.parametrize("state", STATES)
def test_the_page_opens_for_both_sides_in_every_state(cast, client_of, state):
    request = brought_to(state, cast)
    url = reverse("collaboration:page", args=[request.number])
    assert url == f"/requests/R-{request.number}"
    for person in (cast.alice, cast.tess, cast.mia, cast.ada):
        response = client_of(person).get(url)
        assert response.status_code == 200
        assert "定制方案技术评估" in response.content.decode()


@pytest.mark.parametrize("person", ["charlie", "sam", "nadia", "bob"])
def test_what_is_not_yours_is_404(cast, client_of, person):
    request = brought_to("submitted", cast)
    client = client_of(getattr(cast, person))
    assert client.get(f"/requests/R-{request.number}").status_code == 404
    assert client.get("/requests/R-99999").status_code == 404
    assert client.post(f"/requests/R-{request.number}/accept", {"key": key()}).status_code == 404


@pytest.mark.parametrize("tab", ["accept", "mine", "more", "done", "asked", "handled", "team", "x"])
@pytest.mark.parametrize("person", ["alice", "mia", "tess", "ada", "grace"])
def test_every_tab_opens(cast, client_of, person, tab):
    brought_to("submitted", cast)
    brought_to("delivered", cast)
    response = client_of(getattr(cast, person)).get(f"/requests?tab={tab}")
    assert response.status_code == 200


def test_new_requests_open_for_askers_only(cast, client_of):
    for person, status in (("alice", 200), ("mia", 200), ("tess", 200), ("ada", 403)):
        assert client_of(getattr(cast, person)).get("/requests/new").status_code == status



def test_accept_in_place(cast, client_of):
    request = ask(cast.alice, cast.tech)
    response = client_of(cast.tess).post(
        f"/requests/R-{request.number}/accept", {"key": key(), "state": "submitted", "tab": "accept"},
        headers={"HX-Request": "true", "HX-Target": f"req-row-{request.number}"},
    )
    assert response.status_code == 200, response.content.decode()[:2000]
    body = response.content.decode()
    assert f'id="req-row-{request.number}"' in body and 'id="req-tabs"' in body
