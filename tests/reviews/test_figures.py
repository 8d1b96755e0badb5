"""Every figure equals a recount by other means, in random worlds and for every kind of scope."""

import datetime as dt
from decimal import Decimal

import pytest

from core.periods import read_period
from reviews.figures import matured, monthly, weekly
from reviews.scopes import COMPANY, Scope
from tests.lanes import shared
from tests.reviews.recount import Recount
from tests.reviews.world import World, moment

pytestmark = pytest.mark.django_db
MONTH, WEEK = read_period("2024-03"), read_period("2024-W10")
RUNNING = moment(dt.date(2024, 3, 20), 15, 7)
AFTER = moment(dt.date(2024, 4, 1), 0, 40)
LATE = moment(dt.date(2024, 6, 20))
AFTER_WEEK = moment(dt.date(2024, 3, 11), 0, 30)


def scopes(cast):
    return [
        COMPANY, Scope("department", cast.sales.pk), Scope("team", cast.east.pk), Scope("team", cast.south.pk),
        Scope("person", cast.alice.pk), Scope("person", cast.charlie.pk),
    ]


def money(line):
    return {name: Decimal(value) for name, value in line.items()}


@pytest.mark.proves("R36", "R37")
@pytest.mark.parametrize("seed", shared(range(21)))
def test_the_month_adds_up_and_equals_a_recount(cast, seed):
    World(cast, seed)
    as_of = [AFTER, RUNNING, LATE][seed % 3]
    for scope in scopes(cast):
        told, again = monthly(MONTH, scope, as_of=as_of), Recount(MONTH, scope, as_of)
        adds_up(told["balance"])
        stages = {s.pk: s for d in again.deals.values() for s in d.playbook.stages.filter(kind="open")}
        for line in told["balance"]["stages"]:
            expected = again.balance(stages[line["stage"]]) if stages else None
            if expected:
                assert {k: v for k, v in line.items() if k != "stage"} == expected, (scope.code, line["stage"])
        assert told["balance"]["total"] == again.total(), scope.code
        assert money(told["balance"]["money"]) == again.money(), scope.code
        for line in told["rates"]:
            if stages:
                expected = again.rate(stages[line["stage"]])
                assert {k: line[k] for k in expected} == expected, (scope.code, line["stage"])
        for line in told["in_month"]:
            if stages:
                expected = again.rate(stages[line["stage"]], until=MONTH.ends_at)
                assert {k: line[k] for k in expected} == expected, (scope.code, line["stage"])
        for line in told["dwell"]:
            if stages:
                expected = again.dwell(stages[line["stage"]])
                assert {k: line[k] for k in expected} == expected, (scope.code, line["stage"])
        for line in told["tags"]:
            assert (line["entered"], line["reached"]) == again.tag_rate(line["from"], line["to"]), scope.code
        count, amount = again.won()
        assert (told["won"]["count"], Decimal(told["won"]["amount"])) == (count, amount), scope.code
        before = again.won(MONTH.previous().starts_at, MONTH.starts_at)[1]
        assert Decimal(told["before"]["signed"]) == before, scope.code
        assert {r["reason"]: r["count"] for r in told["lost"]["reasons"]} == again.lost(), scope.code
        assert told["new_customers"]["value"] == again.new_customers(), scope.code
        top = sorted(
            ((again.price(pk, again.end), -pk) for pk in again.deals
             if (s := again.where(pk, again.end)) and s.kind == "open" and again.price(pk, again.end)), reverse=True,
        )[:10]
        assert [(Decimal(t["amount"]), -t["deal"]) for t in told["top"]] == top, scope.code


