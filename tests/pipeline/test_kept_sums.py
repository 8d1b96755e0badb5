"""Sums and first cards are kept until something is written (core/answers.py): whatever is done by whatever verb, board
and table say what deals counted one by one say."""

import random
import threading
from collections import Counter
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.leaving import hand_over
from activity.models import Event
from activity.undoing import undo
from core import answers, periods, stamping
from core.answers import answered
from core.changing import change
from core.errors import Conflict, NotAllowed, Refused
from customers import keeping, pooling, tagging
from customers.merging import merge
from customers.models import Customer
from customers.transferring import assign_many
from pipeline import risks
from pipeline.asking import Asked
from pipeline.board import read_board
from pipeline.models import Deal, Stage, StageProgress
from pipeline.moving import lose, move_to
from pipeline.sums import read_sums
from pipeline.table import read_table
from salesflow.teamhome import team_home
from tests.cast import build_cast, make_customer, make_deal, make_log, make_step
from tests.exchange.conftest import bring_rows, take

DAY = periods.dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def answers_are_kept(settings):
    """As in the product; what setup says is read anew each time."""
    settings.SETUP_SECONDS = 0.000_001


def counted_one_by_one(user, now, filters):
    """What the board's columns and the table's groups should say, from deals read one by one."""
    on = periods.today(now)
    asked = Asked(user, filters, on)
    columns, groups, open_sum, overdue = Counter(), Counter(), Decimal(0), Counter()
    seen = set(Customer.objects.visible_to(user).values_list("pk", flat=True))
    for deal in Deal.objects.select_related("stage", "customer"):
        customer = deal.customer
        if customer.pk not in seen or customer.archived_at or deal.playbook_id != asked.playbook.pk:
            continue
        if filters.get("rep") and filters["rep"] not in (str(deal.rep_id), str(deal.owner_id)):
            continue
        since = on - 30 * DAY
        recent = (
            (customer.next_step_on and customer.next_step_on >= since) or (deal.signed_on and deal.signed_on >= since)
            or (deal.won_at and deal.won_at >= periods.day_start(since))
        )
        if not (deal.stage.is_open or (deal.stage.kind in ("won", "after") and recent)):
            continue
        columns[deal.stage_id] += 1
        overdue[deal.stage_id] += bool(customer.next_step_on and customer.next_step_on < on)
        groups[deal.rep_id] += 1
        open_sum += (deal.amount or 0) if deal.stage.is_open else 0
    return +columns, +groups, open_sum, +overdue


def said(user, now, filters):
    on = periods.today(now)
    board, table = read_board(user, filters, on), read_table(Asked(user, filters, on))
    assert sum(len(column.cards) for column in board.columns) == sum(min(column.count, 30) for column in board.columns)
    assert {row.pk for row in table.rows} == {card.pk for column in board.columns for card in column.cards}
    assert table.sum.amount == board.amount
    return (
        Counter({column.stage.pk: column.count for column in board.columns if column.count}),
        Counter({key[0]: subtotal.all for key, subtotal in table.subtotals.items()}), table.sum.amount,
        Counter({column.stage.pk: column.overdue for column in board.columns if column.overdue}),
    )


