"""First response (R11) and contract approval (R13): recounted step by step, each figure against its list."""

import datetime as dt
import functools
import random
import re
from statistics import mean, median

import pytest

from accounts.calendar import Calendar
from accounts.models import CompanyDay
from collaboration.models import CollaborationRequest, RequestKind
from core.periods import read_period, today
from customers.models import Customer
from exchange.models import ImportBatch
from reviews.approvals import approval_days
from reviews.responses import CLOCKS, STATES, first_response
from reviews.scopes import COMPANY, Scope, survey
from reviews.sheet import sheet_of
from reviews.speedpages import approvals_of, by_person, by_source, leads_of, on_both_clocks, shift
from reviews.trends import MEASURED, cases, months_until, trend, year_of
from tests.reviews.world import DAY, HOUR, MINUTE, moment

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH, QUARTER = (read_period(code) for code in ("2024-02", "2024-03", "2024-Q1"))
NOW = moment(dt.date(2024, 3, 20), 15)
STEP = 10 * MINUTE


def make_leads(cast, seed, *, n=40):
    """Customers of random moments, owners and sources, answered soon, late, before they were made, or never."""
    pick = random.Random(seed)
    batch = ImportBatch.objects.create(owner=cast.ada, name="x.xlsx", sha256="0")
    for number in range(n):
        owner = pick.choice([cast.alice, cast.bob, cast.charlie, cast.mia, None])
        made = moment(dt.date(2024, 2, 20), 0) + pick.randrange(29 * 24 * 6) * STEP
        wait = pick.choice([None, -3 * HOUR, STEP, 23 * HOUR, 24 * HOUR, 24 * HOUR + STEP, 40 * HOUR, 6 * DAY])
        answered = made + wait if wait is not None and made + wait <= NOW else None
        Customer.objects.create(
            name=f"线索{number}", name_key=f"线索{number}", owner=owner, team=owner.team if owner else cast.south,
            made_at=made, source=pick.choice(["", "展会", "官网 ", "转介绍"]), first_response_at=answered,
            batch=batch if pick.random() < 0.1 else None,
        )


@functools.cache
def minutes(start, end, *, rest):
    """Hours by walking on, ten minutes a step; rest days left out when `rest` is False."""
    calendar, n, at = Calendar.load(), 0, start
    while at < end:
        n += rest or calendar.works(today(at))
        at += STEP
    return n / 6


def belongs(customer, scope):
    if scope.kind == "person":
        return customer.owner_id == scope.id
    if scope.kind == "company":
        return True
    return scope.id == (customer.team_id if scope.kind == "team" else customer.team and customer.team.department_id)


def recount(scope, period, *, source=None, owner=0):
    """{clock: (in time, late, waiting, median)} from the customers themselves."""
    found = {}
    mine = [
        one for one in Customer.objects.select_related("team")
        if one.batch_id is None and one.merged_into_id is None and belongs(one, scope)
        and period.first <= today(one.made_at) <= period.last and one.made_at < NOW
        and (source is None or one.source.strip() == source) and (owner == 0 or one.owner_id == owner)
    ]
    for clock in CLOCKS:
        states, hours = dict.fromkeys(STATES, 0), []
        for one in mine:
            took = minutes(one.made_at, one.first_response_at or NOW, rest=clock == "elapsed")
            state = "late" if took > 24 else "in_time" if one.first_response_at else "waiting"
            states[state] += 1
            hours += [took] if state != "waiting" else []
        found[clock] = (*states.values(), round(median(hours), 1) if hours else None)
    return found


def told(figures):
    return {one.clock: (one.in_time, one.late, one.waiting, one.median) for one in figures}


