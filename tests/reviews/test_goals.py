"""The method scoreboard (R10–R13, M7): the arithmetic against known values and simulated, every measure recounted, and
the pages."""

import datetime as dt
import random
import re
from itertools import combinations
from statistics import mean

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import switches
from accounts.calendar import Calendar
from accounts.models import Leave
from activity.models import Notification
from collaboration.models import CollaborationRequest, RequestKind
from core.periods import today
from customers.models import Customer, FollowUp, TagChange
from pipeline.models import StageProgress
from reviews.beyond import (
    LEAST,
    mann_whitney,
    more_cases,
    more_times,
    newcombe,
    share_differs,
    shift_interval,
    times_differ,
)
from reviews.chance import Count
from reviews.measures import MEASURES, Sample, Stretch, sample_of
from reviews.models import MethodGoal
from reviews.scopes import COMPANY, Scope
from reviews.scoreboard import Scored, scored
from tests.cast import key, make_customer
from tests.reviews.test_speeds import make_request
from tests.reviews.world import World, moment

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
NOW = moment(dt.date(2024, 4, 3), 15)
WINTER, MARCH = (dt.date(2023, 12, 10), dt.date(2024, 2, 15)), (dt.date(2024, 3, 1), dt.date(2024, 4, 3))


# --- the arithmetic ---
def test_newcombes_interval_is_that_of_his_paper():
    """Newcombe (1998), table II, method 10: 56/70 less 48/80, and 9/10 less 3/10."""
    assert newcombe(Count(70, 56), Count(80, 48)) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert newcombe(Count(10, 9), Count(10, 3)) == pytest.approx((0.1705, 0.8090), abs=1e-4)
    assert share_differs(Count(70, 56), Count(80, 48)) and not share_differs(Count(3, 3), Count(3, 0))
    assert not share_differs(Count(0, 0), Count(80, 48))
    assert share_differs(Count(90_000, 50_000), Count(90_000, 49_000))  # without the exact test, at once


def test_mann_whitney_is_near_the_count_of_all_orders():
    now, before = [1, 2, 4, 5, 8, 9, 3.5, 6], [7, 10, 11, 12, 13, 5, 14, 9]
    every = now + before

    def u(mine):
        others = list(every)
        for value in mine:
            others.remove(value)
        return sum((a > b) + (a == b) / 2 for a in mine for b in others)

    far = abs(u(now) - 32)
    ways = [abs(u(way) - 32) >= far for way in combinations(every, 8)]
    assert mann_whitney(now, before) == pytest.approx(mean(ways), abs=0.006)
    assert mann_whitney([3] * 8, [3] * 8) == 1.0
    low, high = shift_interval(now, before)
    assert low < mean(now) - mean(before) < high < 0


@pytest.mark.proves("M7")
def test_beyond_chance_is_rare_where_nothing_has_changed():
    """At most one time in twenty, of shares and of times with long tails and many ties; the seed is fixed."""
    dice, wrong = random.Random(7), {}

    def share(n, p):
        return Count(n, sum(dice.random() < p for _ in range(n)))

    def days(n):
        return [round(dice.lognormvariate(0.7, 0.8), 1) for _ in range(n)]

    for n, m, p in ((8, 12, 0.5), (30, 60, 0.4), (25, 90, 0.9), (200, 150, 0.1)):
        wrong[n, m, p] = mean(share_differs(share(n, p), share(m, p)) for _ in range(700))
    for n, m in ((8, 8), (12, 30), (40, 25)):
        wrong[n, m] = mean(times_differ(days(n), days(m)) for _ in range(350))
    assert max(wrong.values()) <= 0.065, wrong  # 5 % with three standard errors of 350 draws would be 8.5 %
    assert mean(wrong.values()) <= 0.05, wrong
    assert not times_differ([1.0] * (LEAST - 1), [9.0] * 50)


