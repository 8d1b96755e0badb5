import datetime as dt

import pytest
from django.utils import translation

from accounts.arranging import add_leave, remove_day, set_day
from accounts.calendar import Calendar, leave_of, stand_in
from accounts.models import Leave, WorkingHours
from core.errors import Refused
from core.periods import at

D = dt.date
pytestmark = pytest.mark.django_db


def moment(day, hour, minute=0):
    return at(D.fromisoformat(day), dt.time(hour, minute))


@pytest.fixture
def calendar():
    return Calendar.load()


@pytest.mark.proves("REL10")
@pytest.mark.parametrize("day, works", [
    ("2024-03-01", True), ("2024-03-02", False), ("2024-03-03", False),
    ("2024-02-12", False),  # 春节
    ("2024-02-04", True), ("2024-02-18", True),  # 调休
    ("2024-04-04", False), ("2024-04-07", True), ("2024-10-01", False), ("2024-10-12", True),
])
def test_holidays_and_make_up_days(calendar, day, works):
    assert calendar.works(D.fromisoformat(day)) is works


def test_names_in_both_languages(calendar):
    with translation.override("zh-hans"):
        assert calendar.name_of(D(2024, 2, 12)) == "春节"
        assert calendar.name_of(D(2024, 2, 18)) == "调休上班（春节）"
        assert calendar.name_of(D(2024, 3, 2)) == ""
    with translation.override("en"):
        assert calendar.name_of(D(2024, 2, 12)) == "Spring Festival"
        assert calendar.name_of(D(2024, 2, 18)) == "Make-up working day (Spring Festival)"


def test_a_year_the_library_does_not_know_follows_weekdays(calendar):
    assert (calendar.knows(2024), calendar.knows(2031)) == (True, False)
    assert [calendar.works(D(2031, 10, n)) for n in range(1, 8)] == [True, True, True, False, False, True, True]


def test_own_days_win_over_library_and_weekday(cast):
    now = moment("2024-03-01", 9)
    set_day(day=D(2024, 3, 4), works=False, name="年会", by=cast.ada, now=now)
    set_day(day=D(2024, 2, 12), works=True, name="", by=cast.ada, now=now)
    row = set_day(day=D(2031, 10, 1), works=False, name="国庆", by=cast.ada, now=now)
    found = Calendar.load()
    days = D(2024, 3, 4), D(2024, 2, 12), D(2031, 10, 1)
    assert [found.works(day) for day in days] == [False, True, False]
    assert found.name_of(D(2024, 3, 4)) == "年会"
    set_day(day=D(2024, 3, 4), works=True, name="", by=cast.ada, now=now)
    assert Calendar.load().works(D(2024, 3, 4))
    remove_day(row, by=cast.ada, now=now)
    assert Calendar.load().works(D(2031, 10, 1))


def test_a_loaded_calendar_costs_one_query_and_notices_new_hours(django_assert_num_queries):
    Calendar.load()
    with django_assert_num_queries(1):
        found = Calendar.load()
        found.working_days(D(2024, 1, 1), D(2024, 12, 31))
    hours = WorkingHours.load()
    hours.weekdays = "123456"
    hours.save()
    assert Calendar.load().works(D(2024, 3, 2))


@pytest.mark.parametrize("start, n, expected", [
    ("2024-03-01", 1, "2024-03-04"), ("2024-03-02", 1, "2024-03-04"), ("2024-02-08", 1, "2024-02-09"),
    ("2024-02-09", 1, "2024-02-18"), ("2024-02-09", 2, "2024-02-19"), ("2024-03-04", 0, "2024-03-04"),
    ("2024-03-04", -1, "2024-03-01"), ("2024-03-04", -2, "2024-02-29"),
])
def test_adding_working_days(calendar, start, n, expected):
    assert calendar.add_working_days(D.fromisoformat(start), n) == D.fromisoformat(expected)


def test_next_working_day(calendar):
    assert calendar.next_working_day(D(2024, 3, 1)) == D(2024, 3, 4)
    assert calendar.next_working_day(D(2024, 3, 1), 3) == D(2024, 3, 6)


def test_counting_working_days(calendar):
    assert calendar.working_days(D(2024, 3, 1), D(2024, 3, 31)) == 21
    assert calendar.working_days(D(2024, 3, 1), D(2024, 3, 8)) == 6  # 6 of 21: 29 %
    assert calendar.working_days(D(2024, 2, 1), D(2024, 2, 29)) == 18
    assert calendar.working_days(D(2024, 3, 2), D(2024, 3, 3)) == 0
    assert calendar.working_days(D(2024, 3, 2), D(2024, 3, 1)) == 0


