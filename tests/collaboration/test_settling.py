"""What the clock does to many requests is what the verb does to one, at the cost of a few; one bad one stops none."""

import datetime as dt
import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.calendar import Calendar
from accounts.models import Leave
from activity.files import attach
from activity.models import Event, Notification
from collaboration import clocks, notes, settling, sweeping, telling, verbs
from collaboration.life import turn
from collaboration.models import CollaborationRequest, RequestInterval, Watcher
from customers.staleness import Rule
from pipeline import agenda
from pipeline.models import CardNote
from tests.cast import make_customer
from tests.collaboration.world import FRIDAY, MONDAY, NEXT_MONDAY, TUESDAY, WEDNESDAY, ask, brought_to
from tests.lanes import shared

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def told_of(request):
    """Everything a deed leaves, without the keys of rows."""
    row = CollaborationRequest.objects.get(pk=request.pk)
    event = Event.objects.about(request).latest("pk")
    facts = {name: getattr(row, name) for name in (
        "state", "person_id", "promised_on", "due_at", "held_since", "accept_by", "accepted_at", "done_at", "ended_at",
        "version",
    )}  # fmt: skip
    stretch = RequestInterval.objects.filter(request=request).latest("pk")
    said = CardNote.objects.filter(deal=row.deal_id, source=notes.source_of(row)).order_by("pk")
    own = {"code", "number"}
    return (
        facts, row.history.count(), (event.verb, event.by, {k: v for k, v in event.data.items() if k not in own}),
        [(one.state, one.holder, one.person_id, one.started_at, one.ended_at) for one in request.intervals.all()],
        (stretch.state, stretch.ended_at),
        sorted((n.kind, n.group, n.recipient.username, n.over_at) for n in Notification.objects.about(request)),
        [(n.kind, n.words.replace(row.code, "R"), n.until) for n in said],
    )  # fmt: skip


def offered(cast, customer):
    request = ask(cast.alice, cast.tech, customer=customer)
    Watcher.objects.create(request=request, user=cast.bob)
    verbs.counter(request, by=cast.tess, now=MONDAY, on=NEXT_MONDAY.date(), reason="出差")
    return request


def delivered(cast, customer):
    request = ask(cast.alice, cast.tech, customer=customer)
    verbs.accept(request, by=cast.tess, now=MONDAY)
    verbs.deliver(request, by=cast.tess, now=MONDAY, result="可行")
    return request


@pytest.mark.parametrize(
    ("make", "verb", "later"),
    [(offered, verbs.agree, dt.timedelta(days=2)), (delivered, verbs.confirm, dt.timedelta(days=15))],
)
def test_many_at_once_leave_what_the_verb_of_one_leaves(cast, make, verb, later):
    one, other = (make(cast, make_customer(cast.alice, name=name)) for name in ("星澜科技", "远洋制造"))
    for request in (one, other):
        CollaborationRequest.objects.filter(pk=request.pk).update(customer_name="x", title="y")
    hers = CollaborationRequest.objects.get(pk=one.pk)
    verb(hers, by=None, now=MONDAY + later)
    assert sum(sweeping.settle(now=MONDAY + later).values()) == 1
    assert told_of(one) == told_of(other)


def one_by_one(now):
    """What settle() says in words, with the verbs of one: the same questions, asked again until nothing is left."""
    rows = CollaborationRequest.objects.filter(due_at__lte=now).with_faces().order_by("pk")
    done = {"agreed": 0, "confirmed": 0, "released": 0}
    while True:
        turned = 0
        for verb, state in ((verbs.agree, "countered"), (verbs.confirm, "delivered")):
            for one in rows.filter(state=state):
                verb(one, by=None, now=now)
                done["agreed" if state == "countered" else "confirmed"] += 1
                turned += 1
        for one in sweeping._untouched(rows, Calendar.load(), now=now):
            person, place = one.person, one.department
            due = clocks.accept_due(place, one.priority, now=now, kind=one.kind)
            turn(one, by=None, now=now, to="submitted", person=None, promised_on=None, accepted_at=None, accept_by=due)
            notes.show(one, now=now)
            people = [person for person in [*telling.people_of(place), place.lead] if person]
            telling.tell("released", one, by=None, now=now, act=people, fyi=[person, *telling.asker(one)],
                         person=person.name)  # fmt: skip
            done["released"] += 1
            turned += 1
        if not turned:
            return done


