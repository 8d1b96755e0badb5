"""The forecast against the deals themselves, its lists against its numbers; the contract's lists; who may read them."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from core.periods import period_of, read_period, today
from pipeline.models import Deal
from reviews.aiming import aim
from reviews.attaining import course_of
from reviews.contracts import contract_page
from reviews.forecast import forecast, lines_of
from reviews.opening import take, take_opening
from reviews.scopes import COMPANY, Scope, survey
from tests.reviews.test_contract import MARCH, Month, moment, round_half_up

pytestmark = pytest.mark.django_db
DAY = dt.date(2024, 2, 14)


def likely(deals):
    worth = [round_half_up((deal.amount or 0) * Decimal(deal.stage.probability) / 100) for deal in deals]
    return sum(worth, Decimal(0))


def of_bucket(deal, key):
    close = deal.expected_close
    if key == "none":
        return close is None
    if close is None:
        return key == "all"
    return {"all": True, "past": close < dt.date(2024, 2, 1), "later": close > dt.date(2024, 7, 31)}.get(
        key, f"{close:%Y-%m}" == key
    )


@pytest.mark.parametrize("seed", [4, 5])
def test_the_forecast_is_the_sum_of_the_deals(cast, seed):
    world = Month(cast, seed)
    for deal in Deal.objects.order_by("pk"):
        Deal.objects.filter(pk=deal.pk).update(slips=world.random.choice([0, 0, 2]))
    for scope in (COMPANY, Scope("department", cast.sales.pk), Scope("team", cast.east.pk),
                  Scope("person", cast.alice.pk)):
        deals = [deal for deal in Deal.objects.select_related("stage", "customer__team")
                 if deal.stage.kind == "open" and belongs(deal, scope)]
        found = forecast(scope, survey(), on=DAY)
        for line in [*found.months, found.total]:
            mine = [deal for deal in deals if of_bucket(deal, line.key)]
            late = [deal for deal in mine if deal.slips]
            assert (line.deals, line.amount, line.likely) == (
                len(mine), sum(deal.amount or 0 for deal in mine), likely(mine)
            )
            assert (line.slipped, line.slipped_likely) == (len(late), likely(late))
            for slipped, those in ((False, mine), (True, late)):
                rows = lines_of(scope, line.key, slipped=slipped, on=DAY)
                assert {deal.pk for deal in rows} == {deal.pk for deal in those}
        assert sum(line.deals for line in found.months) == found.total.deals
        for kind, places in found.tables:
            assert sum(place.likely for place in places) == found.total.likely
            for place in places:
                rows = lines_of(scope, "all", on=DAY, place=(kind, place.key))
                assert (rows.count(), likely(rows.select_related("stage"))) == (place.deals, place.likely)


def belongs(deal, scope):
    if scope.kind == "company":
        return True
    if scope.kind == "person":
        return (deal.rep_id or deal.customer.owner_id) == scope.id
    team = deal.customer.team
    return team is not None and scope.id == (team.pk if scope.kind == "team" else team.department_id)


def number(text):
    return Decimal(text.replace("¥", "").replace(",", "").replace("−", "-"))


@pytest.mark.proves("M6")
def test_each_figure_opens_a_list_with_as_many_lines_and_their_sum(cast, client_of):
    Month(cast, 2)
    take(MARCH, now=MARCH.starts_at)
    scope = Scope("department", cast.sales.pk)
    now = moment(dt.date(2026, 1, 1))
    shown = contract_page(scope, MARCH, survey(), now=now)
    grace = client_of(cast.grace)
    wanted = {line["slug"]: (line["deals"], line["value"]) for line in shown.lines}
    wanted |= {"first": (shown.contract.due, shown.contract.first),
               "open": (shown.contract.open_deals, shown.contract.open),
               "signed": (shown.contract.won_deals, shown.contract.won)}
    assert sum(deals for deals, _value in wanted.values()) > 5
    for slug, expected in wanted.items():
        page = grace.get(f"/targets/2024-03/lines?of={slug}&scope={scope.code}").content.decode()
        count, total = re.search(r'id="count">(\d+)<', page)[1], re.search(r'id="sum">([^<]+)<', page)[1]
        assert (slug, int(count), number(total)) == (slug, *expected)
        assert page.count("<tr data-row") == expected[0]
    assert grace.get(f"/targets/2024-03/lines?of=x&scope={scope.code}").status_code == 404
    assert client_of(cast.mia).get(f"/targets/2024-03/lines?of=first&scope={scope.code}").status_code == 404
    teams = [place for place in shown.places if place.scope]
    assert sum(place.first for place in shown.places) == shown.contract.first
    assert sum(place.now for place in shown.places) == shown.contract.now
    assert {place.scope.id for place in teams} >= {cast.east.pk, cast.south.pk}


def test_the_pace_knows_rest_days_and_says_when_no_day_is_left():
    target, done = Decimal(2_100_000), Decimal(600_000)
    friday, sunday = moment(dt.date(2024, 3, 29), 9), moment(dt.date(2024, 3, 31), 9)
    course = course_of(MARCH, done, target, now=moment(dt.date(2024, 3, 8), 12))
    assert (course.gone, course.left, course.days) == (6, 16, 21)  # the eighth is in both
    assert course.needed == Decimal("93750.00")
    assert (course_of(MARCH, done, target, now=friday).left, course_of(MARCH, done, target, now=sunday).left) == (1, 0)
    assert course_of(MARCH, done, target, now=sunday).needed is None
    assert course_of(MARCH, done, target, now=sunday).short == 1_500_000
    assert course_of(MARCH, target, target, now=friday).needed == 0
    april = course_of(read_period("2024-04"), Decimal(0), target, now=friday)
    assert april.left == april.days


def test_the_director_reads_all_below_and_a_manager_his_own(cast, client_of):
    month = period_of("month", today())
    take_opening()
    aim(month, "signed", Scope("team", cast.east.pk), 100, by=cast.mia, now=month.starts_at)
    for path in (f"/targets/{month.code}/contract", "/forecast", "/targets/course"):
        answers = {
            (user, scope): client_of(getattr(cast, user)).get(f"{path}?scope={scope}").status_code
            for user in ("grace", "mia", "alice", "sam")
            for scope in (f"department-{cast.sales.pk}", f"team-{cast.east.pk}", f"team-{cast.south.pk}")
        }
        assert [scope for (user, scope), status in answers.items() if user == "grace" and status != 200] == []
        assert {scope: s for (user, scope), s in answers.items() if user == "mia"} == {
            f"department-{cast.sales.pk}": 404, f"team-{cast.east.pk}": 200, f"team-{cast.south.pk}": 404,
        }
        assert {s for (user, _scope), s in answers.items() if user == "alice"} == {404}
        assert {s for (user, _scope), s in answers.items() if user == "sam"} == {403}