@pytest.mark.parametrize("start, end, minutes", [
    (("2024-03-04", 9), ("2024-03-04", 10), 60),
    (("2024-03-04", 11, 30), ("2024-03-04", 13, 30), 60),  # lunch
    (("2024-03-04", 12, 10), ("2024-03-04", 12, 50), 0),
    (("2024-03-04", 7), ("2024-03-04", 22), 480),
    (("2024-03-01", 17), ("2024-03-04", 10), 120),  # over a weekend
    (("2024-02-09", 17), ("2024-02-18", 10), 120),  # over Spring Festival into a make-up Sunday
    (("2024-03-04", 9), ("2024-03-08", 18), 5 * 480),
    (("2024-03-02", 9), ("2024-03-03", 18), 0),
    (("2024-03-04", 10), ("2024-03-04", 9), 0),
])
def test_working_minutes(calendar, start, end, minutes):
    assert calendar.working_minutes(moment(*start), moment(*end)) == minutes


@pytest.mark.parametrize("start, minutes, expected", [
    (("2024-03-04", 9), 60, ("2024-03-04", 10)),
    (("2024-03-04", 11, 30), 60, ("2024-03-04", 13, 30)),
    (("2024-03-04", 9), 180, ("2024-03-04", 12)),  # ends with the half, not after lunch
    (("2024-03-04", 9), 480, ("2024-03-04", 18)),
    (("2024-03-01", 17), 120, ("2024-03-04", 10)),
    (("2024-03-02", 15), 240, ("2024-03-04", 14)),
    (("2024-02-09", 14), 480, ("2024-02-18", 14)),
    (("2024-03-04", 22), 60, ("2024-03-05", 10)),
    (("2024-03-02", 15), 0, ("2024-03-02", 15)),
])
def test_adding_working_minutes_is_the_inverse(calendar, start, minutes, expected):
    end = calendar.add_working_minutes(moment(*start), minutes)
    assert end == moment(*expected)
    assert calendar.working_minutes(moment(*start), end) == minutes


def test_moments_of_other_zones_are_read_in_company_time(calendar):
    start = dt.datetime(2024, 3, 4, 1, 0, tzinfo=dt.UTC)  # 9:00 in Shanghai
    assert calendar.working_minutes(start, start + dt.timedelta(hours=1)) == 60
    assert calendar.add_working_minutes(start, 60).utcoffset() == dt.timedelta(hours=8)


def test_the_explanation_names_rest_days(calendar):
    with translation.override("zh-hans"):
        lines = calendar.explain(moment("2024-04-03", 17), moment("2024-04-07", 10))
    assert lines == [
        (D(2024, 4, 3), 60, ""), (D(2024, 4, 4), 0, "清明"), (D(2024, 4, 5), 0, "清明"), (D(2024, 4, 6), 0, "清明"),
        (D(2024, 4, 7), 60, ""),
    ]
    with translation.override("en"):
        assert calendar.explain(moment("2024-03-02", 9), moment("2024-03-02", 10)) == [(D(2024, 3, 2), 0, "Rest day")]


def test_end_of_day(calendar):
    assert calendar.end_of_day(D(2024, 3, 4)) == moment("2024-03-04", 18)


def test_leave_and_who_stands_in(cast):
    day, now = D(2024, 3, 4), moment("2024-03-01", 9)
    assert (leave_of(cast.alice, day), stand_in(cast.alice, day)) == (None, None)
    leave = add_leave(Leave(user=cast.alice, first=day, last=day, substitute=cast.bob), by=cast.alice, now=now)
    assert leave_of(cast.alice, day) == leave and leave_of(cast.alice, day + dt.timedelta(1)) is None
    assert stand_in(cast.alice, day) == cast.bob
    add_leave(Leave(user=cast.bob, first=day, last=day, substitute=cast.mia), by=cast.bob, now=now)
    assert stand_in(cast.alice, day) == cast.mia  # the substitute is away as well
    add_leave(Leave(user=cast.mia, first=day, last=day, substitute=cast.alice), by=cast.mia, now=now)
    assert stand_in(cast.alice, day) is None  # a circle ends
    with pytest.raises(Refused):
        add_leave(Leave(user=cast.alice, first=D(2024, 3, 1), last=D(2024, 3, 9)), by=cast.alice, now=now)


def test_a_substitute_who_left_does_not_stand_in(cast):
    day = D(2024, 3, 4)
    Leave.objects.create(user=cast.alice, first=day, last=day, substitute=cast.ian)
    assert stand_in(cast.alice, day) is None
