"""Answers to objections (R34, R35): versions that stay, shown where the objection is picked, and what came of it."""

import datetime as dt
import random
import re
from collections import Counter

import pytest
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict
from core.periods import period_of, today
from customers.models import FollowUp, Topic
from pipeline.models import DealLink, StageProgress
from reviews import answers
from reviews.answered import outcomes
from reviews.models import Answer, AnswerUse
from reviews.scopes import COMPANY, Scope
from tests.cast import key, make_customer
from tests.reviews.world import World

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2024, 4, 10, 3, tzinfo=dt.UTC)


@pytest.fixture
def price():
    return Topic.objects.filter(kind="objection", retired_at=None).order_by("position", "pk").first()


def address(topic, name="answer", **query):
    return reverse(f"reviews:{name}", args=[topic.pk]) + "?" + "&".join(f"{k}={v}" for k, v in query.items())


@pytest.mark.proves("R35")
def test_an_edit_is_a_new_version_and_the_older_stay(cast, price, client_of):
    mia, alice = client_of(cast.mia), client_of(cast.alice)
    url = address(price)
    assert mia.post(url, {"text": "先算三年总账", "version": 0, "key": key()}).status_code == 302
    assert mia.post(url, {"text": "先谈价值，再谈价格", "version": 1, "key": key()}).status_code == 302
    late = client_of(cast.nadia).post(url, {"text": "给折扣", "version": 1, "key": key()})
    assert late.status_code == 409 and "先谈价值，再谈价格" in late.content.decode()
    assert mia.post(url, {"text": "先谈价值，再谈价格", "version": 1, "key": key()}).status_code == 302  # nothing new
    assert [(a.number, a.text, a.by) for a in answers.versions_of(price)] == [
        (2, "先谈价值，再谈价格", cast.mia), (1, "先算三年总账", cast.mia)
    ]
    page = alice.get(url).content.decode()
    assert "先算三年总账" in page and "先谈价值，再谈价格" in page and "<textarea" not in page
    assert alice.post(url, {"text": "我的话", "version": 2, "key": key()}).status_code == 403
    assert client_of(cast.sam).get(url).status_code == 403
    assert mia.post(url, {"text": "", "version": 2, "key": key()}).status_code == 302  # taken back
    assert answers.in_use() == {} and len(answers.versions_of(price)) == 3


def test_two_at_once_make_one_version(cast, price):
    answers.write(price, "甲", by=cast.mia, now=NOW, expect=0)
    with pytest.raises(Conflict) as caught:
        answers.write(price, "乙", by=cast.nadia, now=NOW, expect=0)
    assert [(c.now, c.yours) for c in caught.value.clashes] == [("甲", "乙")]
    assert Answer.objects.count() == 1


@pytest.mark.proves("R34", "R35")
def test_the_log_shows_it_and_keeps_that_it_was_said(cast, price, client_of):
    customer = make_customer(cast.alice, now=timezone.now() - 3 * DAY, name="东方机械", deal={"amount": 5})
    alice, log = client_of(cast.alice), reverse("customers:log") + f"?customer={customer.pk}"
    assert "data-when=\"topics=" not in alice.get(log).content.decode()  # no answer yet: no line
    answers.write(price, "先算三年总账", by=cast.mia, now=timezone.now() - DAY, expect=0)
    form = alice.get(log).content.decode()
    assert f'data-when="topics={price.pk}"' in form and "先算三年总账" in form
    other = Topic.objects.filter(kind="objection").exclude(pk=price.pk).first()
    said = {"customer": customer.pk, "text": "嫌贵", "methods": ["phone"], "time": "now",
            "topics": [price.pk, other.pk], "answered": [price.pk, other.pk],
            "next": "pick", "next_date": (today() + 3 * DAY).isoformat(),
            "next_text": "再谈", "key": key()}
    assert alice.post(log, said).status_code == 302
    follow_up = FollowUp.objects.get()
    assert [(u.answer.topic, u.follow_up) for u in AnswerUse.objects.all()] == [(price, follow_up)]
    alice.post(log, said | {"topics": [other.pk], "key": key(), "client_uuid": ""})  # its chip was let go
    assert AnswerUse.objects.count() == 1
    week = client_of(cast.mia).get(reverse("reviews:week", args=[period_of("week", today()).code])).content.decode()
    assert "先算三年总账" not in week  # fewer than five logs: no table
    for _n in range(3):
        alice.post(log, said | {"answered": [], "key": key(), "client_uuid": ""})
    week = client_of(cast.mia).get(reverse("reviews:week", args=[period_of("week", today()).code])).content.decode()
    assert "先算三年总账" in week and "Write the answer" in week


