"""Two people move one card at the same moment: one wins, the other hears who did (REL1), on the database in use."""

import contextlib
import threading

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from core.errors import Conflict, Refused
from customers.models import Customer
from pipeline import facts, holding
from pipeline.models import Deal, LossReason, Playbook, StageProgress
from pipeline.moving import Move, move_many
from pipeline.opening import open_deal
from pipeline.pasting import write_block
from tests.cast import build_cast, make_customer

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def race(movers):
    """Run functions side by side from one starting line; what each gave back or raised, in order."""
    line, results = threading.Barrier(len(movers)), [None] * len(movers)

    def run(place, mover):
        try:
            line.wait()
            results[place] = mover()
        except (Refused, Conflict) as refused:
            results[place] = type(refused).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(movers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def scene():
    cast = build_cast()
    deal = make_customer(cast.alice).deals.get()
    stages = list(Playbook.objects.default().stages.order_by("position"))
    return cast, deal, stages


@pytest.mark.proves("REL1")
def test_of_two_movers_one_wins(scene):
    cast, deal, stages = scene
    seen = stages[0].pk
    results = race(
        [
            lambda: move_many(
                [Move(Deal.objects.get(pk=deal.pk), stages[1], expected=seen)], by=cast.alice, now=timezone.now()
            ),
            lambda: move_many(
                [Move(Deal.objects.get(pk=deal.pk), stages[2], expected=seen)], by=cast.mia, now=timezone.now()
            ),
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["list", "str"]
    assert StageProgress.objects.filter(deal=deal).count() == 2
    assert StageProgress.objects.standing().filter(deal=deal, left_at=None).count() == 1
    winner = results[0] if isinstance(results[0], list) else results[1]
    assert Deal.objects.get(pk=deal.pk).stage_id == winner[0].stage_id


def test_without_the_expected_stage_both_would_win(scene):
    """The negative control: the same race without saying what was seen moves twice, so the test above can fail."""
    cast, deal, stages = scene

    def careless(to, by):
        for _round in range(50):  # the stage is read anew, nobody asks what the mover saw
            try:
                return move_many([Move(Deal.objects.get(pk=deal.pk), to, reason="x")], by=by, now=timezone.now())
            except (Refused, Conflict):
                continue
        return None

    results = race([lambda: careless(stages[1], cast.alice), lambda: careless(stages[2], cast.mia)])
    assert [type(result).__name__ for result in results] == ["list", "list"]
    assert StageProgress.objects.filter(deal=deal).count() == 3


def test_of_two_bulk_moves_over_one_deal_one_wins_whole(scene):
    """All or none, on the database in use: the loser's other deal stays where it was (REL1, B32)."""
    cast, deal, stages = scene
    others = [make_customer(cast.alice, name=name).deals.get() for name in ("甲公司", "乙公司")]
    seen = stages[0].pk

    def bulk(to, by, mine):
        fresh = Deal.objects.in_bulk([deal.pk, mine.pk])
        return move_many([Move(one, to, expected=seen) for one in fresh.values()], by=by, now=timezone.now())

    results = race([lambda: bulk(stages[1], cast.alice, others[0]), lambda: bulk(stages[2], cast.mia, others[1])])
    assert sorted(type(result).__name__ for result in results) == ["list", "str"]
    moved = Deal.objects.exclude(stage=stages[0])
    assert {one.stage_id for one in moved} == {(stages[1] if isinstance(results[0], list) else stages[2]).pk}
    assert moved.count() == 2


def test_a_move_and_an_edit_at_once_are_both_kept(scene):
    """B33: the stage and the amount are two fields; neither is lost."""
    cast, deal, stages = scene

    def edit():
        for _round in range(50):
            fresh = Deal.objects.select_related("customer", "stage").get(pk=deal.pk)
            try:
                return write_block([(fresh, "amount", "480000", deal.version)], by=cast.alice, now=timezone.now())
            except (Refused, Conflict, OperationalError):
                continue
        return None

    def move():
        for _round in range(50):
            try:
                fresh = Deal.objects.get(pk=deal.pk)
                return move_many([Move(fresh, stages[1], expected=stages[0].pk)], by=cast.mia, now=timezone.now())
            except (Conflict, OperationalError):
                continue
        return None

    race([edit, move])
    kept = Deal.objects.get(pk=deal.pk)
    assert (kept.amount, kept.stage_id, kept.version) == (480_000, stages[1].pk, deal.version + 2)


def test_without_the_version_one_of_two_pasted_amounts_is_lost(scene):
    """The control of the conflict on pasted cells: who does not say what he saw overwrites."""
    cast, deal, _stages = scene
    for amount, by in (("5", cast.mia), ("6", cast.alice)):
        fresh = Deal.objects.select_related("customer", "stage").get(pk=deal.pk)
        write_block([(fresh, "amount", amount, fresh.version)], by=by, now=timezone.now())
    assert Deal.objects.get(pk=deal.pk).amount == 6


def two_deals_move_at_once(scene, monkeypatch):
    """Two deals of one customer are lost at the same moment; each waits, between counting and writing, for the other to
    have counted too. What the customer says it has open, and what is open."""
    cast, deal, stages = scene
    customer = Customer.objects.get(pk=deal.customer_id)
    second = open_deal(customer, by=cast.alice, now=timezone.now(), name="二期", amount=300)
    Deal.objects.filter(pk=deal.pk).update(amount=100)
    facts.push({customer.pk})
    counted, around = threading.Barrier(2), facts.around

    def slowly(deals):
        found = around(deals)
        with contextlib.suppress(threading.BrokenBarrierError):  # under the lock nobody else comes: the move goes on
            counted.wait(1)
        return found

    monkeypatch.setattr(facts, "around", slowly)
    reason = LossReason.objects.get(code="price")

    def lose(pk, by):
        lost = Move(Deal.objects.get(pk=pk), stages[-1], lost_reason=reason)
        return move_many([lost], by=by, now=timezone.now())

    race([lambda: lose(deal.pk, cast.alice), lambda: lose(second.pk, cast.mia)])
    customer.refresh_from_db()
    assert Deal.objects.filter(customer=customer, stage=stages[-1]).count() == 2
    return customer.open_deals, customer.open_amount


def test_two_deals_of_one_customer_count_each_other(scene, monkeypatch):
    assert two_deals_move_at_once(scene, monkeypatch) == (0, 0)


@pytest.mark.postgres
def test_without_the_lock_on_the_customer_its_open_money_is_stale(scene, monkeypatch):
    """The control: only the deals are locked; on SQLite one writes at a time anyway."""
    monkeypatch.setattr(holding, "LOCKED", ("self",))
    assert two_deals_move_at_once(scene, monkeypatch) != (0, 0)
