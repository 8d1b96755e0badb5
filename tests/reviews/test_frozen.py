"""The month-start contract of a closed month is kept with it: whatever is changed later, the live one stands beside."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from customers.models import Customer
from pipeline.models import Deal, Stage
from reviews.aiming import aim
from reviews.attaining import course_of
from reviews.closing import close_period
from reviews.contract import PARTS, Ends, contract_of, is_inside, lines_of
from reviews.contracts import contract_page, lines_behind
from reviews.frozen import frozen_of
from reviews.models import Review
from reviews.opening import take
from reviews.scopes import COMPANY, Scope, read_stages, survey
from reviews.sheet import sheet_of
from tests.reviews.test_contract import MARCH, Month, scopes
from tests.reviews.test_forecast import number
from tests.reviews.world import moment

pytestmark = pytest.mark.django_db
CLOSED, LATER = moment(dt.date(2024, 4, 1), 1), moment(dt.date(2024, 5, 20), 9)


def told(contract):
    return (contract.target, contract.first, contract.due, contract.won, contract.won_deals, contract.open,
            contract.open_deals, contract.parts, sorted(contract.pieces, key=lambda piece: (piece.part, piece.deal)))


def disturb(world, cast):
    """What people do after a month has closed."""
    world.hand_over()
    for scope in scopes(cast):
        aim(MARCH, "signed", scope, 77, by=cast.grace, now=LATER, reason="后来改的")
    for deal in Deal.objects.order_by("pk"):
        deal.contract_amount, deal.amount = Decimal(world.random.randrange(10**6)), Decimal(5)
        deal._history_date = LATER
        deal.save()
    Stage.objects.filter(kind="open").update(probability=1)
    Customer.objects.filter(owner=cast.alice).update(owner=cast.bob)


@pytest.mark.proves("M6", "R36")
@pytest.mark.parametrize("seed", [2, 5])
def test_later_edits_change_nothing_of_a_closed_month(cast, seed, client_of):
    world = Month(cast, seed)
    take(MARCH, now=MARCH.starts_at)
    for n, scope in enumerate(scopes(cast), 1):
        aim(MARCH, "signed", scope, 100_000 * n, by=cast.grace, now=MARCH.starts_at)
    wanted, lists, places = {}, {}, {}
    for scope in scopes(cast):  # each read for itself, before anything is kept
        ends = Ends(scope, MARCH, read_stages(), as_of=CLOSED)
        page = contract_page(scope, MARCH, survey(), now=CLOSED)
        wanted[scope] = told(page.contract)
        places[scope] = [(p.scope, p.first, p.won, p.open, p.target) for p in page.places]
        names = (*PARTS, "first", "open", "signed")
        lists[scope] = {name: lines_of(ends, scope, is_inside(scope), name) for name in names}
    close_period("month", "2024-03", now=CLOSED)
    frozen = {row.pk: row.figures for row in Review.objects.filter(kind="month")}
    disturb(world, cast)
    differ = 0
    for scope in scopes(cast):
        page = contract_page(scope, MARCH, survey(), now=LATER)
        assert told(page.contract) == wanted[scope]
        assert (page.closed_at, page.contract.scope) == (CLOSED, scope)
        assert page.picture["bars"][-1]["label"] in ("Month end", "月末")  # nothing of a closed month is "now"
        assert [(p.scope, p.first, p.won, p.open, p.target) for p in page.places] == places[scope]
        assert page.contract.now - page.contract.first == sum(value for *_p, value in page.contract.parts)
        live = contract_of(Ends(scope, MARCH, read_stages(), as_of=LATER), scope, is_inside(scope), Decimal(77))
        assert told(page.live) == told(live)
        differ += page.changed
        for name, lines in lists[scope].items():
            assert lines_behind(scope, MARCH, survey(), name, now=LATER) == lines
            assert lines_behind(scope, MARCH, survey(), name, now=LATER, live=True) == lines_of(
                Ends(scope, MARCH, read_stages(), as_of=LATER), scope, is_inside(scope), name
            )
    assert differ == len(scopes(cast))
    close_period("month", "2024-03", now=LATER)
    assert {row.pk: row.figures for row in Review.objects.filter(kind="month")} == frozen
    assert frozen_of(COMPANY, MARCH, MARCH.ends_at - dt.timedelta(minutes=1)) is None
    look(client_of(cast.grace), Scope("department", cast.sales.pk), wanted)


def look(grace, scope, wanted):
    """The report and the contract's page say what was kept, and every list is as long as its number, kept and live."""
    target, first, *_rest = wanted[scope]
    report = grace.get(f"/reviews/month/2024-03?scope={scope.code}").content.decode()
    section = report.split('id="part-contract"')[1].split("</section>")[0]
    for href, shown in re.findall(r'href="(/targets/2024-03/lines[^"]*)">(\d+)<', section):
        rows = grace.get(href.replace("&amp;", "&")).content.decode()
        assert int(re.search(r'id="count">(\d+)<', rows)[1]) == int(shown)
    page = grace.get(f"/targets/2024-03/contract?scope={scope.code}").content.decode()
    assert "later changes do not change it" in page and "stands beside it" in page
    table = page.split("fall-table")[1].split("</table>")[0]
    links = re.findall(r'href="(/targets/2024-03/lines\?[^"]+)">(\d+)<', table)
    assert any("live=1" in href for href, _shown in links) and len(links) > 4
    for href, shown in links:
        rows = grace.get(href.replace("&amp;", "&")).content.decode()
        assert int(re.search(r'id="count">(\d+)<', rows)[1]) == int(shown), href
    assert number(re.search(r"Likely on day one.*?num\">([^<]+)</td>", table, re.S)[1]) == first
    assert number(re.search(r"Target</th><td></td><td class=\"num\">([^<]+)<", table)[1]) == target


def test_a_month_without_an_opening_closes_without_a_contract(cast):
    Month(cast, 1)
    close_period("month", "2024-03", now=CLOSED)
    assert "contract" not in Review.objects.get(kind="month", scope="company").figures
    page = contract_page(COMPANY, MARCH, survey(), now=LATER)
    assert (page.closed_at, page.live, page.taken) == (None, None, False)


@pytest.mark.proves("M6")
def test_the_sheet_says_the_pace_of_every_running_target(cast):
    """By working days, of the month and of its quarter, for each place; nothing where nothing runs or is aimed at."""
    Month(cast, 3)
    now = moment(dt.date(2024, 3, 8), 12)
    for scope in scopes(cast):
        aim(MARCH, "signed", scope, 10_000_000, by=cast.grace, now=MARCH.starts_at)
    sheet = sheet_of(cast.grace, MARCH, "sums", survey(), now=now)
    seen = 0
    for row in sheet.rows:
        cell, *others = row.cells
        assert [one.course for one in others if not one.column.is_money] == [None] * len(others)
        if cell.value:
            course = course_of(MARCH, cell.actual, cell.value, now=now)
            assert (cell.course, cell.course.left) == (course, 16)
            assert cell.course.needed * 16 >= cell.value - cell.actual > (cell.course.needed - Decimal("0.01")) * 16
            seen += 1
        else:
            assert cell.course is None
    assert seen == 6 and sheet.course == sheet.rows[0].cells[0].course
    assert sheet_of(cast.grace, MARCH, "sums", survey(), now=LATER).course is None  # over
    assert sheet_of(cast.grace, MARCH, "rates", survey(), now=now).course is None
