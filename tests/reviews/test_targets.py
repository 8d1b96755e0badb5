"""Targets: who sets and reads them, the lock, the gap, last month's copy, and the bar of the month."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.html import escape

from accounts.models import Team
from activity.models import Event
from core.periods import period_of, read_period, today
from customers.models import Customer
from pipeline.models import Deal, Stage
from reviews.aiming import NeedsReason, aim, copy_period, locks_at
from reviews.goals import goal_of
from reviews.models import Target
from reviews.opening import take_opening
from reviews.proposing import split
from reviews.scopes import COMPANY, Scope, survey
from reviews.sheet import sheet_of
from reviews.speeds import SPEEDS
from tests.cast import key, make_customer
from tests.reviews.recount import Recount
from tests.reviews.world import World, default_stages, moment

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


def cell_of(code, scope, metric="signed", detail=""):
    return f"{code}~{metric}~{detail}~{scope}"


def typed(*cells, reason="", shown="0:", view="sums", **more):
    """A POST of a sheet: (cell name, text) pairs, or (cell name, text, "version:text shown")."""
    data = {"key": key(), "reason": reason, "view": view} | more
    for name, text, *seen in cells:
        data |= {f"v~{name}": text, f"o~{name}": seen[0] if seen else shown}
    return data


def save(client, *cells, code="2024-03", **more):
    return client.post(f"/targets/{code}/save", typed(*cells, **more), headers={"HX-Request": "true"})


def test_only_managers_set_targets_of_their_teams(cast, client_of):
    url, team = "/targets/2024-03/save", cell_of("2024-03", f"team-{cast.east.pk}")
    post = typed((team, "100"), reason="补录")
    assert client_of(cast.nadia).post(url, post).status_code == 404
    assert client_of(cast.alice).post(url, post | {"key": key()}).status_code == 404
    own = typed((cell_of("2024-03", f"person-{cast.alice.pk}"), "100"), reason="x")
    assert client_of(cast.alice).post(url, own).status_code == 403
    assert client_of(cast.ada).post(url, post | {"key": key()}).status_code == 403
    assert client_of(cast.sam).post(url, post | {"key": key()}).status_code == 403
    assert client_of(cast.mia).get(url).status_code == 405
    assert Target.objects.count() == 0
    once = key()
    for _ in range(3):
        assert client_of(cast.mia).post(url, post | {"key": once}).status_code == 302
    for scope in (f"person-{cast.charlie.pk}", f"department-{cast.sales.pk}", "company"):  # the director
        for user, status in ((cast.mia, 404), (cast.grace, 302)):
            answer = client_of(user).post(url, typed((cell_of("2024-03", scope), "100"), reason="x"))
            assert (scope, answer.status_code) == (scope, status)
    assert sorted(Target.objects.values_list("scope", "value")) == [
        ("company", 100), ("department", 100), ("person", 100), ("team", 100),
    ]
    assert {row.history_user for row in Target.history.all()} == {cast.mia, cast.grace}


def test_wrong_input_marks_its_cell_and_the_rest_is_saved(cast, client_of):
    mia = client_of(cast.mia)
    team, person = cell_of("2024-03", f"team-{cast.east.pk}"), cell_of("2024-03", f"person-{cast.alice.pk}")
    for value, words in (
        ("abc", "Enter a number"), ("-5", "A target is not negative"), ("9" * 18, "is too large an amount"),
    ):  # fmt: skip
        answer = save(mia, (team, value), reason="x")
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert f'value="{value}"' in answer.content.decode()
    assert Target.objects.count() == 0
    answer = save(mia, (team, "abc"), (person, "45万"), reason="x")
    assert (answer.status_code, "1 saved, 1 not" in answer.content.decode()) == (200, True)
    assert [(t.scope, t.value) for t in Target.objects.all()] == [("person", 450_000)]
    answer = save(mia, (cell_of("2024-03", f"team-{cast.east.pk}", "won"), "2.5"), reason="x")
    assert (answer.status_code, "whole number" in answer.content.decode()) == (422, True)
    assert save(mia, ("2024-03~x~~company", "1")).status_code == 404
    assert save(mia, ("2024-05~signed~~company", "1")).status_code == 404


@pytest.mark.proves("R36")
def test_a_change_stands_beside_the_original_with_who_when_and_why(cast, client_of):
    mia, team = client_of(cast.mia), cell_of("2024-03", f"team-{cast.east.pk}")
    aim(MARCH, "signed", east(cast), 100, by=cast.mia, now=NOW)
    answer = save(mia, (team, "90", "1:100"))
    assert (answer.status_code, "Say why" in answer.content.decode()) == (422, True)
    assert save(mia, (team, "100", "1:100")).status_code == 200  # nothing changed: nothing asked
    assert Target.objects.get().version == 1
    page = save(mia, (team, "90", "1:100"), reason="大单推迟").content.decode()
    assert 'value="大单推迟"' not in page  # said once: the next change asks for its own
    changes = page.split("Changed after the first value")[1]
    assert all(word in changes for word in ("¥100", "¥90", "大单推迟", cast.mia.name))
    # typed over an older version: both are told, nothing is lost; the same page with another cell is saved
    stale = save(mia, (team, "80", "1:100"), reason="x")
    assert (stale.status_code, "Changed meanwhile to ¥90" in stale.content.decode()) == (409, True)
    assert 'value="80"' in stale.content.decode() and 'value="x"' in stale.content.decode()
    mixed = save(mia, (team, "80", "1:100"), (cell_of("2024-03", f"person-{cast.bob.pk}"), "7"), reason="x")
    assert (mixed.status_code, Target.objects.get(scope="team").value) == (200, 90)
    assert Target.objects.get(scope="person").value == 7


def test_after_the_third_working_day_a_first_value_needs_a_reason(cast):
    with pytest.raises(NeedsReason):
        aim(MARCH, "signed", east(cast), 100, by=cast.mia, now=moment(dt.date(2024, 3, 5), 19))
    assert Target.objects.count() == 0
    aim(MARCH, "signed", east(cast), 100, by=cast.mia, now=moment(dt.date(2024, 3, 5), 17))
    south = Scope("team", cast.south.pk)
    aim(MARCH, "signed", south, 100, by=cast.nadia, now=moment(dt.date(2024, 3, 6), 9), reason="新团队")
    assert Target.objects.get(scope_id=cast.south.pk).reason == "新团队"


@pytest.mark.proves("R9")
def test_what_does_not_add_up_is_shown_from_the_company_to_the_person_and_the_quarter_to_the_month(cast, client_of):
    department, south = Scope("department", cast.sales.pk), Scope("team", cast.south.pk)
    for scope, value in ((COMPANY, 900_000), (department, 800_000), (east(cast), 500_000), (south, 350_000),
                         (alice(cast), 300_000)):
        aim(MARCH, "signed", scope, value, by=cast.grace, now=NOW)
    grace = client_of(cast.grace)
    page = grace.get("/targets/2024-03").content.decode()
    assert "¥100,000 not assigned yet" in page.split(f'id="aim-2024-03-signed--department-{cast.sales.pk}"')[0]
    assert page.count("not assigned yet") == 3  # company, east, south
    assert "the parts aim at ¥50,000 more" in page  # the department
    assert "¥200,000 not assigned yet" in page and "¥350,000 not assigned yet" in page
    quarter = read_period("2024-Q1")
    aim(quarter, "signed", east(cast), 1_200_000, by=cast.grace, now=moment(dt.date(2024, 1, 2)))
    page = client_of(cast.mia).get("/targets/2024-Q1").content.decode()
    assert "¥700,000 not in a month yet" in page
    stage = default_stages()[1][0]
    aim(MARCH, "rate", east(cast), 30, by=cast.mia, now=NOW, detail=str(stage.pk))
    page = client_of(cast.mia).get("/targets/2024-03?view=rates").content.decode()
    assert "not summed" in page and "not assigned yet" not in page and 'value="30"' in page
    own = client_of(cast.alice).get("/targets/2024-03").content.decode().split('id="targets"')[1].split("</table>")[0]
    assert "300,000" in own and "500,000" not in own and "data-aim" not in own
    assert client_of(cast.sam).get("/targets/2024-03").status_code == 403
    assert client_of(cast.ada).get("/targets/2024-03").status_code == 200


def test_a_split_adds_up_and_is_saved_only_by_the_next_press(cast, client_of):
    mia, team = client_of(cast.mia), cell_of("2024-03", f"team-{cast.east.pk}")
    people = [one for one in survey().people if one.parent == cast.east.pk]
    page = save(mia, (team, "1000000"), propose=f"equal:{team}").content.decode()
    shown = [int(re.search(rf'name="v~2024-03~signed~~{one.code}"[^>]*value="(\d*)"', page)[1]) for one in people]
    assert (sum(shown), max(shown) - min(shown) <= 1) == (1_000_000, True)
    assert f"{len(people)} cells proposed, not saved yet" in page
    assert Target.objects.count() == 0
    assert save(mia, (team, ""), propose=f"equal:{team}").status_code == 200  # nothing to split
    quarter = cell_of("2024-Q1", f"team-{cast.east.pk}")
    page = save(mia, (quarter, "100"), code="2024-Q1", view="signed", propose=f"months:{quarter}").content.decode()
    assert [re.search(rf'name="v~{month}~signed~~team-{cast.east.pk}"[^>]*value="(\d*)"', page)[1]
            for month in ("2024-01", "2024-02", "2024-03")] == ["34", "33", "33"]
    assert save(client_of(cast.nadia), (cell_of("2024-03", f"team-{cast.south.pk}"), "9"),
                propose=f"equal:{team}").status_code == 200  # another's cell: nothing happens
    assert save(mia, (team, "9"), propose="x").status_code == 404


@pytest.mark.parametrize(
    ("whole", "shares"), [("100", [1, 1, 1]), ("0.05", [1, 2]), ("7", [0, 5, 2]), ("12345.67", [3])]
)
def test_parts_add_up_to_the_whole(whole, shares):
    parts = split(Decimal(whole), shares, step=Decimal(1))
    assert (sum(parts), len(parts)) == (Decimal(whole), len(shares))


def test_last_month_is_copied_with_something_on_top(cast, client_of):
    aim(MARCH, "signed", east(cast), Decimal("100000"), by=cast.mia, now=NOW)
    aim(MARCH, "new_customers", alice(cast), 12, by=cast.mia, now=NOW)
    aim(MARCH, "rate", alice(cast), 30, by=cast.mia, now=NOW, detail="1")
    south = Scope("team", cast.south.pk)
    aim(MARCH, "signed", south, 7, by=cast.nadia, now=NOW)
    april = read_period("2024-04")
    assert copy_period(april, [east(cast), alice(cast)], by=cast.mia, now=NOW, percent=5) == 3
    assert copy_period(april, [east(cast), alice(cast)], by=cast.mia, now=NOW, percent=5) == 0
    made = sorted(Target.objects.of(april).values_list("metric", "value"))
    assert made == [("new_customers", 13), ("rate", 30), ("signed", 105000)]
    post = {"percent": "0", "key": key()}
    assert client_of(cast.alice).post("/targets/2024-05/copy", post).status_code == 403
    assert client_of(cast.mia).post("/targets/2024-05/copy", post).status_code == 302
    assert Target.objects.filter(period="2024-05").count() == 3
    assert {row.reason for row in Target.objects.filter(period="2024-05")} == {"Copied from 2024-04"}


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_attained_is_what_the_report_counts(cast, seed):
    """Of every place on the sheet, in the month and in the months of a quarter."""
    World(cast, seed)
    now = moment(dt.date(2024, 3, 20), 12)
    known = survey()
    sheet = sheet_of(cast.grace, MARCH, "sums", known, now=now)
    quarter = sheet_of(cast.grace, read_period("2024-Q1"), "signed", known, now=now)
    for row in sheet.rows:
        if row.scope.kind == "person":
            continue
        count = Recount(MARCH, row.scope, now)
        won = count.won()
        assert [cell.actual for cell in row.cells] == [won[1], count.new_customers(), won[0]]
        assert quarter.cell(f"2024-03~signed~~{row.scope.code}").actual == won[1]
        february = Recount(read_period("2024-02"), row.scope, now)
        assert quarter.cell(f"2024-02~signed~~{row.scope.code}").actual == february.won()[1]
    rates = sheet_of(cast.grace, MARCH, "rates", known, now=now)
    for row in rates.rows[:3]:
        count = Recount(MARCH, row.scope, now)
        for cell in row.cells:
            if cell.column.stage:
                rate = count.rate(Stage.objects.get(pk=cell.column.stage.id))
                assert cell.actual == (Decimal(rate["on"]) / rate["entered"] if rate["entered"] else None)
                month = sheet_of(cast.grace, read_period("2024-Q1"), f"rate-{cell.column.stage.id}", known, now=now)
                rate = Recount(read_period("2024-02"), row.scope, now).rate(Stage.objects.get(pk=cell.column.stage.id))
                in_quarter = month.cell(f"2024-02~rate~{cell.column.stage.id}~{row.scope.code}").actual
                assert in_quarter == (Decimal(rate["on"]) / rate["entered"] if rate["entered"] else None)


@pytest.mark.proves("R36")
@pytest.mark.parametrize(("code", "view"), [
    ("2024-03", "sums"), ("2024-03", "rates"), ("2024-Q1", "signed"), ("2024-Q1", "rate"),
])
def test_every_attained_figure_opens_exactly_what_it_counts(cast, client_of, time_machine, code, view):
    """Of every place on the sheet, a department with a team that is gone among them."""
    World(cast, 1)
    now = moment(dt.date(2024, 3, 20), 12)
    gone = Team.objects.create(name="已撤组", department=cast.east.department, is_active=False)
    Customer.objects.filter(owner=cast.bob).update(team=gone)
    if view == "rate":
        view = f"rate-{Stage.objects.filter(kind='open').first().pk}"
    sheet, grace, seen = sheet_of(cast.grace, read_period(code), view, survey(), now=now), client_of(cast.grace), 0
    time_machine.move_to(now, tick=False)
    html = grace.get(f"/targets/{code}?view={view}").content.decode()
    for cell in sheet.cells:
        if cell.column.metric in SPEEDS or cell.actual is None:
            continue
        assert f'href="{escape(cell.behind)}"' in html
        answer = grace.get(cell.behind)
        said, seen = answer.context, seen + 1
        if cell.column.metric == "signed":
            assert (said["sum"] or 0) == cell.actual, cell.behind
        elif cell.column.metric == "rate":
            assert Decimal(said["found"].on) / said["total"] == cell.actual, cell.behind
            assert f"{said['found'].on} of {said['total']} moved on so far" in answer.content.decode()
        else:
            assert said["total"] == cell.actual, cell.behind
        assert answer.content.decode().count("data-row") == min(said["total"], 50)
    assert seen > 2
    for odd in ("", "nothing", "first_response", "rate-0"):
        assert grace.get(f"/targets/{code}/rows?of={odd}").status_code == 404


@pytest.mark.parametrize("seed", range(4))
def test_the_bar_says_what_the_month_says(cast, seed):
    World(cast, seed)
    now = moment(dt.date(2024, 3, 8), 12)
    aim(MARCH, "signed", east(cast), 1_000_000, by=cast.mia, now=NOW)
    goal = goal_of(east(cast), now=now)
    assert goal.won == Recount(MARCH, east(cast), now).won()[1]
    assert round(goal.time, 2) == 0.29  # six of twenty-one working days
    assert goal.attained == round(float(goal.won) / 1_000_000, 4)


def test_the_head_of_the_team_says_what_is_likely_of_the_month(cast, client_of):
    """Won and likely of what is due, over the target, with the list it is made of (S10); nothing without a target."""
    month = period_of("month", today())
    deal = make_customer(cast.alice, name="星澜科技", now=month.starts_at - dt.timedelta(days=5)).deals.get()
    Deal.objects.filter(pk=deal.pk).update(expected_close=month.last, amount=100_000)
    take_opening()
    mia, at = client_of(cast.mia), {"HX-Request": "true"}
    assert 'hx-swap-oob="true"></div>' in mia.get("/targets/course", headers=at).content.decode().replace("\n", "")
    aim(month, "signed", east(cast), 50_000, by=cast.mia, now=NOW, reason="开局")
    page = mia.get("/targets/course", headers=at).content.decode()
    link = re.search(r'href="(/targets/[^"]+of=now[^"]+)"[^>]*>(\d+)%<', page)
    likely = 100_000 * deal.stage.probability // 100
    assert int(link[2]) == likely * 100 // 50_000 > 0
    assert mia.get(link[1].replace("&amp;", "&")).context["sum"] == likely
    assert 'id="likely-month"' in mia.get("/team").content.decode()
    assert f'id="time-elapsed">{round(100 * goal_of(east(cast), now=timezone.now()).time)}%' in mia.get(
        f"/targets/{month.code}").content.decode()


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