@pytest.mark.proves("M7")
def test_so_many_more_would_show_the_change():
    """With as many cases as it says, the change is found about four times out of five."""
    dice, before = random.Random(5), Count(300, 120)
    n = more_cases(Count(10, 4), before, 0.15) + 10
    found = mean(share_differs(Count(n, sum(dice.random() < 0.55 for _ in range(n))), before) for _ in range(300))
    assert 0.68 < found < 0.92, (n, found)
    old = [dice.gauss(10, 4) for _ in range(80)]
    n = more_times([], old, -3)
    found = mean(times_differ([dice.gauss(mean(old) - 3, 4) for _ in range(n)], old) for _ in range(200))
    assert 0.68 < found < 0.92, (n, found)
    assert more_cases(Count(n := more_cases(Count(0, 0), before, 0.15), 0), before, 0.15) == 0 and n
    assert more_cases(Count(5, 3), Count(4, 2), 0.05) is None and more_times([1], [2, 3], -1) is None


# --- every measure, counted again ---
def inside(scope):
    def mine(customer, person):
        if scope.kind == "team":
            return customer.team_id == scope.id
        return scope.kind == "company" or person == scope.id

    return mine


def recount(name, scope, first, last):
    """(n, sum of the values) by loops over objects."""
    mine, calendar, limit = inside(scope), Calendar.load(), switches.get("in_time_minutes")
    start, end = moment(first, 0), min(moment(last + DAY, 0), NOW)
    values = []
    if name.startswith("response"):
        for one in Customer.objects.filter(batch=None):
            if not (mine(one, one.owner_id) and start <= one.made_at < end):
                continue
            stop, hours, at = one.first_response_at or NOW, 0, one.made_at
            if name == "response_elapsed":
                hours = (stop - at) / HOUR
            while name == "response_working" and at < stop:
                then = min(stop, moment(today(at) + DAY, 0))
                hours += (then - at) / HOUR if calendar.works(today(at)) else 0
                at = then
            if hours > 24 or one.first_response_at:
                values.append(hours <= 24)
    elif name.startswith("conversion"):
        tag, higher, days = {
            "conversion": ("prospect", ("interested", "hot", "won"), 30),
            "conversion_won": ("interested", ("won",), 60),
        }[name]
        changes = list(TagChange.objects.order_by("at", "pk"))
        rank = {"": 0, "lost": 0, "prospect": 1, "interested": 2}
        for one in Customer.objects.all():
            rows = [r for r in changes if r.customer_id == one.pk
                    and r.recorded_at <= NOW and not (r.voided_at and r.voided_at <= NOW)]
            got = [r for r in rows if r.new == tag and rank.get(r.old, 9) < rank[tag] and start <= r.at < end]
            if got and mine(one, one.owner_id) and got[0].at + days * DAY <= NOW:
                after = rows[rows.index(got[0]) + 1 :]
                values.append(any(r.new in higher and r.at <= got[0].at + days * DAY for r in after))
    elif name == "in_time":
        leaves = list(Leave.objects.all())
        rows = FollowUp.objects.select_related("customer")
        for one in rows.filter(happened_at__gte=start, happened_at__lt=end, entered_at__lte=NOW):
            day = today(one.happened_at)
            away = any(gone.user_id == one.talked_by_id and gone.first <= day <= gone.last for gone in leaves)
            out = one.outcome == "no_answer" or one.source in ("import", "chat") or one.corrects_id
            if out or away or not one.time_known or not calendar.works(today(one.happened_at)):
                continue
            if (one.voided_at and one.voided_at <= NOW) or not mine(one.customer, one.talked_by_id):
                continue
            draft = one.draft_started_at
            kept = one.source == "offline" and draft and one.happened_at <= draft <= one.entered_at
            values.append(((draft if kept else one.entered_at) - one.happened_at) <= limit * dt.timedelta(minutes=1))
    elif name == "approval_days":
        for one in CollaborationRequest.objects.filter(kind__code="contract", state="done", imported=False):
            whose = {"company": 0, "team": one.asker_team_id, "person": one.asker_id}[scope.kind]
            if start <= one.done_at < end and whose == scope.id:
                minutes = calendar.working_minutes(one.asked_at, one.done_at)
                values.append(minutes / calendar.day_minutes())
    else:
        deals = {}
        for stay in StageProgress.objects.select_related("stage", "deal__customer").order_by("entered_at", "pk"):
            if stay.recorded_at <= NOW and not (stay.voided_at and stay.voided_at <= NOW):
                deals.setdefault(stay.deal, []).append(stay)
        for deal, stays in deals.items():
            stays = [stay for stay in stays if stay.entered_at < end]
            won = [n for n, stay in enumerate(stays) if stay.stage.kind in ("won", "after")]
            if not won or won[-1] != len(stays) - 1 or not mine(deal.customer, deal.rep_id or deal.customer.owner_id):
                continue
            n = len(stays) - 1
            while n and stays[n - 1].stage.kind in ("won", "after"):
                n -= 1
            first_talk = deal.customer.first_response_at
            if start <= stays[n].entered_at and first_talk and first_talk < end:
                a, b = today(first_talk), today(stays[n].entered_at)
                days = [a + k * DAY for k in range(1, (b - a).days + 1)]
                values.append(len(days) if name == "cycle_days" else sum(map(calendar.works, days)))
    return len(values), sum(values)