@pytest.mark.proves("R33", "R34", "R24")
@pytest.mark.parametrize("seed", shared(range(21)))
def test_the_week_equals_a_recount(cast, seed):
    World(cast, seed, first=dt.date(2024, 2, 20), last=dt.date(2024, 3, 14))
    as_of = [AFTER_WEEK, moment(dt.date(2024, 3, 7), 11, 3), LATE][seed % 3]
    for scope in scopes(cast):
        told, again = weekly(WEEK, scope, as_of=as_of), Recount(WEEK, scope, as_of)
        expected = again.talk_figures()
        assert {name: told["talks"][name] for name in expected} == expected, scope.code
        last_week = WEEK.previous()
        assert told["talks"]["before"] == len(again.talks(last_week.starts_at, last_week.ends_at)[0])
        for name, kind in (("needs", "need"), ("objections", "objection")):
            now, before = again.needs(kind), again.needs(kind, last_week.starts_at, last_week.ends_at)
            lines = {line["topic"]: (line["count"], line["customers"]) for line in told[name]}
            assert lines == now, scope.code
            for line in told[name]:
                assert line["change"] == line["count"] - before.get(line["topic"], (0, 0))[0]
        count, amount = again.won()
        assert (told["won"]["count"], Decimal(told["won"]["amount"])) == (count, amount), scope.code
        assert {r["reason"]: r["count"] for r in told["lost"]["reasons"]} == again.lost(), scope.code
        steps = [(old, new) for _pk, old, new, *_ in again.steps() if new.kind == "open"]
        open_to_open = [(o, n) for o, n in steps if o is not None and o.kind == "open"]
        assert told["moves"] == {
            "on": sum(n.position > o.position for o, n in open_to_open),
            "back": sum(n.position <= o.position for o, n in open_to_open),
            "new": len(steps) - len(open_to_open),
        }, scope.code


def adds_up(balance):
    """Every line of the balance, its total, and the same in money to the cent."""
    for line in balance["stages"]:
        came, went = line["entered"] + line["back_in"], line["moved_on"] + line["back_out"] + line["lost"]
        assert line["opening"] + came - went - line["gone"] == line["closing"], line
    total = balance["total"]
    assert total["opening"] + total["new"] + total["reopened"] - total["won"] - total["lost"] == total["closing"]
    assert total["opening"] == sum(line["opening"] for line in balance["stages"])
    assert total["closing"] == sum(line["closing"] for line in balance["stages"])
    cny = money(balance["money"])
    assert cny["opening"] + cny["new"] + cny["repriced"] - cny["won"] - cny["lost"] == cny["closing"], cny


def test_lines_of_teams_and_people_add_up_to_their_scope(cast):
    for seed in (50, 51, 52):
        World(cast, seed)
    for scope in scopes(cast)[:4]:
        figures = monthly(MONTH, scope, as_of=AFTER)
        for table in figures["places"].values():
            total = figures["balance"]["total"]
            assert sum(line["opening"] for line in table) == total["opening"]
            assert sum(line["closing"] for line in table) == total["closing"]
            assert sum(line["new"] for line in table) == total["new"] + total["reopened"]
            assert sum(line["won"] for line in table) == figures["won"]["count"]
            assert sum(Decimal(line["value"]) for line in table) == Decimal(figures["won"]["amount"])
            assert sum(line["lost"] for line in table) == figures["lost"]["count"]
            assert sum(line["customers"] for line in table) == figures["new_customers"]["value"]
        week = weekly(WEEK, scope, as_of=AFTER)
        for table in week["places"].values():
            assert sum(line["talks"] for line in table) == week["talks"]["total"]
            assert sum(line["in_time"] for line in table) == week["talks"]["in_time"]


def test_the_matured_version_reads_sixty_days_after_the_month(cast):
    World(cast, 7)
    february = read_period("2024-02")
    cut = february.ends_at + dt.timedelta(days=60)
    assert matured(february, COMPANY, as_of=cut - dt.timedelta(seconds=1)) is None
    told = matured(february, COMPANY, as_of=LATE)
    again = Recount(february, COMPANY, LATE)
    stages = {s.pk: s for d in again.deals.values() for s in d.playbook.stages.filter(kind="open")}
    assert told["rates"]
    for line in told["rates"]:
        expected = again.rate(stages[line["stage"]], until=cut)
        assert {k: line[k] for k in expected} == expected