@pytest.mark.proves("R60")
@pytest.mark.parametrize("seed", shared([3, 11]))
def test_whatever_there_is_many_at_once_leave_what_one_by_one_would(cast, seed, monkeypatch):
    """Requests by chance in every state, of several departments, priorities and versions, with watchers, leave and
    words in between, at three moments; in chunks far smaller than they are many."""
    rng = random.Random(seed)
    monkeypatch.setattr(settling, "CHUNK", 7)
    customers = [make_customer(cast.alice, name=f"客户{n}") for n in range(3)]
    Leave.objects.create(user=cast.tess, first=TUESDAY.date(), last=WEDNESDAY.date(), substitute=cast.sam)
    made = []
    for _n in range(30):
        place, who = rng.choice([(cast.tech, cast.tess), (cast.legal, cast.sam)])
        one = ask(rng.choice([cast.alice, cast.bob]), place, customer=rng.choice([None, *customers]),
                  priority=rng.choice(["low", "normal", "high"]))  # fmt: skip
        made.append(one)
        for person in rng.sample([cast.bob, cast.nadia], rng.randrange(3)):
            Watcher.objects.create(request=one, user=person)
        path = rng.choice(["none", "handed", "offered", "taken", "spoken", "delivered", "reopened"])
        if path == "handed":
            verbs.hand_over(one, by=who, now=MONDAY, person=who)
        elif path == "offered":
            verbs.counter(one, by=who, now=MONDAY + rng.randrange(30) * HOUR, on=rng.choice([FRIDAY, TUESDAY]).date(),
                          reason="出差")  # fmt: skip
        elif path != "none":
            verbs.accept(one, by=who, now=MONDAY, promised_on=rng.choice([TUESDAY, FRIDAY]).date())
        if path == "spoken":
            verbs.say(one, by=who, now=TUESDAY, text="在做")
        if path in ("delivered", "reopened"):
            verbs.deliver(one, by=who, now=TUESDAY, result="可行")
        if path == "reopened":
            verbs.reopen(one, by=one.asker, now=TUESDAY + HOUR, reason="不全")
    found = []
    for moment in (TUESDAY + 2 * HOUR, FRIDAY + HOUR, MONDAY + dt.timedelta(days=20)):
        left = []
        for settle in (lambda now: one_by_one(now), lambda now: sweeping.settle(now=now)):
            with transaction.atomic():
                done = settle(moment)
                left.append((done, [told_of(one) for one in made]))
                transaction.set_rollback(True)
        assert left[0] == left[1]
        found.append(sum(left[0][0].values()))
    assert found[-1] > found[0] > 0, "each moment has something to turn, the last one much"


@pytest.mark.proves("R60")
def test_the_clock_costs_the_same_for_many(cast, settings):
    settings.SETUP_SECONDS = 60  # as in production: what setup says is read once
    spent = []
    for more in (2, 40):
        for _one in range(more):
            offered(cast, None), delivered(cast, None)
            handed = ask(cast.alice, cast.tech)
            verbs.hand_over(handed, by=cast.tess, now=MONDAY, department=cast.legal, person=cast.sam)
        with CaptureQueriesContext(connection) as queries:
            done = sweeping.settle(now=MONDAY + dt.timedelta(days=15))
        assert done["agreed"] == done["confirmed"] == more and done["released"] >= more
        spent.append(len(queries))
    assert spent[1] <= spent[0] + 2, spent
    assert spent[0] <= 50


@pytest.mark.proves("REL22")
def test_one_that_cannot_be_turned_stops_no_other(cast, monkeypatch):
    requests = [offered(cast, None) for _n in range(5)]
    data = settling.telling.named

    def fail(request):
        if request.pk == requests[2].pk:
            raise KeyError("poison")
        return data(request)

    monkeypatch.setattr(settling.telling, "named", fail)
    assert sweeping.settle(now=WEDNESDAY) == {"agreed": 4, "confirmed": 0, "released": 0, "failed": 1}
    states = [CollaborationRequest.objects.get(pk=one.pk).state for one in requests]
    assert states == ["accepted", "accepted", "countered", "accepted", "accepted"], "nothing half"


