"""A review that closes is mailed to its readers: his scope, his language, once, and never one that is long over."""

import datetime as dt

import pytest
from django.core import mail
from django.utils import translation

from activity.channels import Channels
from activity.mailing import deliver_all
from activity.models import Notification
from activity.recording import notify
from customers.models import FollowUp
from pipeline.models import StageProgress
from reviews.closing import close_missed, close_period
from reviews.models import Review
from reviews.reading import read_review
from reviews.writing import as_text
from tests.reviews.world import World, moment

pytestmark = pytest.mark.django_db
MARCH, NOW = "2024-03", moment(dt.date(2024, 4, 1), 0, 40)
MORNING = moment(dt.date(2024, 4, 1), 9)


def told(person, scope, language):
    with translation.override(language):
        return as_text(read_review(person, "month", MARCH, scope, now=MORNING))


def letters():
    return {letter.to[0].partition("@")[0]: letter for letter in mail.outbox}


@pytest.mark.proves("REL18", "INV-5")
def test_each_reader_gets_his_own_report_once(cast):
    World(cast, 3, customers=24)
    type(cast.mia).objects.filter(pk=cast.mia.pk).update(language="zh-hans")
    type(cast.bob).objects.filter(pk=cast.bob.pk).update(notices={"reviews": {"mail": ""}})
    close_period("month", MARCH, now=NOW)
    team = Review.objects.get(period=MARCH, scope="team", scope_id=cast.east.pk)
    notify("reviews.closed", team, tell=[cast.alice], at=NOW, key="not his", kind_of="month", period=MARCH)
    assert deliver_all(now=NOW)["mailed"] == 0  # it is night
    deliver_all(now=MORNING)
    sent = letters()
    assert {"mia", "alice", "charlie", "nadia", "grace", "sam"} <= set(sent)
    assert "bob" not in sent
    assert "ada" not in sent
    assert told(cast.mia, f"team-{cast.east.pk}", "zh-hans") in sent["mia"].body
    assert told(cast.alice, f"person-{cast.alice.pk}", "en") in sent["alice"].body
    assert f"/reviews/month/{MARCH}?scope=person-{cast.alice.pk}" in sent["alice"].body
    assert "华东一组" in sent["mia"].body
    assert "East team 1" not in sent["alice"].body  # the team's report is not his to read
    assert f"scope=team-{cast.east.pk}" not in sent["alice"].body
    assert sent["mia"].subject == "月复盘 2024年3月 已生成"
    before = len(mail.outbox)
    close_period("month", MARCH, now=NOW + dt.timedelta(hours=3))
    close_missed("month", now=MORNING)
    deliver_all(now=MORNING + dt.timedelta(days=1))
    assert len(mail.outbox) == before


def test_what_is_long_over_or_was_filled_afterwards_is_mailed_to_nobody(cast):
    World(cast, 3, customers=6)
    assert close_period("month", "2024-02", now=NOW)["told"] == 0
    FollowUp.objects.update(entered_at=NOW)
    StageProgress.objects.update(recorded_at=NOW)
    assert close_period("month", MARCH, now=NOW)["told"] == 0
    assert Review.objects.filter(period=MARCH).exists()
    assert not Notification.objects.filter(kind="reviews.closed").exists()


def test_a_person_may_turn_it_off_and_has_it_by_default(cast):
    channels = Channels.load()
    _bell, at = channels.ways(cast.alice, "reviews.closed", "fyi", NOW)
    assert at == moment(dt.date(2024, 4, 1), 8, 45)
    cast.alice.notices = {"reviews": {"mail": ""}}
    assert channels.ways(cast.alice, "reviews.closed", "fyi", NOW) == (True, None)