@pytest.mark.proves("R11")
@pytest.mark.parametrize("seed", [1, 2])
def test_first_response_is_what_the_minutes_say_for_every_place_rep_and_source(cast, seed):
    CompanyDay.objects.create(day=dt.date(2024, 3, 9), works=True, name="调休")  # a Saturday
    CompanyDay.objects.create(day=dt.date(2024, 3, 12), works=False, name="停电")
    make_leads(cast, seed)
    known = survey()
    places = (Scope("department", cast.sales.pk), Scope("team", cast.south.pk), Scope("person", cast.alice.pk))
    for scope in (COMPANY, *places):
        for period in (FEBRUARY, MARCH, QUARTER):
            leads = leads_of(period, scope, now=NOW)
            count = recount(scope, period)
            assert told(on_both_clocks(leads)) == count
            for clock in CLOCKS:
                one = first_response(leads, clock)
                assert one.share == (one.in_time / one.due if one.due else None)
                assert one.due + one.waiting == len(leads)
            for line in by_person(leads, on_both_clocks, known):
                assert told(line.figures) == recount(scope, period, owner=line.narrow["person"] or None)
            for line in by_source(leads):
                assert told(line.figures) == recount(scope, period, source=line.narrow["source"].strip("-"))
    for period, view in ((MARCH, "rates"), (QUARTER, "first_response")):  # the sheet says the same, place by place
        for row in sheet_of(cast.grace, period, view, known, now=NOW).rows:
            cell = next(cell for cell in row.cells if cell.column.metric == "first_response")
            wanted = recount(row.scope, period)["elapsed"][-1]
            assert (None if cell.actual is None else float(cell.actual)) == wanted


@pytest.mark.proves("R11")
@pytest.mark.parametrize("seed", [3, 4])
def test_twelve_months_of_first_response_are_what_the_minutes_say(cast, seed):
    """Counted by the database, lead by lead again here: answers around every edge of 24 hours, over rest days before
    and after, leads that still wait, and leads marketing handed over before or after they were made."""
    CompanyDay.objects.create(day=dt.date(2024, 3, 9), works=True, name="调休")  # a Saturday
    CompanyDay.objects.create(day=dt.date(2024, 3, 12), works=False, name="停电")
    make_leads(cast, seed, n=30)
    pick, handed = random.Random(seed), {}
    days = [dt.date(2024, 2, 8), dt.date(2024, 2, 9), dt.date(2024, 2, 16), dt.date(2024, 2, 17),  # around 春节
            *(dt.date(2024, 3, n) for n in (1, 2, 3, 4, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19))]  # fmt: skip
    for number, day in enumerate(days):
        for hour, wait in ((0, pick.choice([24, 48, 72])), (pick.randrange(24), 24 * pick.randrange(1, 13))):
            made = moment(day, hour)
            answered = made + wait * HOUR + pick.choice([-1, 0, 1]) * STEP
            name = f"边{number}-{hour}-{wait}"
            one = Customer.objects.create(
                name=name, name_key=name, owner=cast.alice, team=cast.east, made_at=made,
                first_response_at=answered if answered <= NOW else None,
            )
            if pick.random() < 0.3:
                handed[one.pk] = asked = made + pick.choice([-30, -3, 5]) * HOUR
                make_request(cast, kind=RequestKind.objects.get(makes_customer=True), asked=asked, customer=one)
    for scope in (COMPANY, Scope("team", cast.east.pk), Scope("person", cast.bob.pk)):
        year = year_of(scope, NOW)
        for clock in CLOCKS:
            measure = MEASURED[f"response_{clock}"]
            told_points = {point.month.code: (point.n, point.on) for point in trend(measure, year)}
            wanted = dict.fromkeys(told_points, (0, 0))
            for one in Customer.objects.filter(batch=None).select_related("team"):
                since = min(one.made_at, handed.get(one.pk, one.made_at))
                took = minutes(since, one.first_response_at or NOW, rest=clock == "elapsed")
                if belongs(one, scope) and one.made_at < NOW and (one.first_response_at or took > 24):
                    code = f"{today(one.made_at):%Y-%m}"
                    wanted[code] = (wanted[code][0] + 1, wanted[code][1] + (took <= 24))
            assert told_points == wanted, (scope, clock)
            for month in months_until(NOW)[-3:]:  # and as many cases behind it
                lines = cases(measure, scope, month, now=NOW)
                assert (len(lines), sum(line.value for line in lines)) == told_points[month.code]


