"""Every figure of the month-start contract opens its rows: as many as it counts, and adding up to it to the cent."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from reviews.closing import close_period
from reviews.contracts import OTHERS, contract_page, lines_behind
from reviews.models import Review
from reviews.opening import take
from reviews.scopes import COMPANY, Scope, survey
from tests.reviews.test_contract import MARCH, Month, scopes
from tests.reviews.test_forecast import number
from tests.reviews.world import moment

pytestmark = pytest.mark.django_db
RUNNING, CLOSED, LATER = (
    moment(dt.date(2024, 3, 14), 16), moment(dt.date(2024, 4, 1), 1), moment(dt.date(2024, 5, 20), 9),
)
SUMS = {"first": "first", "signed": "won", "now": "now"}  # list → the sum of a place


@pytest.fixture
def world(cast):
    world = Month(cast, 4)
    take(MARCH, now=MARCH.starts_at)
    world.hand_over()  # a rep of one team now serves customers of another: the last line of the table is not empty
    return world


def summed(lines):
    return sum((value for *_ends, value in lines), Decimal(0))


@pytest.mark.proves("M6")
@pytest.mark.parametrize("now", [RUNNING, LATER], ids=["running", "closed"])
def test_the_sums_of_the_places_open_their_rows(world, cast, now):
    if now is LATER:
        close_period("month", "2024-03", now=CLOSED)
        world.hand_over()  # whoever has it now: the lists of the closed month stay
    others = 0
    for scope in scopes(cast):
        page = contract_page(scope, MARCH, survey(), now=now)
        for of, attribute in SUMS.items():
            whole, found = lines_behind(scope, MARCH, survey(), of, now=now), []
            for place in page.places:
                lines = lines_behind(scope, MARCH, survey(), of, now=now, place=place.code)
                assert summed(lines) == getattr(place, attribute), (scope, place.code, of)
                found += lines
                others += place.code == OTHERS and len(lines)
            assert sorted(found) == sorted(whole) or not page.places
        assert summed(lines_behind(scope, MARCH, survey(), "now", now=now)) == page.contract.now
        assert len(lines_behind(scope, MARCH, survey(), "now", now=now)) == page.contract.deals
        opening = lines_behind(scope, MARCH, survey(), "opening", now=now)
        assert (len(opening), summed(opening)) == (page.opening["count"], page.opening["amount"])
    assert others, "nobody serves another team's customer: the last line was not tried"


def test_a_place_that_is_not_on_the_page_has_no_list(world, cast):
    east, bob = Scope("team", cast.east.pk), f"person-{cast.bob.pk}"
    assert lines_behind(east, MARCH, survey(), "first", now=RUNNING, place=bob) is not None
    for place in (f"person-{cast.charlie.pk}", f"team-{cast.east.pk}", "person-0", "everybody"):
        assert lines_behind(east, MARCH, survey(), "first", now=RUNNING, place=place) is None
    assert lines_behind(east, MARCH, survey(), "won", now=RUNNING, place=bob) is None  # a part is not told by place
    assert lines_behind(Scope("person", cast.bob.pk), MARCH, survey(), "first", now=RUNNING, place=OTHERS) is None


def test_what_was_kept_without_saying_whose_it_was_draws_no_link(world, cast):
    close_period("month", "2024-03", now=CLOSED)
    row = Review.objects.get(kind="month", scope="company")
    for name in ("first", "open", "signed"):
        row.figures["contract"]["lines"][name] = [line[:2] for line in row.figures["contract"]["lines"][name]]
    row.save(update_fields=["figures"])
    page = contract_page(COMPANY, MARCH, survey(), now=LATER)
    assert not page.says_places
    assert lines_behind(COMPANY, MARCH, survey(), "first", now=LATER, place=page.places[0].code) is None
    assert len(lines_behind(COMPANY, MARCH, survey(), "first", now=LATER)) == page.contract.due


def test_who_has_left_keeps_his_line(world, cast):
    east = Scope("team", cast.east.pk)
    close_period("month", "2024-03", now=CLOSED)
    cast.bob.is_active = False
    cast.bob.save()
    page = contract_page(east, MARCH, survey(), now=LATER)
    place = next(place for place in page.places if place.code == f"person-{cast.bob.pk}")
    assert (place.scope.label, place.is_known) == (cast.bob.name, False)
    assert summed(lines_behind(east, MARCH, survey(), "first", now=LATER, place=place.code)) == place.first


@pytest.mark.proves("M6")
@pytest.mark.parametrize("closed", [False, True], ids=["running", "closed"])
def test_every_figure_of_the_page_is_a_link_to_as_much(world, cast, client_of, time_machine, closed):
    if closed:
        close_period("month", "2024-03", now=CLOSED)
    time_machine.move_to(LATER if closed else RUNNING)
    grace, seen = client_of(cast.grace), 0
    for scope in (Scope("department", cast.sales.pk), Scope("team", cast.east.pk)):
        page = grace.get(f"/targets/2024-03/contract?scope={scope.code}", HTTP_ACCEPT_LANGUAGE="en").content.decode()
        figures = page.split('<dl class="figures')[1].split("</dl>")[0]
        cells = re.findall(r"<dd>(.*?)</dd>", figures, re.S)[1:]  # the first is the target, typed and not counted
        places = page.split("cards-phone")[-1].split("</table>")[0]
        for row in re.findall(r"<tr>(.*?)</tr>", places.split("<tbody>")[1], re.S):
            cells += re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)[1:4]
        for cell in cells:
            link = re.search(r'<a[^>]* href="(/targets/2024-03/lines[^"]+)">(.*?)</a>', cell, re.S)
            if link is None:
                assert not number(re.sub("<[^>]+>", "", cell).strip()), cell
                continue
            rows = grace.get(link[1].replace("&amp;", "&"))
            assert rows.status_code == 200, link[1]
            words = rows.content.decode()
            counted = re.search(r"<small>(\d+) deal", cell)
            if counted:
                assert int(re.search(r'id="count">(\d+)<', words)[1]) == int(counted[1])
            title = re.search(r'title="([^"]+)"', link[2])
            shown = number(title[1] if title else re.sub("<[^>]+>", "", link[2]))
            assert abs(number(re.search(r'id="sum">([^<]+)<', words)[1]) - shown) <= shown / 100, link[1]
            seen += 1
    assert seen > 12