def test_what_somebody_was_faster_with_is_left_alone(cast, monkeypatch):
    """Between finding them and holding them one is agreed to by hand: its new stretch goes on."""
    faster, other = (offered(cast, make_customer(cast.alice, name=name, now=MONDAY)) for name in ("快", "慢"))
    later = CollaborationRequest.objects.get(pk=faster.pk).due_at + dt.timedelta(days=2)
    found = settling._found

    def find(deeds):
        keys = found(deeds)
        if any(pk == faster.pk for _number, pk in keys):
            verbs.agree(CollaborationRequest.objects.get(pk=faster.pk), by=cast.alice, now=later)
        return keys

    monkeypatch.setattr(settling, "_found", find)
    sweeping.settle(now=later)
    for request in (faster, other):
        rows = RequestInterval.objects.filter(request=request)
        assert (rows.filter(ended_at=None).count(), rows.filter(state="accepted").count()) == (1, 1)


def test_a_file_of_whoever_took_it_is_a_touch_like_a_word(cast):
    idle, busy, others = (brought_to("accepted", cast) for _n in range(3))
    attach(busy, SimpleUploadedFile("spec.pdf", b"%PDF-1.4 x"), by=cast.tess, now=TUESDAY)
    attach(others, SimpleUploadedFile("spec.pdf", b"%PDF-1.4 x"), by=cast.alice, now=TUESDAY)
    assert sweeping.settle(now=FRIDAY + dt.timedelta(days=4, hours=10))["released"] == 2
    states = [CollaborationRequest.objects.get(pk=one.pk).state for one in (idle, busy, others)]
    assert states == ["submitted", "accepted", "submitted"]


def test_the_cards_say_how_long_at_the_same_cost_for_many(cast):
    for n in range(12):
        customer = make_customer(cast.alice, name=f"客户{n}")
        ask(cast.alice, cast.legal, code="contract", customer=customer)
    with CaptureQueriesContext(connection) as queries:
        sweeping.refresh_cards(now=MONDAY + 3 * HOUR)
    holds = CardNote.objects.filter(kind="hold", until=None)
    assert {(note.words[-4:], note.words_en[-3:]) for note in holds} == {("3 小时", "3 h")}
    assert len(queries) <= 9
    with CaptureQueriesContext(connection) as queries:
        sweeping.refresh_cards(now=MONDAY + 3 * HOUR)
    assert len(queries) <= 8, "nothing changed, nothing is written"


@pytest.mark.proves("M11")
def test_the_card_and_the_meeting_say_what_waiting_has_cost(cast):
    """Monday 9:00 asked of the technical department, answered on Tuesday 9:00; then legal, from Tuesday 9:00 on."""
    customer = make_customer(cast.alice, now=MONDAY - dt.timedelta(days=7))
    deal = customer.deals.get()
    first = ask(cast.alice, cast.tech, customer=customer, now=MONDAY)
    verbs.accept(first, by=cast.tess, now=MONDAY)
    verbs.deliver(first, by=cast.tess, now=TUESDAY, result="可行")
    verbs.confirm(first, by=cast.alice, now=TUESDAY)
    second = ask(cast.alice, cast.legal, customer=customer, now=TUESDAY)
    sweeping.refresh_cards(now=TUESDAY + 2 * HOUR)
    (note,) = CardNote.objects.filter(deal=deal, kind="waiting", until=None)
    assert note.words == f"等法务部 · {second.code} 技术评估 · 已等 1 天"  # 8 working hours and 2 more
    assert note.words_en.endswith("· waited 1 day")
    facts = agenda.facts_of([deal.pk], TUESDAY.date(), Rule.load())[deal.pk]
    assert [words[0] for words in facts["waits"]] == [note.words]
    contract = ask(cast.alice, cast.legal, customer=customer, code="contract", now=TUESDAY)
    sweeping.refresh_cards(now=TUESDAY + 2 * HOUR)
    hold = CardNote.objects.get(deal=deal, kind="hold", until=None)
    assert hold.words.endswith("2 小时 · 共等 1 天") and hold.source.endswith(str(contract.number))
