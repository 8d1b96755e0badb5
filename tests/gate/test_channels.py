"""What a person is told, whatever the road: bell, mail, group robot, calendar, search, files, exports. What exists for
him is the same on each (INV-4), and no word of another's reaches him on any (INV-5, INV-12)."""

import io
import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Department, Team
from activity import topics
from activity.models import Attachment, Notification, Robot
from activity.recording import notify
from collaboration import groups, verbs
from collaboration.models import CollaborationRequest
from core.jobs import run_now
from core.periods import today
from customers.models import NextStep
from salesflow import morning
from salesflow.feeding import calendar_of
from salesflow.finding import search
from tests.cast import key
from tests.gate.test_canaries import ROOTS, foreign
from tests.gate.walk import PEOPLE, ask, browser

READERS = [*PEOPLE, "leo"]
FILES = re.compile(r"https?://[^/]+(/[^\s]*)")


def person(world, login):
    return getattr(world.cast, login)


def everything_said(world):
    """A message of every request and customer to everybody: more than the product ever writes, so that the gates and
    not the senders keep what is not theirs away."""
    people = [person(world, login) for login in READERS]
    for place in (world.alice, world.charlie):
        for subject, kind in ((place.request, "collaboration.said"), (place.customer, "customers.assigned")):
            notify(kind, subject, tell=people, at=world.now, key=f"all {kind} {subject.pk}", act=True,
                   code="R", title=str(subject), name=str(subject), who="w", text=str(subject), n=1)  # fmt: skip


@pytest.mark.proves("INV-5", "REL18")
@pytest.mark.parametrize("login", READERS)
def test_the_bell_says_nothing_of_others_and_leads_only_where_one_may_go(world, clients, login):
    everything_said(world)
    response = clients[login].get(reverse("activity:messages"))
    assert foreign(response.content.decode(), login) == set()
    lines = [line for group in ("act", "fyi") for line in response.context["inbox"][group]]
    assert lines
    for line in lines:
        if line.url:
            assert clients[login].get(line.url.partition("#")[0], follow=True).status_code == 200, line.url
    waiting = Notification.objects.filter(recipient=person(world, login), read_at=None, over_at=None, in_bell=True)
    assert response.context["shell"].unread == waiting.count() == sum(len(line.keys) for line in lines)


@pytest.mark.proves("INV-5", "REL18")
def test_a_mail_says_nothing_of_others_and_its_links_open(world, clients):
    everything_said(world)
    Notification.objects.filter(mailed_at=None).update(mail_due_at=world.now)
    mail.outbox.clear()
    assert run_now("deliver_mail")["failed"] == 0
    by_address = {person(world, login).email: login for login in READERS}
    assert {letter.to[0] for letter in mail.outbox} >= {person(world, login).email for login in ("alice", "mia", "sam")}
    for letter in mail.outbox:
        login = by_address[letter.to[0]]
        assert foreign(f"{letter.subject} {letter.body}", login) == set(), login
        for path in FILES.findall(letter.body):
            assert clients[login].get(path.partition("#")[0], follow=True).status_code == 200, (login, path)


@pytest.mark.proves("INV-5", "INV-12")
def test_no_robot_says_a_word_of_a_customer(world, monkeypatch):
    said = []
    monkeypatch.setattr(groups.robots, "send", lambda robot, title, lines, link, **how: said.append([title, *lines, link]))
    Robot.objects.all().delete()
    robots = [Robot.objects.create(team=team, kind="wecom", tells_requests=True) for team in Team.objects.all()]
    robots += [Robot.objects.create(department=d, kind="wecom", tells_requests=True) for d in Department.objects.all()]
    groups._listening.until = 0
    for place, server in ((world.alice, world.cast.sam), (world.charlie, world.cast.tess)):
        verbs.refuse(CollaborationRequest.objects.get(pk=place.asked.pk), by=server, now=timezone.now(), reason="x")
        verbs.resubmit(CollaborationRequest.objects.get(pk=place.asked.pk), by=place.person, now=timezone.now())
    for robot in robots:
        for request in CollaborationRequest.objects.all():
            for verb in ("raised", "sent_back", "refused"):
                groups.post(robot.pk, request.pk, verb, now=timezone.now())
        said.append(morning.message_for(robot, today(), now=timezone.now()))
    assert len(said) > len(robots), "requests were spoken of, not only mornings"
    assert ROOTS.findall(f"{said}") == []


