"""The page of a request tells its story: whoever comes later reads who asked what, and with whom it lies (R59, M10)."""

import re

import pytest
from django.utils import timezone

from activity.models import Notification
from collaboration import verbs
from pipeline.models import Risk
from tests.cast import key, make_customer
from tests.collaboration.world import MONDAY, TUESDAY, ask, brought_to

pytestmark = pytest.mark.django_db


def talk_of(client, request):
    html = client.get(f"/requests/R-{request.number}").content.decode()
    lines = re.findall("<li[ >].*?</li>", html.partition('id="req-talk"')[2].partition("</section>")[0], re.S)
    return [" ".join(re.sub("<[^>]+>", " ", line).split()) for line in lines]


@pytest.mark.proves("R59", "M10")
def test_questions_reasons_and_notes_stay_readable_for_both_sides(cast, client_of):
    request = ask(cast.alice, cast.tech)
    verbs.counter(request, by=cast.tess, now=MONDAY, on=TUESDAY.date(), reason="周一出差")
    verbs.insist(request, by=cast.alice, now=MONDAY, note="客户周二要")
    verbs.ask_back(request, by=cast.tess, now=MONDAY, question="单向还是双向？")
    verbs.answer(request, by=cast.alice, now=MONDAY, text="双向")
    verbs.say(request, by=cast.tess, now=MONDAY, text="先别答应", internal=True)
    verbs.refuse(request, by=cast.tess, now=TUESDAY, reason="不在范围内")
    verbs.resubmit(request, by=cast.alice, now=TUESDAY)
    hers, theirs = (talk_of(client_of(person), request) for person in (cast.alice, cast.tess))
    for lines in (hers, theirs):
        words = ("周一出差", "客户周二要", "单向还是双向", "不在范围内")
        assert [word for line in lines for word in words if word in line] == list(words), lines
    assert len(theirs) == len(hers) + 1, "an internal note is the department's own"
    assert not any("先别答应" in line for line in hers)


@pytest.mark.parametrize(
    ("state", "who"),
    [("submitted", ""), ("waiting", "李强"), ("countered", "李强"), ("delivered", "李强"), ("done", "")],
)
def test_it_says_whom_it_waits_for_where_the_department_does_not(cast, client_of, state, who):
    request = brought_to(state, cast)
    page = client_of(cast.tess).get(f"/requests/R-{request.number}")
    assert page.context["waits_for"] == who and (f"waits for {who}" in page.content.decode()) == bool(who)


def test_an_approval_says_whose_step_it_is_on_the_page_and_in_the_row(cast, client_of):
    request = ask(cast.alice, cast.legal, code="contract", now=timezone.now())
    for person, path in ((cast.alice, "/requests?tab=asked"), (cast.mia, "/requests?tab=accept")):
        assert "In approval · 陈曦" in client_of(person).get(path).content.decode()
    page = client_of(cast.sam).get(f"/requests/R-{request.number}").content.decode()
    assert "waits for 陈曦" in page and "once your department has accepted" not in page
    verbs.add_step(request, by=cast.mia, now=timezone.now(), department=cast.tech, note="参数")
    verbs.approve(request, by=cast.mia, now=timezone.now())
    lines = talk_of(client_of(cast.sam), request)  # her language is English, whoever's it was who did it
    assert "asked Tech as well" in lines[-2] and "参数" in lines[-2] and "next is Tech" in lines[-1]


def test_what_is_handed_on_leaves_nothing_of_itself_on_the_page(cast, client_of):
    request = brought_to("submitted", cast)
    said = {"key": key(), "state": "submitted", "department": cast.legal.pk}
    headers = {"HX-Request": "true", "HX-Target": "req-state"}
    answer = client_of(cast.tess).post(f"/requests/R-{request.number}/hand-over", said, headers=headers)
    assert '<div id="req-body" hx-swap-oob="true"></div>' in answer.content.decode()


def test_what_is_in_progress_is_delivered_from_its_row(cast, client_of):
    request = brought_to("accepted", cast)
    link = f'<a class="btn btn-s btn-primary" href="/requests/R-{request.number}?do=deliver#do-deliver">'
    for path in ("/requests?tab=mine", "/requests?as=board"):
        page = client_of(cast.tess).get(path).content.decode()
        assert page.count(link) == 1 and page.count("do=deliver") == 1


def test_somebody_is_kept_informed_from_then_on_until_he_or_they_stop_it(cast, client_of):
    request = brought_to("accepted", cast)
    url, bob, tess = f"/requests/{request.code}", client_of(cast.bob), client_of(cast.tess)
    assert bob.get(url).status_code == 404
    assert tess.post(f"{url}/watchers", {"user": cast.bob.pk, "key": key()}).status_code == 302
    told = Notification.objects.get(recipient=cast.bob)
    assert (told.kind, told.group) == ("collaboration.watching", "fyi")
    page = bob.get(url).content.decode()
    assert "Stop following" in page and 'name="user"' not in page, "he reads, and adds nobody"
    assert bob.post(f"{url}/watchers", {"user": cast.nadia.pk, "key": key()}).status_code == 403
    assert tess.post(f"{url}/watchers", {"user": cast.bob.pk, "key": key()}).status_code == 422, "once"
    verbs.deliver(request, by=cast.tess, now=timezone.now(), result="可行")
    assert Notification.objects.filter(recipient=cast.bob, kind="collaboration.delivered").exists()
    left = bob.post(f"{url}/watchers", {"drop": cast.bob.pk, "key": key()})
    assert (left.status_code, left.url) == (302, "/requests") and bob.get(url).status_code == 404
    tess.post(f"{url}/watchers", {"user": cast.nadia.pk, "key": key()})
    assert client_of(cast.alice).post(f"{url}/watchers", {"drop": cast.nadia.pk, "key": key()}).status_code == 302
    assert not request.watchers.exists()


@pytest.mark.proves("R58")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("客户预算审批流程延迟，需对接财务部", "price"), ("预批流程延迟，需对接财务部", "finance"),
        ("需协调生产部优先排产", "delivery"), ("技术部对接人出差", "technical"), ("样品未到", "material"),
        ("客户犹豫", "technical"),
    ],
)  # fmt: skip
def test_a_risk_begins_a_request_of_the_kind_it_names(cast, client_of, text, code):
    deal = make_customer(cast.alice).deals.get()
    risk = Risk.objects.create(deal=deal, text=text, opened_at=timezone.now(), opened_by=cast.alice)
    client, query = client_of(cast.alice), {"deal": deal.pk, "risk": risk.pk}
    form = client.get("/requests/new", query).context["form"]
    assert (form["kind"].value(), form["title"].value()) == (code, text)
    assert client.get("/requests/new", query | {"kind": "other"}).context["form"]["kind"].value() == "other"
