"""Far behind the time that has passed: on Monday, once, to the manager of the team, and gone a week later (S19)."""

import datetime as dt

import pytest

from activity import topics
from activity.models import Notification
from core.jobs import run_now
from core.periods import read_period, zone
from reviews.aiming import aim
from reviews.lagging import tell_lagging
from reviews.scopes import Scope

pytestmark = pytest.mark.django_db
MARCH = read_period("2024-03")
FIRST = dt.datetime(2024, 3, 1, 10, tzinfo=zone())
MONDAY = dt.datetime(2024, 3, 11, 8, 45, tzinfo=zone())  # seven of twenty-one working days count


def test_a_manager_hears_once_a_week_of_his_own_team(cast, client_of):
    aim(MARCH, "signed", Scope("team", cast.east.pk, "华东一组"), 1_000_000, by=cast.mia, now=FIRST)
    assert tell_lagging(now=FIRST) == 0, "nothing is late on the first day"
    assert [tell_lagging(now=MONDAY) for _twice in range(2)] == [1, 1]
    (said,) = Notification.objects.filter(kind="reviews.lagging")
    assert (said.recipient, said.subject, said.mail_due_at) == (cast.mia, cast.east, MONDAY)
    assert (said.data["attained"], said.data["elapsed"]) == (0, 33)
    lines = client_of(cast.mia).get("/messages").context["inbox"]["fyi"]
    assert [(line.words, line.url) for line in lines] == [
        ("East team 1: 0 % attained, 33 % of the working days gone", "/targets/2024-03")
    ]
    assert topics.withdraw_over(now=MONDAY + dt.timedelta(days=6)) == 0
    assert topics.withdraw_over(now=MONDAY + dt.timedelta(days=7)) == 1, "the next Monday says it anew"
    assert run_now("tell_lagging") == {"teams": 0}, "no target this month"
