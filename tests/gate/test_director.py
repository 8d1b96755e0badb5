"""The sales director, a manager who heads a sales department (D1): every page a manager has, over all teams below; what
is offered on a page opens, and he reads, comments and decides."""

import re

import pytest
from django.utils import timezone

from collaboration.models import CollaborationRequest, RequestKind
from collaboration.raising import raise_request
from core.periods import period_of, today
from customers.models import FollowUpComment
from pipeline.models import Deal, Meeting
from reviews.aiming import aim
from reviews.opening import take_opening
from reviews.scopes import Scope, survey
from tests.cast import key

START = ["/team", "/today", "/pipeline", "/pipeline/table", "/customers", "/requests", "/targets", "/forecast",
         "/reviews", "/team/meeting", "/process", "/messages", "/me", "/imports"]
LINK = re.compile(r'(?:href|hx-get|data-url)="(/[^"#]*)"')
LEFT = re.compile(  # files, polls, and a form that its page fills with the rows that are ticked
    r"^/(static|media|log(in|out)|files|service|manifest|me/|exports|imports/|customers/bulk)|[?&](since|seen|poll)="
)
MOST = 150  # pages


def shape(path):
    """An address without its numbers, so that a hundred customers are one page, each query its own."""
    return re.sub(r"\d+", "9", path)


def crawl(client, start):
    """{address: status} of what can be reached by links, two of each shape."""
    seen, waiting, shapes = {}, list(start), {}
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if path in seen or LEFT.search(path) or shapes.get(shape(path), 0) >= 2:
            continue
        shapes[shape(path)] = shapes.get(shape(path), 0) + 1
        answer = client.get(path)
        while answer.status_code in (301, 302):
            answer = client.get(answer.url)
        seen[path] = answer.status_code
        if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            waiting += [link.replace("&amp;", "&") for link in LINK.findall(answer.content.decode())]
    return seen


@pytest.fixture
def running(world):
    """The world in its month: an opening kept, targets set, a meeting begun in each team."""
    cast, month = world.cast, period_of("month", today())
    take_opening()
    for scope in [*survey().teams, Scope("department", cast.sales.pk)]:
        aim(month, "signed", scope, 100_000, by=cast.grace, now=month.starts_at)
    return world


def test_every_link_the_director_sees_opens(running, clients):
    seen = crawl(clients["grace"], START)
    assert {path: status for path, status in seen.items() if status != 200} == {}
    assert len(seen) > 80


def test_the_director_has_every_page_over_the_teams_below(running, clients):
    cast, grace, month = running.cast, clients["grace"], period_of("month", today()).code
    names = [cast.east.name_en, cast.south.name_en]
    for path in ("/team", f"/targets/{month}", f"/targets/{month}/contract", "/forecast", f"/reviews/month/{month}",
                 "/team/meeting", f"/targets/{month}/response", f"/targets/{month}/approval"):
        answer = grace.get(path)
        page = (grace.get(answer.url) if answer.status_code == 302 else answer).content.decode()
        assert [name for name in names if name not in page] == [], path
    for path in ("/pipeline", "/pipeline/table", "/customers"):
        page = grace.get(path).content.decode()
        for place in (running.alice, running.charlie):
            assert place.customer.name in page, path
    home = grace.get("/team").context["home"]
    assert [(team.pk, {row.person.team_id for row in rows}) for team, _sums, rows in home.groups] == [
        (team.pk, {team.pk}) for team in home.teams  # teams first, reps under them
    ]
    assert sum(sums.amount for _team, sums, _rows in home.groups) == sum(row.amount for row in home.reps) > 0
    both = {team: grace.get(f"/team?team={team.pk}").content.decode() for team in (cast.east, cast.south)}
    assert cast.alice.name in both[cast.east] and cast.charlie.name not in both[cast.east]
    assert cast.charlie.name in both[cast.south]


def test_the_director_comments_where_he_reads(running, clients, client_of):
    """On a follow-up of either team, to the talker or privately; on a request; the rep reads the open word only."""
    cast, grace = running.cast, clients["grace"]
    for place, rep in ((running.alice, cast.alice), (running.charlie, cast.charlie)):
        talk = place.log
        page = grace.get(f"/customers/{place.customer.pk}").content.decode()
        assert f"/follow-ups/{talk.pk}/comment" in page
        assert grace.get(f"/follow-ups/{talk.pk}/comment").status_code == 200
        for text, private in (("这单我来看看", ""), ("先别说", "on")):
            post = {"text": text, "key": key()} | ({"private": private} if private else {})
            assert grace.post(f"/follow-ups/{talk.pk}/comment", post).status_code == 302
        assert FollowUpComment.objects.filter(follow_up=talk, by=cast.grace).count() == 2
        own = client_of(rep).get(f"/customers/{place.customer.pk}").content.decode()
        assert "这单我来看看" in own and "先别说" not in own
        assert "先别说" in grace.get(f"/customers/{place.customer.pk}").content.decode()
        heard = client_of(rep).get("/messages").content.decode()
        assert cast.grace.name in heard
        number = place.request.number
        assert "req-talk" in grace.get(f"/requests/R-{number}").content.decode()
        assert grace.post(f"/requests/R-{number}/comment", {"text": "请加急", "key": key()}).status_code == 302
        assert place.request.comments.filter(by=cast.grace, text="请加急").exists()


def test_the_director_runs_a_meeting_of_each_team_and_decides(running, clients):
    cast, grace, code = running.cast, clients["grace"], period_of("week", today()).code
    for team, place in ((cast.east, running.alice), (cast.south, running.charlie)):
        assert grace.post(f"/team/meeting/{code}/start", {"team": team.pk, "key": key()}).status_code == 302
        meeting = Meeting.objects.get(team=team, week=code)
        assert meeting.leader == cast.grace
        items = meeting.agenda["items"]
        wanted = next(n for n, item in enumerate(items) if item.get("deal") in (place.deal.pk, place.second.pk))
        page = grace.get(f"/team/meeting/{code}?team={team.pk}&item={wanted}").content.decode()
        assert team.name_en in page and place.customer.name in page
        said = {"team": team.pk, "item": wanted, "decision": "note", "text": "总监：先报价", "key": key()}
        assert grace.post(f"/team/meeting/{code}/decide", said).status_code == 302
        made = meeting.items.get()
        assert (made.kind, made.text, made.by) == ("note", "总监：先报价", cast.grace)
        assert grace.post(f"/team/meeting/{code}/end", {"team": team.pk, "key": key()}).status_code == 302


def test_what_a_manager_asks_is_the_directors_to_decide(running, clients, client_of):
    """The manager's own contract goes to who heads the department: on his team home, decided there."""
    cast, now = running.cast, timezone.now()
    kind = RequestKind.objects.get(code="contract")
    deal = Deal.objects.filter(customer=running.alice.customer).first()
    raised = raise_request(by=cast.mia, now=now, department=cast.legal, kind=kind, title="合同审批", description="x",
                           standard="x", deal=deal)
    request = CollaborationRequest.objects.get(pk=raised.pk)
    step = request.steps.filter(state="waiting").first()
    assert step.person == cast.grace
    grace = clients["grace"]
    assert f"/requests/R-{request.number}" in grace.get("/team").content.decode()
    answer = grace.post(f"/requests/R-{request.number}/approve", {"key": key(), "state": request.state})
    assert answer.status_code == 302
    step.refresh_from_db()
    assert (step.state, step.decided_by) == ("approved", cast.grace)