@pytest.mark.django_db
@pytest.mark.proves("R5", "R12", "R13", "M7")
def test_every_measure_recounted(cast):
    world, total = World(cast, 9, first=dt.date(2023, 12, 1), customers=70), {}
    dice = random.Random(2)
    for customer in world.customers:
        if dice.random() < 0.8:
            hours = dice.choice([2, 20, 30, 70, 120])
            Customer.objects.filter(pk=customer.pk).update(first_response_at=customer.made_at + hours * HOUR)
    talks = list(FollowUp.objects.order_by("pk"))
    for talk in talks[::5]:
        pressed = talk.happened_at + dice.choice([-5, 5, 20, 50]) * dt.timedelta(minutes=1)
        FollowUp.objects.filter(pk=talk.pk).update(source="offline", draft_started_at=pressed)
    contract, other = RequestKind.objects.get(code="contract"), RequestKind.objects.exclude(code="contract").first()
    for n in range(60):
        asked = moment(dt.date(2024, 2, 2), 0) + dice.randrange(50 * 24) * HOUR
        done = asked + dice.randrange(1, 200) * HOUR
        make_request(cast, kind=dice.choice([contract, contract, other]), asked=asked, done=min(done, NOW),
                     asker=dice.choice([cast.alice, cast.bob, cast.charlie]), number=5000 + n,
                     imported=dice.random() < 0.1)
    Leave.objects.create(user=cast.alice, first=dt.date(2024, 3, 4), last=dt.date(2024, 3, 15))
    scopes = [COMPANY, Scope("team", cast.east.pk), Scope("person", cast.alice.pk)]
    for name, measure in MEASURES.items():
        for scope in scopes:
            for first, last in (WINTER, MARCH):
                stretch = Stretch(scope, first, last, NOW)
                sample = sample_of(measure, stretch)
                told = (sample.n, sample.count.on if sample.count else sum(sample.times))
                assert told == pytest.approx(recount(name, scope, first, last)), (name, scope, first)
                lines = measure.read(stretch)
                assert (len(lines), sum(line.value for line in lines)) == pytest.approx(told), (name, "rows")
                assert len({line.id for line in lines}) == len(lines)
                total[name] = total.get(name, 0) + told[0]
    assert min(total.values()) > 5, total


# --- the goals and their pages ---
def fields(cast, **other):
    on = today()
    first = on.replace(day=1)
    return {
        "metric": "response_elapsed", "direction": "up", "kind": "points", "size": "15", "owner": cast.alice.pk,
        "before_first": (first - 90 * DAY).isoformat(), "before_last": (first - DAY).isoformat(),
        "since": first.isoformat(), "ends_on": (on + 60 * DAY).isoformat(), "key": key(),
    } | other


