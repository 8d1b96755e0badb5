"""Reports of deals that went over to another playbook, and the chances Setup gave a stage at the time."""

import datetime as dt
from decimal import Decimal

import pytest

from core.periods import period_of, read_period, today
from customers.models import Customer
from pipeline import books
from pipeline.models import Deal, Playbook, Stage, StageVersion
from reviews.contract import Ends, contract_of, is_inside
from reviews.flows import Flows
from reviews.forecast import forecast, lines_of
from reviews.opening import take, take_opening
from reviews.rates import stage_cohorts
from reviews.scopes import COMPANY, read_stages, survey
from tests.reviews.world import World, moment

pytestmark = pytest.mark.django_db
MARCH = read_period("2024-03")
FEBRUARY, TENTH, LATER = (moment(dt.date(2024, *day)) for day in ((2, 10), (3, 10), (3, 20)))


@pytest.fixture
def world(cast):
    made = World(cast, 1, customers=1)
    Deal.objects.all().delete()
    book = Playbook.objects.create(code="again", label="复购")
    made.others = [Stage.objects.create(playbook=book, position=n, label=f"复{n}", probability=30 * n) for n in (1, 2)]
    for stage in made.others:
        StageVersion.objects.create(stage=stage, label=stage.label, since=FEBRUARY)
    Stage.objects.filter(pk=made.open[2].pk).update(probability=50)
    return made


def walked(world, *stays):
    """A deal of 1,000 due in March through (stage, since)."""
    stage, since = stays[-1]
    deal = Deal(customer=Customer.objects.first(), playbook=stage.playbook, stage=stage, amount=1000,
                expected_close=dt.date(2024, 3, 25), opened_at=stays[0][1], entered_at=since)
    deal._history_date = stays[0][1]
    deal.save()
    last = None
    for stage, at in stays:
        if last:
            last.left_at = last.left_recorded_at = at
            last.save()
        last = world.stay(deal, stage, last and last.stage, at, at)
    return deal.pk


def test_going_over_is_neither_further_nor_back(world):
    """It enters the other's line; in its own it is still undecided, whatever the places are."""
    third, (first, second) = world.open[2], world.others
    over = walked(world, (third, TENTH), (first, LATER))
    on = walked(world, (first, TENTH), (second, LATER))
    flows = Flows(COMPANY, read_stages(), start=MARCH.starts_at, end=MARCH.ends_at, as_of=MARCH.ends_at)
    moves = [move for moves in flows.moves.values() for move in moves]
    assert sorted((move.stay.deal, move.dst.id, move.kind) for move in moves) == sorted([
        (over, third.pk, "new"), (over, first.pk, "forward"), (on, first.pk, "new"), (on, second.pk, "forward"),
    ])
    cohorts = stage_cohorts(flows)
    assert cohorts[third.pk] == {"on": [], "lost": [], "open": [over]}
    assert cohorts[first.pk] == {"on": [on], "lost": [], "open": [over]}


@pytest.mark.parametrize("read", [read_stages, lambda: survey().stages])
def test_the_contract_says_what_going_over_is_worth(world, read):
    third, (first, second) = world.open[2], world.others
    less = walked(world, (third, FEBRUARY), (first, TENTH))
    more = walked(world, (world.open[2], FEBRUARY), (second, TENTH))
    take_opening(now=MARCH.starts_at)
    ends = Ends(COMPANY, MARCH, read(), as_of=LATER)
    pieces = contract_of(ends, COMPANY, is_inside(COMPANY), None).pieces
    assert {(p.part, p.deal, p.value) for p in pieces} == {
        ("back", less, Decimal(-200)), ("advanced", more, Decimal(100)),
    }