def verbs(cast, stages, price, now):
    """{name: a deed on a deal by chance}."""
    reps = [cast.alice, cast.bob, cast.charlie]

    def merged(deal, dice):
        other = dice.choice(list(Customer.objects.filter(merged_into=None).exclude(pk=deal.customer_id)))
        merge(deal.customer, other, by=cast.ada, now=now)

    def undone(deal, dice):
        verbs = ["pipeline.moved", "pipeline.lost", "customers.merged", "customers.archived"]
        events = list(Event.objects.filter(verb__in=verbs, undone_at=None))
        undo(dice.choice(events), by=cast.ada, now=now)

    def brought(deal, dice):
        name = f"进口{dice.randrange(10**6)}"
        head = ["客户名称", "所属阶段", "阶段进入时间", "金额", "销售代表"]
        batch, _rows = bring_rows([head, [name, "需求分析", "2026-11-02", dice.randrange(10**5), "李强"]], cast.ada)
        take(batch)
        assert Customer.objects.filter(name=name).exists()

    def gone(deal, dice):
        hand_over(cast.charlie, cast.bob, by=cast.ada, now=now)

    def renamed_stage(deal, dice):
        stage = dice.choice([stages[2], stages[3]])
        change(Stage.objects.get(pk=stage.pk), by=cast.ada, probability=dice.randrange(5, 95))

    def with_raw_sql(deal, dice):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE pipeline_deal SET amount = %s WHERE id = %s", [dice.randrange(10**5), deal.pk])

    def by_many(deal, dice):
        some = list(Deal.objects.all()[:3])
        for one in some:
            one.amount = dice.randrange(10**5)
        Deal._base_manager.bulk_update(some, ["amount"])

    def taken_back_whole(deal, dice):
        try:
            with transaction.atomic():
                Deal.objects.filter(pk=deal.pk).update(amount=1)
                for user in (cast.ada, cast.mia):
                    assert said(user, now, {}) == counted_one_by_one(user, now, {})
                raise LookupError
        except LookupError:
            pass

    return {
        "open": lambda deal, dice: make_customer(dice.choice(reps), name=f"新{dice.randrange(10**6)}", now=now),
        "open another": lambda deal, dice: make_deal(deal.customer, name=f"二{dice.randrange(10**6)}", now=now),
        "log": lambda deal, dice: make_log(deal.customer, by=cast.ada, now=now) and None,
        "step": lambda deal, dice: make_step(
            deal.customer, periods.today(now) + dice.randrange(-3, 4) * DAY, by=cast.ada, owner=cast.mia, now=now
        ),
        "move": lambda deal, dice: move_to(
            deal, stages[dice.randrange(1, 6)], by=cast.ada, now=now, reason="退回", expected_close=periods.today(now)
        ),
        "lose": lambda deal, dice: lose(deal, price, by=cast.ada, now=now),
        "edit": lambda deal, dice: change(deal, by=cast.ada, amount=Decimal(dice.randrange(10**5))),
        "tag": lambda deal, dice: tagging.set_tags([(deal.customer, "hot")], by=cast.ada, now=now),
        "risk": lambda deal, dice: risks.set_risk(deal, text="预算不足", by=cast.ada, now=now),
        "transfer": lambda deal, dice: assign_many([deal.customer], dice.choice(reps), by=cast.ada, now=now),
        "archive": lambda deal, dice: keeping.archive(deal.customer, by=cast.ada, now=now),
        "pool": lambda deal, dice: pooling.put_many([deal.customer], by=cast.ada, now=now),
        "delete": lambda deal, dice: StageProgress.objects.filter(deal=deal).delete() and deal.delete(),
        "merge": merged, "undo": undone, "import": brought, "leave": gone, "stage": renamed_stage,
        "raw": with_raw_sql, "many": by_many, "rolled back": taken_back_whole,
    }  # fmt: skip


@pytest.mark.django_db
def test_after_any_verb_board_and_table_say_what_the_deals_say(cast, stages, price, now):
    dice, done = random.Random(11), Counter()
    for n in range(8):
        owner = (cast.alice, cast.bob, cast.charlie)[n % 3]
        make_customer(owner, name=f"客户{n}", now=now, deal={"amount": Decimal(n * 1000)})
    deeds = verbs(cast, stages, price, now)
    filters = {"rep": str(cast.alice.pk)}
    for name in [*deeds, *dice.choices(list(deeds), k=3)]:
        for _try in range(4):
            try:
                with transaction.atomic():
                    deal = dice.choice(list(Deal.objects.select_related("customer", "stage", "rep")))
                    deeds[name](deal, dice)
                done[name] += 1
                break
            except (Refused, Conflict, NotAllowed, ValidationError, IndexError):
                continue
        for user, narrowed in ((cast.ada, {}), (cast.mia, filters), (cast.charlie, {})):
            assert said(user, now, narrowed) == counted_one_by_one(user, now, narrowed), (name, user)
    assert set(done) >= set(deeds) - {"pool"}, set(deeds) - set(done)  # each was really done