@pytest.mark.django_db
@pytest.mark.proves("R10")
def test_a_goal_is_not_saved_without_all_of_it(cast, client_of):
    mia, url = client_of(cast.mia), reverse("reviews:goal_new") + f"?scope=team-{cast.east.pk}"
    for name in ("metric", "before_first", "before_last", "direction", "kind", "size", "since", "ends_on", "owner"):
        assert mia.post(url, fields(cast, **{name: ""})).status_code == 422, name
    on = today()
    wrong = [{"size": "0"}, {"size": "-3"}, {"metric": "made-up"}, {"owner": cast.charlie.pk}, {"size": "101"},
             {"ends_on": (on - 40 * DAY).isoformat()}, {"since": (on - 80 * DAY).isoformat()},
             {"before_first": on.isoformat()}, {"before_first": (on - 500 * DAY).isoformat()},
             {"ends_on": (on + 900 * DAY).isoformat()}]
    for other in wrong:
        assert mia.post(url, fields(cast, **other)).status_code == 422, other
    assert MethodGoal.objects.count() == 0
    assert client_of(cast.alice).post(reverse("reviews:goal_new"), fields(cast)).status_code == 403
    assert client_of(cast.nadia).post(url, fields(cast)).status_code == 404
    assert client_of(cast.sam).get(reverse("reviews:goals")).status_code == 403
    person = reverse("reviews:goal_new") + f"?scope=person-{cast.alice.pk}"
    assert mia.post(person, fields(cast, metric="in_time")).status_code == 422  # a person's own (D25)
    assert mia.post(url, fields(cast)).status_code == 302
    goal = MethodGoal.objects.get()
    assert (goal.scope, goal.scope_id, goal.owner, goal.history.get().history_user) == (
        "team", cast.east.pk, cast.alice, cast.mia)
    assert Notification.objects.get(kind="reviews.goal_set").recipient == cast.alice
    assert client_of(cast.alice).get(goal.get_absolute_url()).status_code == 200  # she answers for it
    assert "side=now" not in client_of(cast.alice).get(goal.get_absolute_url()).content.decode()  # not her lists
    assert client_of(cast.charlie).get(goal.get_absolute_url()).status_code == 404


def world_of_leads(cast):
    """In the baseline 12 of 40 leads answered in time, since then 16 of 20; contracts as they come."""
    now = timezone.now()
    first = today(now).replace(day=1)
    for n in range(60):
        made = now - 2 * HOUR if n >= 40 else moment(first - 5 * DAY, 1)
        one = make_customer(cast.alice, now=made, name=f"线索{n}")
        soon = n < 12 if n < 40 else n < 56
        late = made + 40 * HOUR if n < 40 else None
        Customer.objects.filter(pk=one.pk).update(first_response_at=made + HOUR if soon else late)
    Customer.objects.filter(name__in=[f"线索{n}" for n in range(56, 60)]).update(made_at=max(
        moment(first, 0), now - 30 * HOUR))
    return now


@pytest.mark.django_db
@pytest.mark.proves("R10", "R12", "M7")
def test_the_scoreboard_says_what_it_was_and_is_and_each_number_opens_its_rows(cast, client_of, monkeypatch):
    fixed = moment(today().replace(day=1) + 20 * DAY, 15)
    monkeypatch.setattr(timezone, "now", lambda: fixed)
    world_of_leads(cast)
    mia, scope = client_of(cast.mia), f"scope=team-{cast.east.pk}"
    empty = mia.get(reverse("reviews:goals") + f"?{scope}").content.decode()
    assert empty.count("Switch on") == 3
    for preset in ("response", "conversion", "approval"):
        form = mia.get(reverse("reviews:goal_new") + f"?preset={preset}&{scope}").context["form"]
        data = {name: form.initial[name] for name in form.fields} | {"key": key()}
        assert mia.post(reverse("reviews:goal_new") + f"?{scope}", data).status_code == 302
    page = mia.get(reverse("reviews:goals") + f"?{scope}").content.decode()
    assert "Switch on" not in page and "+15% of what it was" in page and "−3 days" in page
    links, seen = re.findall(r'href="(/reviews/goals/\d+/rows[^"]+)">(\d+)</a>', page), 0
    assert len(links) >= 4
    for goal in MethodGoal.objects.all():
        html = mia.get(goal.get_absolute_url()).content.decode()
        links += re.findall(r'href="(/reviews/goals/\d+/rows[^"]+)">(\d+)</a>', html)
    for url, shown in links:
        assert mia.get(url.replace("&amp;", "&")).context["total"] == int(shown), url
        seen += 1
    assert seen >= 8
    one = scored(MethodGoal.objects.filter(metric="response_elapsed"), fixed)[0]
    assert (one.before.count, one.now.count) == (Count(40, 12), Count(20, 16))
    assert (one.aim, one.beyond, one.reached) == (0.9, "better", False)
    assert "Better, beyond chance." in page and "+50.0 points" in page
    goal = MethodGoal.objects.get(metric="conversion")
    relative = scored([goal], fixed)[0]
    assert relative.aim is None or relative.aim == pytest.approx(relative.before.value * 1.15)
    stale = {"version": 9, "key": key()}
    assert mia.post(goal.get_absolute_url(), stale).status_code == 409
    assert client_of(cast.alice).post(goal.get_absolute_url(), {"version": 1, "key": key()}).status_code == 404
    assert mia.post(goal.get_absolute_url(), {"version": 1, "key": key()}).status_code == 302
    assert mia.get(reverse("reviews:goals") + f"?{scope}").content.decode().count("Switch on") == 1