def test_a_closed_month_keeps_the_chances_of_its_time(world):
    stage = world.open[2]
    for at, chance in ((FEBRUARY, 40), (moment(dt.date(2024, 4, 5)), 60)):
        stage.probability, stage._history_date = chance, at
        stage.save()
    walked(world, (stage, FEBRUARY))
    take(MARCH, now=moment(dt.date(2024, 4, 10)))
    contract = contract_of(
        Ends(COMPANY, MARCH, read_stages(), as_of=moment(dt.date(2024, 4, 10))), COMPANY, is_inside(COMPANY), None
    )
    assert (contract.first, contract.now, contract.pieces) == (400, 400, [])


# --- One playbook of a report, and its name where several stand together ---
@pytest.fixture
def several(cast):
    from django.utils import timezone

    return books.turn_on(Playbook.objects.get(code="repurchase"), by=cast.ada, now=timezone.now())


@pytest.mark.proves("R8")
def test_a_report_narrows_to_one_playbook_and_names_it_where_several_stand(cast, client_of, several):
    mia, month = client_of(cast.mia), period_of("month", today()).code

    def stages_in(query=""):
        page = mia.get(f"/reviews/month/{month}?{query}")
        return next([row.label for row in one.rows] for one in page.context["sections"] if one.slug == "balance"), page

    every, page = stages_in()
    assert "New customers · Lead" in every and "Repeat purchase · Wake up" in every and every[-1] == "Open, all"
    assert "playbook=repurchase" in page.content.decode()
    only, page = stages_in("playbook=repurchase")
    assert only == ["Wake up", "Quote", "Terms"] and "Every other number" in page.content.decode()
    rates = next(one for one in page.context["sections"] if one.slug == "rates")
    assert {row.label for row in rates.rows} <= set(only)
    assert stages_in("playbook=nothing")[0] == every
    week = mia.get(f"/reviews/week/{period_of('week', today()).code}?playbook=repurchase")
    assert week.status_code == 200


def test_the_tabs_of_what_is_aimed_at_name_the_playbook(cast, client_of, several):
    quarter = period_of("quarter", today()).code
    page = client_of(cast.mia).get(f"/targets/{quarter}").content.decode()
    assert "From New customers · Lead on" in page and "From Repeat purchase · Quote on" in page


def test_with_a_single_playbook_nobody_sees_the_word(cast, client_of):
    month, quarter = period_of("month", today()).code, period_of("quarter", today()).code
    page = client_of(cast.mia).get(f"/reviews/month/{month}").content.decode()
    assert 'id="books"' not in page and "New customers ·" not in page
    assert "From Lead on" in client_of(cast.mia).get(f"/targets/{quarter}").content.decode()


def test_the_forecast_counts_each_deal_by_the_chance_of_its_own_playbooks_stage(world, cast, client_of):
    """Two playbooks, one forecast: 1,000 at 50 % and two of 1,000 at 30 and 60 %; a stage out of use still counts its
    deals. Every number opens a list of so many rows and the same sum."""
    third, (first, second) = world.open[2], world.others
    deals = {walked(world, (stage, TENTH)): chance for stage, chance in ((third, 50), (first, 30), (second, 60))}
    Deal.objects.filter(stage=second).update(slips=1)
    Stage.objects.filter(pk=second.pk).update(retired_at=LATER)
    on = dt.date(2024, 3, 12)
    found = forecast(COMPANY, survey(), on=on)
    march = next(line for line in found.months if line.key == "2024-03")
    assert (march.deals, march.amount, march.likely) == (3, Decimal(3000), Decimal(1400))
    assert (march.slipped, march.slipped_likely) == (1, Decimal(600))
    for slipped, keys in ((False, set(deals)), (True, {deal for deal, chance in deals.items() if chance == 60})):
        rows = lines_of(COMPANY, "2024-03", on=on, slipped=slipped)
        assert set(rows.values_list("pk", flat=True)) == keys
    page = client_of(cast.ada).get("/forecast/lines?month=all&scope=company")
    assert (page.context["total"], page.context["sum"]) == (3, Decimal(1400))
