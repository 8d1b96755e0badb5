"""Pages of requests: who reads what, in place and without scripts (S12, S13)."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from activity.models import Attachment
from collaboration import verbs
from collaboration.models import CollaborationRequest, RequestKind
from tests.activity.test_files import PNG
from tests.cast import key
from tests.collaboration.world import MONDAY, ask, brought_to

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


def test_the_navigation_counts_anew_after_a_deed_in_place(cast, client_of):
    client = client_of(cast.tess)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/requests?tab=accept"}
    waiting = [ask(cast.alice, cast.tech) for _ in range(3)]
    assert '<span class="n">3</span>' in client.get("/requests").content.decode()
    for request, target, left in ((waiting[0], f"req-row-{waiting[0].number}", 2), (waiting[1], "req-state", 1)):
        data = {"key": key(), "state": "submitted", "tab": "accept", "question": "单向还是双向？"}
        answer = client.post(f"/requests/R-{request.number}/ask-back", data, headers=headers | {"HX-Target": target})
        body = answer.content.decode()
        nav = body.partition('<nav class="nav" id="nav" hx-swap-oob="true"')[2].partition("</nav>")[0]
        assert f'<span class="n">{left}</span>' in nav and 'href="/requests" aria-current="page"' in nav
        assert 'id="tabs" hx-swap-oob="true"' in body and 'id="bell" hx-swap-oob="true"' in body


def test_the_department_follows_from_the_kind_and_is_not_called_optional(cast, client_of):
    page = client_of(cast.alice).get("/requests/new?kind=contract")
    field = page.context["form"]["department"]
    assert (field.value(), field.field.required) == (cast.legal.pk, True)
    html = page.content.decode()
    label = html.partition(f'for="{field.id_for_label}"')[2].partition("</label>")[0]
    assert "optional" not in label and "Follows from the kind" in html
    RequestKind.objects.filter(code="other").update(department_words="")
    page = client_of(cast.alice).get("/requests/new?kind=other")
    assert page.context["form"]["department"].field.empty_label and "Follows from the kind" not in page.content.decode()
    data = {"kind": "other", "title": "x", "description": "x", "priority": "normal", "needed_by": "2099-01-01"}
    assert "Choose a department" in client_of(cast.alice).post("/requests/new", data | {"key": key()}).content.decode()


def test_the_customer_of_a_lead_is_asked_for_and_not_called_optional(cast, client_of):
    client = client_of(cast.tess)
    fields = {code: client.get(f"/requests/new?kind={code}").context["form"].fields for code in ("lead", "technical")}
    assert [fields[code]["customer_name"].required for code in fields] == [True, False]
    day = timezone.localdate() + dt.timedelta(days=7)
    said = {"kind": "lead", "title": "展会线索", "description": "x", "priority": "normal", "needed_by": day}
    for typed, status in (("  ", 422), ("新星智造", 302)):
        answer = client.post("/requests/new", said | {"customer_name": typed, "key": key()})
        assert answer.status_code == status
        assert status == 302 or answer.content.decode().count("Enter the customer") == 2, "at the field and on top"


def picture(name="screen.png"):
    return SimpleUploadedFile(name, PNG, "image/png")


def test_a_file_comes_with_a_reply_and_opens_beside_its_download(cast, client_of):
    request = brought_to("accepted", cast)
    url = f"/requests/R-{request.number}/comment"
    client = client_of(cast.tess)
    answer = client.post(url, {"key": key(), "text": "见截图", "files": picture()}, headers={"HX-Request": "true"})
    body = answer.content.decode()
    assert answer.status_code == 200 and 'id="req-files" hx-swap-oob="true"' in body and "见截图" in body
    (file,) = Attachment.objects.of(request)
    view = reverse("activity:view_file", args=[file.pk])
    page = client.get(f"/requests/R-{request.number}").content.decode()
    assert f'href="{view}" target="_blank" rel="noopener"' in page
    shown = client.get(view)
    assert shown["Content-Type"] == "image/png" and "inline" in shown["Content-Disposition"]
    assert "sandbox" in shown["Content-Security-Policy"]
    assert client_of(cast.sam).get(view).status_code == 404
    # words or a file, but something; a picture alone is said by its name; none of it under an internal note
    assert client.post(url, {"key": key(), "text": " "}, headers={"HX-Request": "true"}).status_code == 422
    assert client.post(url, {"key": key(), "files": picture("b.png")}).status_code == 302
    assert request.comments.last().text == "b.png"
    hidden = client.post(url, {"key": key(), "internal": "on", "text": "x", "files": picture("c.png")})
    assert hidden.status_code == 422 and Attachment.objects.of(request).count() == 2
    wrong = SimpleUploadedFile("d.png", b"MZ not a picture", "image/png")
    assert client.post(url, {"key": key(), "text": "y", "files": wrong}).status_code == 422
    assert request.comments.count() == 2 and Attachment.objects.of(request).count() == 2


def test_another_kind_brings_its_own_standard_and_keeps_a_typed_one(cast, client_of):
    client, contract = client_of(cast.alice), RequestKind.objects.get(code="contract")
    for typed, shown in (
        (RequestKind.objects.get(code="technical").standard, contract.standard), ("两份报价", "两份报价")
    ):  # fmt: skip
        form = client.get("/requests/new", {"kind": "contract", "standard": typed}).context["form"]
        assert form["standard"].value() == shown


def test_rows_and_pages_name_their_keys(cast, client_of):
    request = ask(cast.alice, cast.tech)
    row = client_of(cast.tess).get("/requests?tab=accept").content.decode().partition('id="requests"')[2]
    assert [f'data-key="{key}"' in row for key in "arg"] == [True] * 3
    page = client_of(cast.tess).get(f"/requests/R-{request.number}").content.decode()
    assert [f'data-key="{key}"' in page for key in "abcr"] == [True, True, False, True]
    verbs.accept(request, by=cast.tess, now=timezone.now())
    page = client_of(cast.tess).get(f"/requests/R-{request.number}").content.decode()
    assert [f'data-key="{key}"' in page for key in "abcr"] == [False, True, True, True]


def test_a_refused_file_takes_the_verb_back(cast, client_of):
    request = brought_to("accepted", cast)
    wrong = SimpleUploadedFile("d.png", b"MZ not a picture", "image/png")
    data = {"key": key(), "state": "accepted", "result": "可行", "files": wrong}
    answer = client_of(cast.tess).post(f"/requests/R-{request.number}/deliver", data)
    assert answer.status_code == 422 and "d.png" in answer.content.decode()
    assert CollaborationRequest.objects.get(pk=request.pk).state == "accepted"


# --- Cards side by side -----------------------------------------------------------------------------------------
def test_what_came_back_is_apart_from_what_is_done(cast, client_of):
    brought_to("refused", cast), brought_to("done", cast)
    contract = ask(cast.alice, cast.legal, code="contract")
    verbs.send_back(contract, by=cast.mia, now=MONDAY, comment="改")
    page = client_of(cast.alice).get("/requests?tab=returned")
    assert {row.request.state for row in page.context["rows"]} == {"refused", "waiting"}
    assert {row.request.state for row in client_of(cast.alice).get("/requests?tab=done").context["rows"]} == {"done"}
    assert client_of(cast.alice).get("/requests?tab=more").context["rows"] == []


def test_the_orders_of_a_queue(cast, client_of):
    late, soon, far = (ask(cast.alice, cast.tech, title=title) for title in ("late", "soon", "far"))
    now = timezone.now()
    for request, hours, amount in ((late, -5, 1), (soon, 3, 3), (far, 90, 2)):
        CollaborationRequest.objects.filter(pk=request.pk).update(due_at=now + dt.timedelta(hours=hours), amount=amount)

    def titles(person, sort):
        rows = client_of(person).get(f"/requests?tab=accept&sort={sort}").context["rows"]
        return [row.request.title for row in rows]

    assert titles(cast.tess, "") == ["late", "soon", "far"]
    assert titles(cast.tess, "left") == ["soon", "far", "late"]
    assert titles(cast.tess, "new") == ["far", "soon", "late"]
    assert titles(cast.tess, "-amount") == titles(cast.tess, ""), "no amounts, no order by them"
    assert titles(cast.ada, "-amount") == ["soon", "far", "late"]


def test_the_cards_are_the_tabs_with_the_same_verbs_and_keys(cast, client_of, settings, django_assert_max_num_queries):
    settings.SETUP_SECONDS = 60  # as in production
    one = ask(cast.alice, cast.tech)
    for state in ("accepted", "waiting", "refused", "delivered"):
        brought_to(state, cast)
    tess = client_of(cast.tess)
    tess.get("/requests?as=board")
    with django_assert_max_num_queries(14):
        page = tess.get("/requests?as=board")
    assert [(column.tab.name, len(column.rows)) for column in page.context["columns"]] == [
        ("accept", 1), ("mine", 1), ("more", 1), ("returned", 1), ("done", 1),
    ]  # fmt: skip
    html = page.content.decode()
    assert all(f'data-key="{name}"' in html for name in "arg") and html.count("data-row") == 5
    said = {"state": "submitted", "query": "as=board", "key": key()}
    htmx = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "requests"}
    answer = tess.post(f"/requests/R-{one.number}/accept", said, **htmx)
    assert [len(column.rows) for column in answer.context["columns"]] == [0, 2, 1, 1, 1]
    bad = tess.post(f"/requests/R-{one.number}/ask-back", said | {"state": "accepted", "key": key()}, **htmx)
    assert bad.status_code == 422 and 'id="requests"' in bad.content.decode()
    plain = tess.post(f"/requests/R-{one.number}/ask-back", {
        "state": "accepted", "question": "?", "back": "/requests?as=board", "key": key(),
    })  # fmt: skip
    assert plain["Location"] == "/requests?as=board"