def test_relative_points_and_a_value_are_three_aims():
    base = MethodGoal(metric="conversion", direction="up", size=15)
    one = scored([], NOW)
    assert one == []
    from_share = {}
    for kind in ("relative", "points", "level"):
        base.kind = kind
        from_share[kind] = _with(base, before=Count(100, 40), now=Count(100, 50)).aim
    assert from_share == pytest.approx({"relative": 0.46, "points": 0.55, "level": 0.15})


def _with(goal, *, before, now):

    return Scored(goal, Sample(before), Sample(now), dt.date(2024, 4, 3))


# --- twelve months ---
@pytest.mark.django_db
@pytest.mark.proves("R5")
def test_each_month_says_what_its_rows_are(cast, client_of, monkeypatch):
    """Every number of every trend opens as many rows; months are those of the cases, recounted from all of them."""
    world = World(cast, 4, customers=40)
    for customer in world.customers:
        Customer.objects.filter(pk=customer.pk).update(first_response_at=customer.made_at + 9 * HOUR)
    deals = [deal for customer in world.customers[:12] for deal in customer.deals.all()]
    for n, deal in enumerate(deals):
        for slips in range(1, 2 + n % 3):
            deal.slips = slips
            deal._history_date = moment(dt.date(2024, 1, 28) + slips * 20 * DAY)
            deal.save()
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    client, seen = client_of(cast.ada), 0
    for of in ("cycle", "response", "in_time", "slips", "waiting"):
        page = client.get(reverse("reviews:trends") + f"?of={of}&scope=company")
        html = page.content.decode()
        assert len(page.context["rows"]) == 12 and page.context["rows"][-1][0].code == "2024-04"
        for url, shown in re.findall(r'<a class="num" href="(/reviews/trends/rows[^"]+)">(\d+)</a>', html):
            assert client.get(url.replace("&amp;", "&")).context["total"] == int(shown), url
            seen += 1
        if of == "cycle":
            months = {month.code: cells for month, cells in page.context["rows"]}
            n, total = recount("cycle_days", COMPANY, dt.date(2023, 5, 1), dt.date(2024, 4, 30))
            assert sum(cells[0].n for cells in months.values()) == n > 3
            assert any(cells[0].value for cells in months.values())
        if of == "slips":
            by_month = {}
            for deal in deals:
                rows = list(deal.history.order_by("history_id"))  # as they were written
                for old, new in zip(rows, rows[1:], strict=False):
                    if new.slips > old.slips:
                        by_month.setdefault(f"{today(new.history_date):%Y-%m}", set()).add(deal.pk)
            told = {month.code: cells[0].n for month, cells in page.context["rows"] if cells[0].n}
            assert told == {code: len(found) for code, found in by_month.items()} and told
    assert seen > 15
    for wrong in ("of=nothing", "of=cycle_days&month=2022-01",
                  "of=cycle_days&month=2024-W02", "of=slips&part=on&month=2024-03"):
        assert client.get(reverse("reviews:trend_rows") + f"?{wrong}").status_code == 404, wrong
    assert client.get(reverse("reviews:trends") + "?of=nothing").status_code == 404
