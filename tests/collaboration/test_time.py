"""Clocks in working hours, silence, reminders (R13, R60, R61, S12)."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import Department, Leave
from activity.models import Notification
from collaboration import clocks, escalating, sweeping, verbs
from collaboration.models import CollaborationRequest
from tests.cast import make_department
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
    assert sweeping.settle(now=MONDAY + 8 * HOUR) == {"agreed": 0, "confirmed": 0, "released": 0}
    assert sweeping.settle(now=TUESDAY) == {"agreed": 1, "confirmed": 0, "released": 0}
    assert sweeping.settle(now=MONDAY + dt.timedelta(days=14)) == {"agreed": 0, "confirmed": 1, "released": 1}
    states = [CollaborationRequest.objects.get(pk=one.pk).state for one in (countered, delivered)]
    assert states == ["submitted", "done"]  # the agreed one lay untouched long past its promise


def told(request):
    rows = Notification.objects.filter(subject_id=request.pk).exclude(kind="collaboration.raised")
    return sorted((row.kind.partition(".")[2], row.recipient.username) for row in rows)


@pytest.mark.proves("R60")
def test_a_warning_then_each_step_once_and_in_working_hours_only(cast):
    request = ask(cast.alice, cast.legal, now=MONDAY)
    soon, night, morning = MONDAY + 8.5 * HOUR, TUESDAY - HOUR, TUESDAY + HOUR
    for _twice in range(2):
        escalating.remind(now=soon)
    assert told(request) == [("due_soon", "sam")]
    assert escalating.remind(now=night) == {"soon": 0, "late": 0}
    assert [escalating.remind(now=morning)["late"] for _twice in range(2)] == [1, 0]
    breach = [("due_soon", "sam"), ("late", "mia"), ("late", "sam"), ("late_asked", "alice")]
    assert told(request) == breach  # sam serves and heads 法务部, mia leads the asker's team
    assert escalating.remind(now=TUESDAY + 8 * HOUR)["late"] == 0
    assert escalating.remind(now=TUESDAY + 25 * HOUR)["late"] == 1  # a working day later once more
    assert told(request).count(("late", "sam")) == 2
    silent = TUESDAY + dt.timedelta(days=8) + HOUR  # five further working days: silence does not stay silent
    assert [escalating.remind(now=silent)["late"] for _twice in range(2)] == [1, 0]
    verbs.accept(request, by=cast.sam, now=silent)
    assert not Notification.objects.filter(subject_id=request.pk, group="act", over_at=None).exists()


@pytest.mark.proves("R60")
def test_a_silent_asker_is_told_and_then_his_manager(cast):
    request = brought_to("waiting", cast)
    escalating.remind(now=MONDAY + 8.5 * HOUR)
    assert ("answer_due", "alice") in told(request) and ("answer_due", "mia") not in told(request)
    escalating.remind(now=TUESDAY + HOUR)
    assert ("answer_due", "mia") in told(request)


def test_who_stands_in_hears_instead_and_heads_above_at_the_second_step(cast):
    company = make_department("公司", lead=cast.grace)
    Department.objects.filter(pk=cast.tech.pk).update(parent=company)
    request = brought_to("accepted", cast)
    day = FRIDAY.date() + dt.timedelta(days=3)
    Leave.objects.create(user=cast.tess, first=day, last=day, substitute=cast.sam)
    escalating.remind(now=FRIDAY + dt.timedelta(days=3) + HOUR)
    assert ("late", "sam") in told(request) and ("late", "grace") not in told(request)
    escalating.remind(now=FRIDAY + dt.timedelta(days=4) + HOUR)
    assert ("late", "grace") in told(request) and ("late", "tess") in told(request)


def test_the_sweep_costs_the_same_for_many(cast):
    spent = []
    for more in (2, 40):
        for _one in range(more):
            ask(cast.alice, cast.legal, now=MONDAY)
            ask(cast.bob, cast.legal, code="contract", now=MONDAY)
        with CaptureQueriesContext(connection) as queries:
            assert escalating.remind(now=TUESDAY + HOUR)["late"] == 2 * more
        spent.append(len(queries))
    assert spent[0] == spent[1] and spent[0] <= 20, queries.captured_queries


def test_what_lies_untouched_goes_back_to_its_department(cast):
    taken, spoken, handed = (brought_to("accepted", cast), brought_to("accepted", cast), ask(cast.alice, cast.tech))
    verbs.say(spoken, by=cast.tess, now=TUESDAY, text="在做")
    verbs.hand_over(handed, by=cast.tess, now=MONDAY, department=cast.legal, person=cast.sam)
    assert sweeping.settle(now=TUESDAY + HOUR)["released"] == 1  # handed to one person who did not answer in time
    assert sweeping.settle(now=FRIDAY + dt.timedelta(days=3, hours=3))["released"] == 0
    assert sweeping.settle(now=FRIDAY + dt.timedelta(days=4, hours=10))["released"] == 1
    rows = [CollaborationRequest.objects.get(pk=one.pk) for one in (taken, spoken, handed)]
    assert [(row.state, row.person) for row in rows] == [
        ("submitted", None), ("accepted", cast.tess), ("submitted", None),
    ]  # fmt: skip
    assert ("released", "tess") in told(taken)