def test_a_lead_of_friday_evening_is_not_late_on_monday_morning_by_the_working_clock(cast):
    made = moment(dt.date(2024, 3, 15), 18)  # Friday
    Customer.objects.create(name="周五", name_key="周五", owner=cast.alice, team=cast.east, made_at=made,
                            first_response_at=moment(dt.date(2024, 3, 18), 10))
    lead = leads_of(MARCH, COMPANY, now=NOW)[0]
    assert (lead.hours, lead.state("elapsed"), lead.state("working")) == (
        {"elapsed": 64.0, "working": 16.0}, "late", "in_time"
    )


def test_a_lead_that_was_handed_over_begins_when_it_was_asked(cast):
    made = moment(dt.date(2024, 3, 13), 10)
    customer = Customer.objects.create(name="移交", name_key="移交", owner=cast.alice, team=cast.east, made_at=made,
                                       first_response_at=made + HOUR)
    make_request(cast, kind=RequestKind.objects.get(makes_customer=True), asked=made - 30 * HOUR, customer=customer)
    assert leads_of(MARCH, COMPANY, now=NOW)[0].hours["elapsed"] == 31


def make_request(cast, *, kind, asked, done=None, asker=None, number=None, **fields):
    asker = asker or cast.alice
    return CollaborationRequest.objects.create(
        number=number or CollaborationRequest.objects.count() + 900, kind=kind, title="合同审批", description="x",
        asker=asker, asker_team=asker.team, department=cast.legal, asked_at=asked,
        **({"state": "done", "done_at": done} if done else {}) | fields,
    )


def working_days(start, end):
    """Working minutes, ten by ten, over those of a day."""
    calendar, n, at = Calendar.load(), 0, start
    while at < end:
        n += calendar.is_working_time(at)
        at += STEP
    return 10 * n / calendar.day_minutes()


@pytest.mark.proves("R13")
@pytest.mark.parametrize("seed", [1, 2])
def test_approval_days_are_what_the_minutes_say_before_and_after(cast, seed, client_of):
    """Mean and median of two periods on the company's calendar: a make-up Sunday counts, a holiday does not."""
    kind, other = RequestKind.objects.get(code="contract"), RequestKind.objects.exclude(code="contract").first()
    pick = random.Random(seed)
    for _n in range(40):
        asked = moment(dt.date(2024, 2, 1), 0) + pick.randrange(45 * 24 * 6) * STEP  # over the spring holiday
        done = asked + pick.randrange(1, 9 * 24 * 6) * STEP
        make_request(cast, kind=pick.choice([kind, kind, kind, other]), asked=asked,
                     done=done if done <= NOW and pick.random() < 0.9 else None,
                     asker=pick.choice([cast.alice, cast.bob, cast.charlie, cast.grace]), imported=pick.random() < 0.1)
    assert Calendar.load().works(dt.date(2024, 2, 18)) and not Calendar.load().works(dt.date(2024, 2, 12))
    known, found = survey(), {}
    for scope in (COMPANY, Scope("department", cast.sales.pk), Scope("team", cast.east.pk),
                  Scope("person", cast.charlie.pk)):
        for period in (FEBRUARY, MARCH, QUARTER):
            days = [
                working_days(one.asked_at, one.done_at) for one in CollaborationRequest.objects.select_related("kind")
                if one.kind.code == "contract" and one.done_at and not one.imported
                and period.first <= today(one.done_at) <= period.last and asked_in(one, scope, cast)
            ]
            waited = approval_days(approvals_of(period, scope, now=NOW))
            assert (waited.count, waited.mean, waited.median) == (
                len(days), *((round(mean(days), 1), round(median(days), 1)) if days else (None, None))
            )
            found[scope, period] = waited
    before, after = found[COMPANY, FEBRUARY], found[COMPANY, MARCH]
    assert shift(approvals_of(MARCH, COMPANY, now=NOW), approvals_of(FEBRUARY, COMPANY, now=NOW)) == round(
        after.mean - before.mean, 1
    )
    for row in sheet_of(cast.grace, MARCH, "rates", known, now=NOW).rows:
        cell = next(cell for cell in row.cells if cell.column.metric == "approval_days")
        wanted = approval_days(approvals_of(MARCH, row.scope, now=NOW)).median
        assert (None if cell.actual is None else float(cell.actual)) == wanted
    page = client_of(cast.grace).get("/targets/2024-03/approval?with=2024-02").content.decode()
    mine = [approval_days(approvals_of(p, Scope("department", cast.sales.pk), now=NOW)) for p in (FEBRUARY, MARCH)]
    table = page.split("Before and now")[1].split("</table>")[0]
    assert re.findall(r'data-label="(?:Mean|Median), working days">([^<]+)<', table) == [
        str(number) for one in mine for number in (one.mean, one.median)
    ]


