"""A year of random work by seed, through the product's own verbs, with the clock travelling along (M13)."""

import datetime as dt
import random
from decimal import Decimal

import time_machine
from django.db import connection
from django.utils import timezone

from activity.models import Event
from activity.undoing import can_undo, undo
from core.changing import change
from core.kept import forget
from core.periods import at, today
from customers import steps as stepping
from customers.models import Customer, NextStep
from customers.tagging import set_tags
from customers.transferring import assign_many
from pipeline import actions, risks
from pipeline.deals import save_deal
from pipeline.forms import CellForm
from pipeline.models import Deal, LossReason, Playbook, Risk
from pipeline.moving import Move, move_many
from tests.cast import make_customer, make_deal, make_log, make_step

DAY = dt.timedelta(days=1)
TAGS = ["prospect", "interested", "hot"]


def count_rows():
    """What PostgreSQL's autovacuum does once a minute, and cannot do for rows of a transaction that is still open:
    without it a question about a day gone by is planned as if there were no rows, and takes seconds."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)  # ours: a catalogue may be locked elsewhere
            cursor.execute("ANALYZE " + ", ".join(map(connection.ops.quote_name, sorted(tables))))


class Year:
    """`play()` yields every day, after its work, with the clock standing at its end."""

    def __init__(self, cast, seed, *, first=dt.date(2025, 1, 6), days=365, acts=250):
        self.cast, self.random, self.first, self.days = cast, random.Random(seed), first, days
        self.sellers = [cast.alice, cast.bob, cast.charlie]
        self.stages = list(Playbook.objects.default().stages.filter(retired_at=None).order_by("position"))
        self.open = [stage for stage in self.stages if stage.kind == "open"]
        self.won = next(stage for stage in self.stages if stage.kind == "won")
        self.lost = next(stage for stage in self.stages if stage.kind == "lost")
        self.reasons = list(LossReason.objects.order_by("pk")[:3])
        self.when = sorted(self.random.randrange(days) for _ in range(acts))

    def play(self):
        waiting = list(self.when)
        for number in range(self.days):
            day = self.first + number * DAY
            acts = 0
            while waiting and waiting[0] == number:
                waiting.pop(0)
                acts += 1
                moment = at(day, dt.time(9)) + acts * dt.timedelta(minutes=7)
                with time_machine.travel(moment, tick=False):
                    self.act(timezone.now())
            if number % 20 == 1 or number == self.days - 1:
                count_rows()
            with time_machine.travel(at(day, dt.time(23, 59)), tick=False):
                yield day

    # --- one act ---
    def act(self, now):
        r = self.random
        made = Customer.objects.count()
        if made < 4 or (made < 25 and r.random() < 0.15):
            return self.come(now)
        names = ["move"] * 8 + ["edit"] * 5 + ["log"] * 3 + [
            "lose", "win", "undo", "undo", "assign", "tag", "line", "danger", "calm", "step", "shift", "second", "late",
            "rename", "archive", "back", "renamed_stage",
        ]
        return getattr(self, r.choice(names))(now)

    def come(self, now):
        owner = self.random.choice(self.sellers)
        deal = {"amount": self.money(), "expected_close": self.day(now)} if self.random.random() < 0.8 else {}
        make_customer(owner, now=now, name=f"客户{Customer.objects.count()}", deal=deal)

    def deal(self, **where):
        found = list(Deal.objects.filter(customer__archived_at=None, **where).select_related(
            "customer", "stage", "owner", "rep").order_by("pk"))
        return self.random.choice(found) if found else None

    def money(self):
        return Decimal(self.random.randrange(1, 900)) * 1000 + Decimal(self.random.randrange(100)) / 100

    def day(self, now):
        return today(now) + self.random.randrange(5, 90) * DAY

    def move(self, now):
        deal = self.deal()
        to = self.random.choice([stage for stage in self.open if stage.pk != deal.stage_id])
        said = {"key_action": "推进方案", "reason": "客户重新评估"}
        said |= {"expected_close": self.day(now)} if deal.expected_close is None or self.random.random() < 0.3 else {}
        move_many([Move(deal, to, **said)], by=deal.owner or self.cast.mia, now=now)

    def late(self, now):
        """A back-dated move: known from now on, true since days ago."""
        deal = self.deal(stage__kind="open")
        if deal is None or deal.entered_at > now - 3 * DAY:
            return
        to = self.random.choice([stage for stage in self.open if stage.pk != deal.stage_id])
        past = {"entered_at": now - 2 * DAY, "reason": "补录", "key_action": "补录"}
        move_many([Move(deal, to, **past)], by=self.cast.mia, now=now)

    def win(self, now):
        if deal := self.deal(stage__kind="open"):
            said = {"signed_on": today(now), "contract_amount": self.money(), "key_action": "合同签订"}
            move_many([Move(deal, self.won, **said)], by=deal.owner or self.cast.mia, now=now, force_gate=True)

    def lose(self, now):
        if deal := self.deal(stage__kind="open"):
            said = {"lost_reason": self.random.choice(self.reasons), "key_action": "丢单"}
            move_many([Move(deal, self.lost, **said)], by=deal.owner or self.cast.mia, now=now)

    def undo(self, now):
        event = Event.objects.filter(verb__in=["pipeline.moved", "pipeline.won", "pipeline.lost"]).first()
        if event and can_undo(event, now):
            deal = Deal.objects.get(pk=event.subject_id)
            if deal.stays.filter(pk=event.data["stay"], left_at=None, voided_at=None).exists():
                undo(event, by=self.cast.mia, now=now)

    def edit(self, now):
        deal = self.deal(stage__kind="open")
        if deal is None:
            return
        name = self.random.choice(["amount", "expected_close", "owner", "rep", "key_action"])
        who = self.random.choice(self.sellers)
        value = {
            "amount": str(self.money()), "expected_close": self.day(now).isoformat(), "owner": who.pk, "rep": who.pk,
            "key_action": "补充方案细节",
        }[name]
        form = CellForm({name: value}, instance=deal, field=name, user=self.cast.grace)
        if form.is_valid():
            save_deal(deal, form, by=self.cast.mia, now=now, expect=deal.version)

    def second(self, now):
        if deal := self.deal():
            make_deal(deal.customer, by=self.cast.mia, now=now, amount=self.money(), expected_close=self.day(now))

    def assign(self, now):
        if deal := self.deal():
            assign_many([deal.customer], self.random.choice(self.sellers), by=self.cast.grace, now=now)

    def tag(self, now):
        if deal := self.deal():
            set_tags([(deal.customer, self.random.choice(TAGS))], by=self.cast.mia, now=now)

    def rename(self, now):
        if deal := self.deal():
            change(deal.customer, by=self.cast.mia, name=f"{deal.customer.name[:8]}改{self.random.randrange(99)}")

    def archive(self, now):
        deal = self.deal()
        if deal and self.random.random() < 0.5:
            change(deal.customer, by=self.cast.mia, archived_at=now)

    def back(self, now):
        if customer := Customer.objects.exclude(archived_at=None).order_by("pk").first():
            change(customer, by=self.cast.mia, archived_at=None)

    def renamed_stage(self, now):
        stage = self.random.choice(self.open[1:])
        stage.refresh_from_db()
        change(stage, by=self.cast.ada, label=f"{stage.label[:6]}{self.random.randrange(9)}", probability=55)
        forget()

    def log(self, now):
        if deal := self.deal():
            make_log(deal.customer, by=deal.customer.owner, happened_at=now, now=now)

    def line(self, now):
        if deal := self.deal():
            actions.add_line(deal, f"关键动作{self.random.randrange(99)}", by=self.cast.mia, now=now, on=today(now))

    def danger(self, now):
        if deal := self.deal(stage__kind="open"):
            risks.set_risk(deal, text=f"风险{self.random.randrange(9)}", by=self.cast.mia, now=now)

    def calm(self, now):
        if risk := Risk.objects.filter(closed_at=None).select_related("deal", "type").first():
            risks.close_risk(risk.deal, risk, by=self.cast.mia, now=now)

    def step(self, now):
        if deal := self.deal():
            make_step(deal.customer, self.day(now), by=self.cast.mia, now=now)

    def shift(self, now):
        if found := list(NextStep.objects.filter(closed_at=None).select_related("customer").order_by("pk")):
            step = self.random.choice(found)
            stepping.shift(step, self.day(now), by=self.cast.mia, now=now)
