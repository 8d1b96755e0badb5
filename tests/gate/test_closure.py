"""Closure: list, page, search, board, table and workbook agree on what exists for a person, and every number on the
way equals a count over all rows by other means (INV-4)."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from collaboration.models import CollaborationRequest
from core.periods import day_start, today
from customers.models import Customer, FollowUp, NextStep, Owed
from pipeline.models import Deal, Stage
from salesflow.finding import search
from tests.cast import key
from tests.gate.chance import DAY, Plain, build_chance
from tests.gate.walk import PEOPLE, ask, browser

READERS = [*PEOPLE, "leo", "dora"]
SELLERS = [login for login in READERS if login not in ("sam", "tess")]


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        seeds = (11, 22, 33) if metafunc.config.getoption("--long") else (11,)
        metafunc.parametrize("seed", seeds, scope="module")


@pytest.fixture(scope="module")
def chance(seed, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        now = timezone.now()
        yield build_chance(seed, now), now
        transaction.set_rollback(True)


@pytest.fixture
def seen(chance, db, client_of):
    """seen(login) → (the person anew, what exists for him by other means, his browser)."""
    cast, now = chance

    def see(login):
        user = User.objects.get(pk=getattr(cast, login).pk)
        return user, Plain(user), browser(client_of(user))

    see.now, see.on = now, today(now)
    return see


def stale(customer, on):
    """The literal rule (D23), said again: over its limit and not waiting."""
    if customer.archived_at or customer.pooled_at or customer.quiet_since is None or customer.tag == "lost":
        return False
    deals = [d for d in Deal.objects.filter(customer=customer).select_related("stage") if d.stage.kind == "open"]
    if customer.tag == "won" and not deals:
        return False
    talks = [f for f in FollowUp.objects.filter(customer=customer, voided_at=None, corrections=None) if f.outcome in ("talked", "sent")]
    since = max((today(f.happened_at) for f in talks), default=None) or min(today(d.opened_at) for d in customer.deals.all())
    limits = [d.stage.stale_days for d in deals if d.stage.stale_days is not None]
    limit = min(limits, default=3)
    waits = [s for s in NextStep.objects.filter(customer=customer, closed_at=None, kind="waiting") if s.due_on >= on]
    return (on - since).days > limit and not waits


def planned(customer, on):
    ours = [s.due_on for s in NextStep.objects.filter(customer=customer, closed_at=None, kind="ours")]
    return bool(ours) and on <= min(ours) <= on + 14 * DAY


@pytest.mark.proves("INV-4")
@pytest.mark.parametrize("login", READERS)
def test_list_page_and_search_agree(seen, login):
    user, plain, client = seen(login)
    exists, live = plain.customers(), plain.customers(archived=False)
    pages = {
        pk for pk in Customer.objects.values_list("pk", flat=True)
        if ask(client, "get", reverse("customer", args=[pk]), draw="nothing").status == 200
    }
    assert pages == set(exists)
    names = {c.pk: c.name for c in plain.rows}
    hits = {
        pk for pk, name in names.items()
        for _heading, found in search(user, name, now=timezone.now()) for hit in found if hit.url == reverse("customer", args=[pk])
    }
    assert hits == set(live)
    if login in SELLERS:
        page = client.get(reverse("customers:list"), {"per_page": 200}).context["page"]
        assert {c.pk for c in page.rows} == set(live)
        assert page.total == len(live)
        quiet = client.get(reverse("customers:list"), {"show": "quiet", "per_page": 200}).context["page"]
        assert {c.pk for c in quiet.rows} == {pk for pk, c in live.items() if stale(c, seen.on)}


@pytest.mark.proves("INV-4")
@pytest.mark.parametrize("login", SELLERS)
def test_board_and_table_agree(seen, login):
    _user, plain, client = seen(login)
    live = plain.customers(archived=False)
    deals = [d for d in Deal.objects.select_related("stage") if d.customer_id in live]
    shown = {d.pk for d in deals if d.stage.kind != "lost"}
    board = client.get(reverse("pipeline:board")).context["board"]
    assert {card.deal.pk for column in board.columns for card in column.cards} == shown
    opened = [d for d in deals if d.stage.kind == "open"]
    assert board.count == len(opened)
    assert board.amount == sum((d.amount or 0 for d in opened), Decimal(0))
    assert board.likely == sum((d.amount or 0) * d.stage.probability / Decimal(100) for d in opened)
    assert board.signed == sum((d.contract_amount or 0 for d in deals if d.stage.kind in ("won", "after")), Decimal(0))
    for column in board.columns:
        mine = [d for d in deals if d.stage_id == column.stage.pk]
        assert column.count == len(mine)
        worth = [d.amount if d.contract_amount is None else d.contract_amount for d in mine]
        assert column.amount == sum((w or 0 for w in worth), Decimal(0))
    assert board.chips["stale"] == sum(stale(live[d.customer_id], seen.on) for d in opened)
    assert board.chips["risk"] == sum(bool(d.risk) for d in opened)
    table = client.get(reverse("pipeline:table")).context["table"]
    assert table.total == len(shown)
    everything = client.get(reverse("pipeline:table"), {"state": "all"}).context["table"]
    assert everything.total == len([d for d in Deal.objects.all() if d.customer_id in plain.customers()])


@pytest.mark.proves("INV-4")
@pytest.mark.parametrize("login", READERS)
def test_the_workbook_agrees(seen, login):
    _user, plain, client = seen(login)
    response = client.post(reverse("exchange:export"), {"sheet": "customers", "key": key()}, follow=True)
    assert response.status_code == 200
    lines = list(openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True))
    wanted = [c.name for c in plain.customers(archived=False).values() if plain.owns_or_leads(c)]
    assert sorted(line[0] for line in lines[1:]) == sorted(wanted)


@pytest.mark.proves("INV-4")
@pytest.mark.parametrize("login", READERS)
def test_requests_agree(seen, login):
    user, plain, client = seen(login)
    mine = plain.requests()
    pages = {
        r.pk for r in CollaborationRequest.objects.all()
        if ask(client, "get", reverse("collaboration:page", args=[r.number]), draw="nothing").status == 200
    }
    assert pages == set(mine)
    asked = {r.pk for r in mine.values() if r.asker_id == user.pk}
    queue = client.get(reverse("collaboration:queue"), {"tab": "asked"}).context
    assert {row.request.pk for row in queue["rows"]} == asked
    assert next(tab.n for tab in queue["tabs"] if tab.name == "asked") == len(asked)
    accept = client.get(reverse("collaboration:queue"), {"tab": "accept"}).context
    wanted = {
        r.pk for r in mine.values() if r.state == "submitted"
        and (user.role == "admin" or r.person_id == user.pk or (user.role == "support" and r.person_id is None))
        and (user.role != "support" or user.department_id == r.department_id)
    }
    assert {row.request.pk for row in accept["rows"]} == wanted


@pytest.mark.proves("INV-4")
@pytest.mark.parametrize("login", SELLERS)
def test_my_day_and_the_bar_agree(seen, login):
    user, plain, client = seen(login)
    context = client.get(reverse("today")).context
    day, own = context["day"], [c for c in plain.customers(archived=False).values() if c.owner_id == user.pk]
    due = [s for s in NextStep.objects.filter(closed_at=None) if s.owner_id == user.pk and s.kind == "ours" and s.due_on <= seen.on]
    over = [c for c in own if stale(c, seen.on)]
    assert day.due.count == len([s for s in due if s.customer_id in plain.customers()])
    assert day.overdue == len([s for s in due if s.due_on < seen.on and s.customer_id in plain.customers()])
    assert day.quiet.count == len([c for c in over if not planned(c, seen.on)])
    assert day.planned == len([c for c in over if planned(c, seen.on)])
    assert day.owed.count == Owed.objects.filter(user=user, closed_at=None).count()
    assert day.update.total == len([
        d for d in Deal.objects.select_related("stage") if d.stage.kind == "open"
        and (d.owner_id or d.rep_id) == user.pk and d.customer_id in plain.customers()
    ])  # fmt: skip
    if login not in ("ada",):
        place = next(p for p in context["shell"].nav if p.url == reverse("today"))
        assert place.count == day.due.count
        requests = next(p for p in context["shell"].nav if p.url == reverse("collaboration:queue"))
        assert requests.count == day.asked.count


@pytest.mark.proves("INV-4")
@pytest.mark.parametrize("login", ["mia", "nadia", "grace", "ada"])
def test_team_home_agrees(seen, login):
    user, plain, client = seen(login)
    home = client.get(reverse("team")).context["home"]
    live = plain.customers(archived=False)
    teams = {pk for pk in plain.teams if user.role == "admin" or plain.leads(pk)}
    assert {t.pk for t in home.teams} == teams
    sellers = {u.pk for u in plain.people.values() if u.is_active and u.role in ("rep", "manager") and u.team_id in teams}
    assert {row.person.pk for row in home.reps} == sellers
    for row in home.reps:
        mine = [c for c in live.values() if c.owner_id == row.person.pk]
        assert row.quiet == len([c for c in mine if stale(c, seen.on) and not planned(c, seen.on)])
        talks = FollowUp.objects.filter(talked_by=row.person, entered_at__gte=day_start(seen.on), voided_at=None)
        assert row.logged == len([f for f in talks if f.customer_id in plain.customers()])
    assert sum(1 for d in home.decisions if d.kind == "unassigned") == len(
        [c for c in live.values() if c.owner_id is None]
    )
    assert Stage.objects.exists()
