"""Targets: who sets and reads them, the lock, the gap, last month's copy, and the bar of the month."""

import datetime as dt
from decimal import Decimal

import pytest

from activity.models import Event
from core.periods import period_of, read_period, today
from reviews.aiming import NeedsReason, aim, copy_month, locks_at
from reviews.goals import goal_of
from reviews.models import Target
from reviews.scopes import Scope
from tests.cast import key
from tests.reviews.recount import Recount
from tests.reviews.world import World, moment

pytestmark = pytest.mark.django_db
MARCH = read_period("2024-03")
NOW = moment(dt.date(2024, 3, 4), 10)


def east(cast):
    return Scope("team", cast.east.pk, "华东一组")


def alice(cast):
    return Scope("person", cast.alice.pk, "李强", "", cast.east.pk)


@pytest.mark.proves("R36")
def test_the_first_value_is_kept_and_a_change_needs_a_reason(cast):
    target = aim(MARCH, "signed", east(cast), 2_500_000, by=cast.mia, now=NOW)
    assert (target.value, target.first_value, target.locked_at) == (2_500_000, 2_500_000, NOW)
    with pytest.raises(NeedsReason):
        aim(MARCH, "signed", east(cast), 2_000_000, by=cast.mia, now=NOW)
    aim(MARCH, "signed", east(cast), 2_000_000, by=cast.mia, now=NOW, reason="两个大单推迟")
    target.refresh_from_db()
    assert (target.value, target.first_value, target.reason) == (2_000_000, 2_500_000, "两个大单推迟")
    assert [h.value for h in target.history.order_by("history_id")] == [2_500_000, 2_000_000]
    assert Event.objects.filter(verb="reviews.aimed").count() == 2
    aim(MARCH, "signed", east(cast), 2_000_000, by=cast.mia, now=NOW)  # the same again says nothing
    assert Event.objects.filter(verb="reviews.aimed").count() == 2


def test_the_month_locks_at_the_end_of_its_third_working_day():
    assert locks_at(MARCH) == moment(dt.date(2024, 3, 5), 18)  # Friday, Monday, Tuesday


def test_only_managers_set_targets_of_their_teams(cast, client_of):
    url = "/targets/2024-03/cell"
    post = {"metric": "signed", "scope": f"team-{cast.east.pk}", "value": "100"}
    assert client_of(cast.nadia).post(url, post | {"key": key()}).status_code == 404
    assert client_of(cast.alice).post(url, post | {"key": key()}).status_code == 404
    assert client_of(cast.alice).post(
        url, post | {"scope": f"person-{cast.alice.pk}", "key": key()}
    ).status_code == 403
    assert client_of(cast.ada).post(url, post | {"key": key()}).status_code == 403
    assert client_of(cast.sam).post(url, post | {"key": key()}).status_code == 403
    assert client_of(cast.mia).get(url).status_code == 405
    assert Target.objects.count() == 0
    once = key()
    for _ in range(3):
        assert client_of(cast.mia).post(url, post | {"key": once}).status_code == 302
    assert client_of(cast.grace).post(
        url, post | {"scope": f"person-{cast.charlie.pk}", "key": key()}
    ).status_code == 302
    assert sorted(Target.objects.values_list("scope", "value")) == [("person", 100), ("team", 100)]


def test_wrong_input_marks_its_cell(cast, client_of):
    mia = client_of(cast.mia)
    post = {"metric": "signed", "scope": f"team-{cast.east.pk}", "key": key()}
    for value, words in (("abc", "Enter a number"), ("-5", "A target is not negative")):
        answer = mia.post("/targets/2024-03/cell", post | {"value": value, "key": key()},
                          headers={"HX-Request": "true"})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert f'value="{value}"' in answer.content.decode()
    assert Target.objects.count() == 0
    aim(MARCH, "signed", east(cast), 100, by=cast.mia, now=NOW)
    answer = mia.post("/targets/2024-03/cell", post | {"value": "90", "version": 1})
    assert (answer.status_code, "Say why" in answer.content.decode()) == (422, True)
    stale = post | {"value": "90", "version": 7, "reason": "x", "key": key()}
    assert mia.post("/targets/2024-03/cell", stale).status_code == 409
    assert mia.post("/targets/2024-03/cell", post | {"metric": "x", "value": "1", "key": key()}).status_code == 404


@pytest.mark.proves("R9")
def test_the_gap_between_team_and_people_is_shown(cast, client_of):
    aim(MARCH, "signed", east(cast), 500_000, by=cast.mia, now=NOW)
    aim(MARCH, "signed", alice(cast), 300_000, by=cast.mia, now=NOW)
    page = client_of(cast.mia).get("/targets/2024-03").content.decode()
    assert "¥200,000 not assigned yet" in page
    own = client_of(cast.alice).get("/targets/2024-03").content.decode()
    assert "300,000" in own or "¥300K" in own
    assert "500" not in own.split('id="targets"')[1]
    assert "<form" not in own.split('id="targets"')[1].split("</div>\n")[0]
    assert client_of(cast.sam).get("/targets/2024-03").status_code == 403
    assert client_of(cast.ada).get("/targets/2024-03").status_code == 200


def test_last_month_is_copied_with_something_on_top(cast, client_of):
    aim(MARCH, "signed", east(cast), Decimal("100000"), by=cast.mia, now=NOW)
    aim(MARCH, "new_customers", alice(cast), 12, by=cast.mia, now=NOW)
    south = Scope("team", cast.south.pk)
    aim(MARCH, "signed", south, 7, by=cast.nadia, now=NOW)
    april = read_period("2024-04")
    assert copy_month(april, [east(cast), alice(cast)], by=cast.mia, now=NOW, percent=5) == 2
    assert copy_month(april, [east(cast), alice(cast)], by=cast.mia, now=NOW, percent=5) == 0
    made = sorted(Target.objects.of(april).values_list("metric", "value"))
    assert made == [("new_customers", 13), ("signed", 105000)]
    post = {"percent": "0", "key": key()}
    assert client_of(cast.alice).post("/targets/2024-05/copy", post).status_code == 403
    assert client_of(cast.mia).post("/targets/2024-05/copy", post).status_code == 302
    assert Target.objects.filter(period="2024-05").count() == 2


@pytest.mark.parametrize("seed", range(4))
def test_the_bar_says_what_the_month_says(cast, seed):
    World(cast, seed)
    now = moment(dt.date(2024, 3, 8), 12)
    aim(MARCH, "signed", east(cast), 1_000_000, by=cast.mia, now=NOW)
    goal = goal_of(east(cast), now=now)
    assert goal.won == Recount(MARCH, east(cast), now).won()[1]
    assert round(goal.time, 2) == 0.29  # six of twenty-one working days
    assert goal.attained == round(float(goal.won) / 1_000_000, 4)


def test_the_bar_is_a_fragment_for_the_board(cast, client_of):
    aim(period_of("month", today()), "signed", east(cast), 100, by=cast.mia, now=NOW)
    mia = client_of(cast.mia)
    fragment = mia.get("/targets/goal", headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith('<div class="goal" id="goal">')
    assert "<svg" in fragment
    assert mia.get("/targets/goal").status_code == 200
    assert mia.get(f"/targets/goal?scope=team-{cast.south.pk}").status_code == 404
    assert client_of(cast.sam).get("/targets/goal").status_code == 403


def test_months_that_are_none(cast, client_of):
    mia = client_of(cast.mia)
    for code in ("2024-13", "2024-W10", "x", "2124-01"):
        assert mia.get(f"/targets/{code}").status_code == 404, code
    assert mia.get("/targets").status_code == 302