@pytest.mark.django_db
def test_what_is_kept_is_not_asked_again_and_is_nobody_elses(cast, stages, now, django_assert_num_queries):
    for n in range(4):
        make_customer((cast.alice, cast.charlie)[n % 2], name=f"客户{n}", now=now)
    on = periods.today(now)
    asked, others = Asked(cast.mia, {}, on), Asked(cast.nadia, {}, on)
    first = read_sums(asked)
    with django_assert_num_queries(1):
        again = read_sums(asked)
    assert first == again and first is not again
    again[0]["n"] = 99  # whoever changes what he was given changes nothing that is kept
    assert read_sums(asked) == first
    assert sum(row["n"] for row in read_sums(others)) == 2
    kept = len(answers._kept)
    read_sums(Asked(cast.mia, {}, on + DAY))
    assert len(answers._kept) == kept + 1  # another day is another question
    with pytest.MonkeyPatch.context() as patch:  # the control: without the stamp the sums stay what they were
        patch.setattr(stamping, "stamp_of", lambda *_asked: 1)
        old = read_sums(asked)
        make_customer(cast.alice, name="五", now=now)
        assert read_sums(asked) == old
    assert sum(row["n"] for row in read_sums(asked)) == sum(row["n"] for row in old) + 1
    home = team_home(cast.mia, now)
    Deal.objects.filter(rep=cast.alice).update(amount=700)
    assert sum(row.amount for row in team_home(cast.mia, now).reps) == sum(row.amount for row in home.reps) + 2100


@pytest.mark.django_db
def test_only_watched_tables_are_kept_and_no_more_than_fits(cast, now, monkeypatch):
    make_customer(cast.alice, now=now)
    stays = StageProgress.objects.values_list("pk", flat=True)
    before = len(answered(stays))
    StageProgress.objects.all().delete()
    assert len(answered(stays)) == 0 < before
    monkeypatch.setattr(answers, "MOST", 12)
    for n in range(40):
        answered(Deal.objects.filter(pk__gte=-n).values_list("pk", flat=True))
        assert sum(len(rows) + 1 for _stamp, rows in answers._kept.values()) == answers._held <= 12
    stamping.remove(connection)  # as a migration begins: nothing is kept until it ended
    amounts = Deal.objects.values_list("amount", flat=True)
    answered(amounts)
    Deal.objects.update(amount=5)
    assert answered(amounts) == [5]
    stamping.install(connection)
    Deal.objects.update(amount=6)
    assert answered(amounts) == [6]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_an_earlier_write_that_is_committed_later_is_seen(guarded, monkeypatch):
    """One writes, another writes and commits, somebody reads, the first commits. The control keeps answers by the
    newest number of a sequence, as a cache would: the sum it then says is old."""
    cast = build_cast()
    deals = [make_customer(cast.alice, name=f"客户{n}").deals.get() for n in range(2)]
    amounts, newest = Deal.objects.order_by("pk").values_list("amount", flat=True), [0, 0]  # by what is committed
    answers.forget()
    if not guarded:
        monkeypatch.setattr(stamping, "stamp_of", lambda *_asked: max(newest))
    wrote, read = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            Deal.objects.filter(pk=deals[0].pk).update(amount=111)
            if connection.vendor == "postgresql":
                wrote.set()
                read.wait(20)
        newest[0] = 1
        wrote.set()
        connection.close()

    thread = threading.Thread(target=first)
    if connection.vendor == "postgresql":  # where two write at a time
        thread.start()
        wrote.wait(20)
    Deal.objects.filter(pk=deals[1].pk).update(amount=222)
    newest[1] = 2
    assert answered(amounts) == [None, 222]
    read.set()
    if connection.vendor != "postgresql":
        thread.start()
    thread.join(20)
    assert answered(amounts) == ([111, 222] if guarded else [None, 222])
    assert list(amounts.all()) == [111, 222]
