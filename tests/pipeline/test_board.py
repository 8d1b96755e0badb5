"""The board: totals are the database's, cards are the most urgent, queries do not grow (S7, D15)."""

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import periods
from customers.models import Customer
from pipeline import risks
from pipeline.asking import Asked
from pipeline.board import CARDS, ordered, read_board
from pipeline.models import Deal
from pipeline.moving import move_to
from pipeline.sums import read_sums
from pipeline.table import GROUPS, group_of, read_table
from tests.cast import make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(cast, stages, now, approve):
    """Forty deals of two reps over the open stages, with and without money; one won."""
    dice = random.Random(7)
    for n in range(40):
        owner = (cast.alice, cast.bob)[n % 2]
        values = {
            "stage": stages[1 + n % 5],
            "amount": Decimal(dice.randrange(0, 900_000)) if n % 7 else None,
            # a few of them today, so that some close in this month on its last day as well
            "expected_close": periods.today(now) + dt.timedelta(days=dice.randrange(0, 60) if n % 8 > 1 else 0),
        }
        made = make_customer(owner, name=f"客户{n:02d}", now=now - dt.timedelta(days=dice.randrange(0, 8)), deal=values)
        if n % 9 == 0:
            risks.set_risk(made.deals.get(), text="预算不足", by=owner, now=now)
    deal = make_customer(cast.alice, name="弘毅制药", now=now - dt.timedelta(days=3)).deals.get()
    approve(deal)
    move_to(deal, stages[6], by=cast.alice, now=now, signed_on=periods.today(now), contract_amount=Decimal(560_000))


@pytest.mark.parametrize(
    "filters", [{}, {"rep": "alice"}, {"stale": "1"}, {"closing": "1", "rep": "bob"}, {"risk": "1"}]
)
def test_the_sums_are_the_sums(crowd, cast, now, filters):
    filters = {name: str(getattr(cast, value).pk) if name == "rep" else value for name, value in filters.items()}
    on = periods.today(now)
    board = read_board(cast.mia, filters, on)
    mine = [
        deal
        for deal in Deal.objects.select_related("stage", "customer").all()
        if ("rep" not in filters or str(deal.rep_id) == filters["rep"])
        and ("stale" not in filters or (deal.stage.is_open and (on - deal.customer.quiet_since).days > 3))
        and ("risk" not in filters or deal.risk)
        and (
            "closing" not in filters
            or (deal.stage.is_open and (deal.expected_close.year, deal.expected_close.month) == (on.year, on.month))
        )
    ]
    opened = [deal for deal in mine if deal.stage.is_open]
    assert opened  # a filter that finds nothing would prove nothing
    assert board.count == len(opened)
    assert board.amount == sum(deal.amount or 0 for deal in opened)
    assert board.likely == sum((deal.amount or 0) * deal.stage.probability / Decimal(100) for deal in opened)
    assert board.signed == sum(deal.contract_amount or 0 for deal in mine)
    assert [column.count for column in board.columns] == [
        sum(1 for deal in mine if deal.stage.position == place) for place in range(1, 8)
    ]
    assert sum(column.amount for column in board.columns if column.stage.is_open) == board.amount


def test_cards_are_ordered_by_urgency_and_the_query_agrees_with_the_words(crowd, cast, now):
    board = read_board(cast.mia, {}, periods.today(now))
    for column in board.columns:
        assert column.cards == sorted(column.cards, key=lambda card: card.order)
    from pipeline.urgency import rank

    asked = Asked(cast.mia, {}, periods.today(now))
    said = {card.deal.pk: card.rank for column in board.columns for card in column.cards}
    counted = dict(Deal.objects.annotate(urgency=rank(asked.on, asked.rule)).values_list("pk", "urgency"))
    assert {pk: counted[pk] for pk in said} == said


def test_a_full_column_shows_thirty_and_says_how_many_more(cast, stages, now):
    for n in range(35):
        make_customer(cast.alice, name=f"客户{n}", now=now)
    column = read_board(cast.alice, {}, periods.today(now)).columns[0]
    assert (len(column.cards), column.count, column.more) == (CARDS, 35, 5)


@pytest.mark.proves("R52")
def test_who_sees_what(crowd, cast, now):
    on = periods.today(now)
    count = {name: read_board(getattr(cast, name), {}, on).count for name in ("alice", "mia", "nadia", "grace", "ada")}
    assert count == {"alice": 20, "mia": 40, "nadia": 0, "grace": 40, "ada": 40}


def test_won_deals_leave_after_thirty_days(crowd, cast, stages, now):
    on = periods.today(now)
    assert read_board(cast.mia, {}, on).columns[5].count == 1
    assert read_board(cast.mia, {}, on + dt.timedelta(days=31)).columns[5].count == 0


def test_the_board_costs_the_same_with_one_and_many(cast, stages, now):
    def count():
        with CaptureQueriesContext(connection) as caught:
            read_board(cast.alice, {}, periods.today(now))
        return len(caught)

    make_customer(cast.alice, name="第一家", now=now)
    count()  # the stages are read once a process
    one = count()
    for n in range(30):
        make_customer(cast.alice, name=f"客户{n}", now=now)
    assert (one, count()) == (one, one)
    assert one <= 9  # switches, calendar, stages, custom fields, sums, cards, notes


def test_columns_with_overdue_steps_begin_with_the_same_cards_as_a_ranking_of_all(crowd, cast, now, monkeypatch):
    on = periods.today(now)
    for n, customer in enumerate(Customer.objects.order_by("pk")):
        Customer._base_manager.filter(pk=customer.pk).update(next_step_on=on + dt.timedelta(days=n % 9 - 6))
    for most in (2, CARDS):  # overdue ones fill some columns, or none
        monkeypatch.setattr("pipeline.board.CARDS", most)
        board = read_board(cast.mia, {}, on)
        for column in board.columns:
            ranked = ordered(board.asked.narrowed.filter(stage=column.stage), board.asked).order_by("place")
            assert [card.pk for card in column.cards] == [deal.pk for deal in ranked[:most]]


@pytest.mark.parametrize("query", [{}, {"group": "stage"}, {"group": "none"}, {"sort": "-amount"}, {"state": "all"}])
def test_pages_of_the_table_are_the_parts_of_one_order(crowd, cast, now, monkeypatch, query):
    on = periods.today(now)
    whole = [card.pk for card in read_table(Asked(cast.mia, query, on)).rows]
    monkeypatch.setattr("pipeline.table.PER_PAGE", 7)
    parts = []
    for page in range(1, 7):
        asked = Asked(cast.mia, query | {"page": str(page)}, on)
        table = read_table(asked, read_sums(asked, by=GROUPS.get(group_of(asked), ())))
        assert sum(subtotal.count for subtotal in table.subtotals.values()) in (0, table.sum.count)
        parts += [card.pk for card in table.rows]
    assert (parts, table.total, table.pages) == (whole, 41, 6)