def asked_in(request, scope, cast):
    if scope.kind == "company":
        return True
    if scope.kind == "person":
        return request.asker_id == scope.id
    return request.asker_team_id in ({cast.east.pk, cast.south.pk} if scope.kind == "department" else {scope.id})


@pytest.mark.proves("R11")
def test_each_figure_of_first_response_opens_a_list_with_as_many_lines(cast, client_of):
    make_leads(cast, 3, n=40)
    grace, seen = client_of(cast.grace), 0
    page = grace.get("/targets/2024-03/response").content.decode()
    figures = set(re.findall(r'href="(/targets/2024-03/response/rows\?[^"]+)">([\d.]+)</a>', page))
    assert len(figures) > 20 and "Elapsed clock" in page and "Working clock" in page
    for href, shown in figures:
        rows = grace.get(href.replace("&amp;", "&")).content.decode()
        total = int(re.search(r'id="count">(\d+)<', rows)[1])
        assert total == rows.count("<tr data-row")
        seen += total
        if "-due" not in href:
            assert total == int(shown), href
    assert seen > 40
    assert "elapsed-due" in page and "working-due" in page
    for wrong in ("of=x", "of=elapsed-x", "of=moon-late", "of=elapsed-late&person=x"):
        assert grace.get(f"/targets/2024-03/response/rows?{wrong}").status_code == 404
    assert client_of(cast.mia).get(f"/targets/2024-03/response?scope=team-{cast.south.pk}").status_code == 404
    assert client_of(cast.sam).get("/targets/2024-03/response").status_code == 403
    own = client_of(cast.alice).get("/targets/2024-03/response").content.decode()
    assert cast.alice.name in own and cast.bob.name not in own


@pytest.mark.proves("R13")
def test_each_figure_of_approvals_opens_a_list_with_as_many_lines(cast, client_of):
    kind = RequestKind.objects.get(code="contract")
    for number, asker in enumerate([cast.alice, cast.alice, cast.bob, cast.charlie]):
        make_request(cast, kind=kind, asker=asker, asked=moment(dt.date(2024, 3, 4), 9),
                     done=moment(dt.date(2024, 3, 4 + number), 18))
    grace = client_of(cast.grace)
    page = grace.get("/targets/2024-03/approval").content.decode()
    figures = set(re.findall(r'href="(/targets/2024-03/approval/rows\?[^"]+)">([\d.]+)</a>', page))
    counts = {}
    for href, shown in figures:
        rows = grace.get(href.replace("&amp;", "&")).content.decode()
        counts[href, shown] = int(re.search(r'id="count">(\d+)<', rows)[1])
        assert counts[href, shown] == rows.count("<tr data-row")
    assert sorted(counts.values()) == [1, 1, 2, 4, 4]  # by person, and all: behind the mean and the number
    assert all(str(n) == shown or "." in shown for (_href, shown), n in counts.items())
    assert grace.get("/targets/2024-03/approval?with=2024-03").status_code == 404
    assert grace.get("/targets/2030-03/approval").status_code == 404
