"""Clocks in working hours, silence, reminders (R13, R60, R61, S12)."""

import datetime as dt

import pytest
from django.utils import translation

from activity.models import Notification
from collaboration import clocks, sweeping, verbs
from collaboration.models import CollaborationRequest
from tests.collaboration.world import FRIDAY, MONDAY, TUESDAY, ask, brought_to

HOUR = dt.timedelta(hours=1)


@pytest.mark.proves("R60", "R61")
def test_accept_by_is_one_working_day_and_urgent_four_hours(cast):
    late_friday = FRIDAY.replace(hour=17)
    plain = ask(cast.alice, cast.tech, now=late_friday)
    urgent = ask(cast.alice, cast.tech, now=late_friday, priority="urgent", urgent_why="客户在等")
    monday = late_friday + dt.timedelta(days=3)
    assert plain.accept_by == monday.replace(hour=17)
    assert urgent.accept_by == monday.replace(hour=12)


def test_words_first(cast):
    request = ask(cast.alice, cast.tech, now=MONDAY)
    for now, zh, en, tone in (
        (MONDAY, "剩 1 天", "1 day left", ""), (MONDAY + 8 * HOUR, "剩 1 小时", "1 h left", "soon"),
        (TUESDAY + HOUR, "超时 1 小时", "1 h late", "late"), (TUESDAY + 33 * HOUR, "超时 2 天", "2 days late", "late"),
    ):
        clock = clocks.accept_clock(request, now)
        with translation.override("zh-hans"):
            assert clock.words == zh
        with translation.override("en"):
            assert (clock.words, clock.tone) == (en, tone)


def test_a_question_stops_the_departments_clock(cast):
    request = ask(cast.alice, cast.tech, now=MONDAY)
    verbs.ask_back(request, by=cast.tess, now=MONDAY + 2 * HOUR, question="？")
    assert clocks.clock_of(request, MONDAY + 3 * HOUR).side == "asker"
    verbs.answer(request, by=cast.alice, now=TUESDAY + HOUR, text="！")
    assert request.accept_by == TUESDAY.replace(hour=17)  # six of eight hours were left at 10:00 on Tuesday


def test_the_explanation_names_each_side_and_the_rest_days(cast):
    request = ask(cast.alice, cast.tech, now=FRIDAY)
    lines = clocks.explain(request, FRIDAY + dt.timedelta(days=3))
    assert [(line.holder, line.minutes) for line in lines] == [("department", 480)]
    assert [day.isoweekday() for day, _why in lines[0].rest] == [6, 7]
    assert clocks.shares(lines) == {"department": 480, "asker": 0}


def test_silence_agrees_after_a_working_day_and_confirms_after_fourteen_days(cast):
    countered, delivered = brought_to("countered", cast), brought_to("delivered", cast)
    assert sweeping.settle(now=MONDAY + 8 * HOUR) == {"agreed": 0, "confirmed": 0}
    assert sweeping.settle(now=TUESDAY) == {"agreed": 1, "confirmed": 0}
    assert sweeping.settle(now=MONDAY + dt.timedelta(days=14)) == {"agreed": 0, "confirmed": 1}
    states = [CollaborationRequest.objects.get(pk=one.pk).state for one in (countered, delivered)]
    assert states == ["accepted", "done"]


def test_late_ones_are_escalated_once_and_in_working_hours_only(cast):
    request = ask(cast.alice, cast.legal, now=MONDAY)
    night, morning = TUESDAY - HOUR, TUESDAY + HOUR
    assert sweeping.remind(now=night)["late"] == 0
    for _twice in range(2):
        assert sweeping.remind(now=morning)["late"] == 1
    kinds = [(row.kind, row.recipient.username) for row in Notification.objects.filter(subject_id=request.pk)]
    assert sorted(kinds) == [
        ("collaboration.late", "sam"), ("collaboration.late_asked", "alice"), ("collaboration.raised", "sam"),
    ]  # fmt: skip