def recount(world, versions, topic, mine):
    """{version: Counter} again, by loops over objects: mine(follow_up) says whose conversation counts."""
    kinds = {s.pk: s for s in world.stages}
    found, seen = {}, set()
    talks = FollowUp.objects.filter(entered_at__lte=NOW, happened_at__gte=NOW - 400 * DAY).order_by("happened_at", "pk")
    for talk in talks:
        known = [c for c in talk.corrections.all() if c.entered_at <= NOW]
        corrected = any(not (c.voided_at and c.voided_at <= NOW) for c in known)
        gone = corrected or (talk.voided_at and talk.voided_at <= NOW)
        if gone or not mine(talk) or not any(n.topic_id == topic.pk for n in talk.needs.all()):
            continue
        version = max([a.number for a in versions if a.at <= talk.happened_at], default=0)
        counts = found.setdefault(version, Counter())
        said = AnswerUse.objects.filter(follow_up=talk, answer__topic=topic).exists()
        counts["talks"] += 1
        counts["said"] += said
        links = [link.deal_id for link in talk.deal_links.all()]
        for deal in talk.customer.deals.all():
            if links and deal.pk not in links:
                continue
            stays = [s for s in StageProgress.objects.filter(deal=deal).order_by("entered_at", "pk")
                     if s.recorded_at <= NOW and not (s.voided_at and s.voided_at <= NOW)]
            here = None
            for stay in stays:
                left = stay.left_at if stay.left_at and stay.left_recorded_at <= NOW else None
                if stay.entered_at <= talk.happened_at and (left is None or left > talk.happened_at):
                    here = kinds[stay.stage_id]
            if not any(s.entered_at <= talk.happened_at for s in stays):
                first = stays[0]
                here = kinds[first.stage_id] if first.entered_at - talk.happened_at < DAY else None
            if here is None or (here.kind != "open" and not links):
                continue
            after = [kinds[s.stage_id] for s in stays if s.entered_at > talk.happened_at]
            fate = "open"
            if any(s.kind in ("won", "after") or (s.kind == "open" and s.position > here.position) for s in after):
                fate = "on"
            elif after and after[-1].kind == "lost":
                fate = "lost"
            if (version, deal.pk) not in seen:
                seen.add((version, deal.pk))
                counts[fate] += 1
            if said and (version, deal.pk, "said") not in seen:
                seen.add((version, deal.pk, "said"))
                counts["said_deals"] += 1
                counts["said_on"] += fate == "on"
    return found


@pytest.mark.proves("R34", "R35")
def test_use_and_later_moves_recounted(cast):
    world = World(cast, 3, customers=70)
    topic = Topic.objects.get(code="w-price")
    versions = [answers.write(topic, f"第 {n} 版", by=cast.mia, now=at, expect=n - 1) for n, at in enumerate(
        [dt.datetime(2024, 2, 12, 4, tzinfo=dt.UTC), dt.datetime(2024, 3, 10, 4, tzinfo=dt.UTC)], 1)]
    dice = random.Random(3)
    for talk in FollowUp.objects.filter(needs__topic=topic).distinct().order_by("pk"):
        known = [a for a in versions if a.at <= talk.happened_at]
        if known and dice.random() < 0.5:
            AnswerUse.objects.create(answer=known[-1], follow_up=talk)
        deals = list(talk.customer.deals.order_by("pk"))
        if len(deals) > 1 and dice.random() < 0.5:
            DealLink.objects.create(deal=deals[1], follow_up=talk)
    scopes = {
        COMPANY: lambda talk: True,
        Scope("team", cast.east.pk): lambda talk: talk.customer.team_id == cast.east.pk,
        Scope("person", cast.alice.pk): lambda talk: talk.talked_by_id == cast.alice.pk,
    }
    names = ("talks", "said", "on", "lost", "open", "said_on", "said_deals")
    total = Counter()
    for scope, mine in scopes.items():
        found = outcomes(scope, versions, now=NOW, topic=topic)
        told = {v: {n: len(getattr(outcome, n)) for n in names} for (_t, v), outcome in found.items()}
        again = {v: {n: counts[n] for n in names} for v, counts in recount(world, versions, topic, mine).items()}
        assert told == again, scope
        total.update({n: sum(line[n] for line in told.values()) for n in names})
        every = outcomes(scope, versions, now=NOW)  # all objections at once say the same of this one
        same = {v: len(o.talks) for (t, v), o in every.items() if t == topic.pk}
        assert same == {v: n["talks"] for v, n in told.items()}
    assert min(total[name] for name in names) > 0, total


def test_every_number_opens_its_rows(cast, client_of, price, monkeypatch):
    World(cast, 5, customers=22)
    topic = Topic.objects.get(code="w-price")
    answers.write(topic, "第一版", by=cast.mia, now=dt.datetime(2024, 3, 1, tzinfo=dt.UTC), expect=0)
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    links = 0
    for who, scope in ((cast.mia, f"team-{cast.east.pk}"), (cast.ada, "company")):
        client = client_of(who)
        for page in (address(topic, scope=scope), reverse("reviews:answers") + f"?scope={scope}"):
            html = client.get(page).content.decode()
            for url, shown in re.findall(r'<a class="num" href="(/reviews/answers/\d+/rows[^"]+)">(\d+)</a>', html):
                assert client.get(url.replace("&amp;", "&")).context["total"] == int(shown), url
                links += 1
    assert links > 12
    alice = client_of(cast.alice)
    of_team = address(topic, "answer_rows", of="talks", version=1, scope=f"team-{cast.east.pk}")
    assert alice.get(of_team).status_code == 404
    for wrong in ({"of": "nothing", "version": 1}, {"of": "on", "version": 9}, {"of": "on"}):
        assert alice.get(address(topic, "answer_rows", **wrong)).status_code == 404