@pytest.mark.proves("INV-4", "INV-5")
@pytest.mark.parametrize("login", READERS)
def test_the_calendar_holds_ones_own_steps_and_promises_only(world, login):
    user = person(world, login)
    text = calendar_of(user, now=world.now, base="http://testserver").decode()
    assert foreign(text.replace("\r\n ", ""), login) == set()
    steps = NextStep.objects.filter(owner=user, kind="ours", closed_at=None, customer__merged_into=None)
    promised = [
        r for r in CollaborationRequest.objects.filter(person=user) if r.promised_on and r.state in (
            "submitted", "countered", "waiting", "accepted", "delivered")
    ]  # fmt: skip
    assert text.count("BEGIN:VEVENT") == steps.count() + len(promised)


@pytest.mark.proves("INV-4", "INV-5")
@pytest.mark.parametrize("login", READERS)
def test_search_the_list_and_the_page_know_the_same_requests(world, clients, login):
    user, client = person(world, login), clients[login]
    for request in CollaborationRequest.objects.all():
        page = ask(client, "get", reverse("collaboration:page", args=[request.number]), draw="nothing").status
        hits = [hit for _head, found in search(user, request.code, now=world.now) for hit in found]
        found = any(hit.url.endswith(f"/{request.code}") for hit in hits)
        assert found == (page == 200), (login, request.code)
        assert foreign(" ".join(f"{hit}" for hit in hits), login) == set()


@pytest.mark.proves("INV-4", "INV-5", "B39")
@pytest.mark.parametrize("login", READERS)
def test_a_file_is_there_for_whoever_sees_what_it_hangs_on(world, clients, login):
    for file in Attachment.objects.filter(removed_at=None):
        response = clients[login].get(reverse("activity:download", args=[file.pk]))
        parent = file.parent
        path = (
            reverse("collaboration:page", args=[parent.number]) if isinstance(parent, CollaborationRequest)
            else reverse("customer", args=[parent.pk])
        )  # fmt: skip
        assert response.status_code == clients[login].get(path).status_code, (login, file.name)
        if response.status_code == 200:
            assert foreign(b"".join(response.streaming_content).decode("utf-8", "replace"), login) == set()
            assert foreign(response.headers["Content-Disposition"], login) == set()
        else:
            assert foreign(response.content.decode(), login) == set()


@pytest.mark.proves("INV-4", "INV-5")
@pytest.mark.parametrize("login", READERS)
def test_the_workbook_of_requests_is_the_queue(world, clients, login):
    response = browser(clients[login]).post(
        reverse("exchange:export"), {"sheet": "requests", "key": key()}, follow=True
    )  # fmt: skip
    assert response.status_code == 200, login
    book = load_workbook(io.BytesIO(response.content))
    rows = [row for row in book.worksheets[0].iter_rows(values_only=True) if any(row)]
    words = " ".join(f"{cell}" for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row)
    assert foreign(words, login) == set()
    assert foreign(f"{response.headers}", login) == set()
    seen = CollaborationRequest.objects.visible_to(person(world, login)).count()
    assert len(rows) - 1 == seen, "one line a request"


def test_what_is_over_leaves_the_bell_of_everybody(world):
    everything_said(world)
    for place in (world.alice, world.charlie):
        request = CollaborationRequest.objects.get(pk=place.request.pk)
        verbs.close(request, by=world.cast.ada, now=timezone.now(), reason="x")
    topics.withdraw_over(now=timezone.now())
    left = Notification.objects.waiting().filter(kind="customers.assigned", group="act")
    owners = {(row.recipient_id, row.subject_id) for row in left}
    assert owners == {(place.person.pk, place.customer.pk) for place in (world.alice, world.charlie)}
