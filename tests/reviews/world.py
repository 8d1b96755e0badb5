"""A small random world by seed: customers, conversations with needs, deals whose stays include back moves,
re-entries, wins, losses, voided moves and late records, tags that change, prices that change."""

import datetime as dt
import random
from decimal import Decimal

from accounts.models import Department
from core.periods import day_start
from customers.models import Customer, FollowUp, Need, TagChange, Topic
from pipeline.models import Deal, LossReason, Playbook, Stage, StageProgress, StageVersion
from tests.cast import make_user

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
DEFAULTS = [
    ("线索获取", "Lead", "open"), ("初步沟通", "Initial talk", "open"), ("需求分析", "Needs analysis", "open"),
    ("方案提交", "Proposal", "open"), ("商务谈判", "Negotiation", "open"), ("合同签订", "Contract", "won"),
    ("售后跟进", "After-sales", "after"), ("丢单", "Deal lost", "lost"),
]
TAGS = ["prospect", "interested", "hot", "won", "lost"]


def moment(day, hour=12, minute=0):
    """A company day, aware."""
    return day_start(day) + hour * HOUR + minute * MINUTE


def default_stages():
    """The stages of the default playbook, made here when nothing seeded them."""
    book = Playbook.objects.filter(is_default=True).first() or Playbook.objects.create(
        code="new-customers", label="新客户开发", label_en="New customers", is_default=True
    )
    if not book.stages.exists():
        for position, (label, label_en, kind) in enumerate(DEFAULTS, 1):
            stage = Stage.objects.create(playbook=book, position=position, label=label, label_en=label_en, kind=kind)
            StageVersion.objects.create(stage=stage, label=label, label_en=label_en, since=moment(dt.date(2020, 1, 1)))
    return book, list(book.stages.order_by("position", "pk"))


def loss_reasons():
    if not LossReason.objects.exists():
        for n, (code, label, label_en) in enumerate([("price", "价格", "Price"), ("competitor", "竞品", "Competitor")]):
            LossReason.objects.create(code=code, label=label, label_en=label_en, position=n)
    return list(LossReason.objects.order_by("pk"))


def topics():
    for code, kind, label, label_en in [
        ("w-sync", "need", "实时同步", "Real-time sync"), ("w-instalments", "need", "分期付款", "Instalments"),
        ("w-price", "objection", "价格太高", "Price too high"), ("w-rival", "objection", "已装竞品", "Competitor in"),
    ]:
        Topic.objects.get_or_create(code=code, defaults={"kind": kind, "label": label, "label_en": label_en})
    return list(Topic.objects.filter(code__startswith="w-").order_by("pk"))


class World:
    """Everything random comes from `seed`; everything happens between first and last day."""

    def __init__(self, cast, seed, *, first=dt.date(2024, 1, 25), last=dt.date(2024, 4, 5), customers=14):
        self.cast, self.random = cast, random.Random(seed)
        self.first, self.last = first, last
        self.book, self.stages = default_stages()
        self.reasons, self.topics = loss_reasons(), topics()
        self.open = [s for s in self.stages if s.kind == "open"]
        self.by_kind = {s.kind: s for s in self.stages if s.kind != "open"}
        if not hasattr(cast, "dora"):
            Department.objects.filter(pk=cast.sales.pk).update(serves=True)
            cast.dora = make_user("dora", "丁一", "rep", team=cast.south, department=cast.sales)
        self.sellers = [cast.alice, cast.bob, cast.charlie, cast.dora, cast.mia]
        self.customers = [self.customer(n) for n in range(customers)]

    def between(self, first=None, last=None):
        """A random moment between two company days, to the minute."""
        first, last = first or self.first, last or self.last
        minutes = int((moment(last, 23, 59) - moment(first, 0)).total_seconds() // 60)
        return moment(first, 0) + self.random.randrange(max(minutes, 1)) * MINUTE

    def customer(self, n):
        r = self.random
        owner = r.choice([*self.sellers, None])
        team = owner.team if owner else r.choice([self.cast.east, self.cast.south, None])
        made = self.between(self.first, dt.date(2024, 3, 28))
        customer = Customer.objects.create(
            name=f"客户{n}", name_key=f"客户{n}", owner=owner, team=team, made_at=made, tag="prospect",
            quiet_since=made.date(), opened_on=made.date(), open_deals=1,
        )
        self.tag_changes(customer, made)
        for _ in range(r.choice([0, 1, 1, 1, 2])):
            self.deal(customer, made)
        for _ in range(r.randrange(6)):
            self.talk(customer, owner or r.choice(self.sellers))
        return customer

    def tag_changes(self, customer, made):
        r, at, old = self.random, made, ""
        for new in ["prospect", *r.choices(TAGS, k=r.randrange(4))]:
            if new == old:
                continue
            late = r.choice([0, 0, 0, 5]) * DAY
            voided = at + late + 2 * DAY if old and r.random() < 0.15 else None
            TagChange.objects.create(
                customer=customer, old=old, new=new, at=at, recorded_at=at + late, voided_at=voided
            )
            old = new if voided is None else old
            at += r.randrange(1, 20) * DAY + r.randrange(600) * MINUTE

    def deal(self, customer, made):
        r = self.random
        at = made + r.randrange(0, 15) * DAY
        price = r.choice([None, Decimal(r.randrange(1_000, 900_000)), Decimal("12345.67")])
        rep = r.choice([customer.owner, customer.owner, None, r.choice(self.sellers)])
        deal = Deal(
            customer=customer, playbook=self.book, stage=self.open[0], amount=price, rep=rep, entered_at=at,
            opened_at=at, lost_reason=r.choice([*self.reasons, None]),
            contract_amount=r.choice([None, Decimal(r.randrange(5_000, 500_000)) + Decimal("0.05")]),
        )
        deal._history_date = at
        deal.save()
        self.walk(deal, at)
        for _ in range(r.randrange(3)):
            at += r.randrange(1, 25) * DAY + r.randrange(1000) * MINUTE
            deal.amount = Decimal(r.randrange(1_000, 900_000)) + Decimal(r.randrange(100)) / 100
            deal._history_date = at
            deal.save()
        return deal

    def walk(self, deal, at):
        """Stays from the first stage on: forward, skipping, back, won, lost, reopened; some undone, some back-dated."""
        r, stage = self.random, r_first(self.random, self.open)
        stay, known = self.stay(deal, stage, None, at, at), at
        for _ in range(r.randrange(7)):
            at += r.randrange(0, 18) * DAY + r.randrange(0, 900) * MINUTE
            if at > moment(self.last):
                break
            recorded = max(known, at + r.choice([0, 0, 0, 0, 3]) * DAY)  # moves are recorded one after another
            to = self.next(stage)
            if to == stage:
                continue
            stay.left_at, stay.left_recorded_at, known = at, recorded, recorded
            stay.save()
            new = self.stay(deal, to, stage, at, recorded)
            if r.random() < 0.15:
                undone = recorded + r.randrange(1, 5) * DAY
                self.undo(stay, new, undone)
                stay = StageProgress.objects.get(deal=deal, left_at=None, voided_at=None)
                at = known = max(at, undone)
            else:
                stay, stage = new, to
        Deal.objects.filter(pk=deal.pk).update(stage=stage, entered_at=stay.entered_at)

    def next(self, stage):
        r = self.random
        if stage.kind == "open":
            n = self.open.index(stage)
            ahead = self.open[n + 1 : n + 3] or [self.by_kind["won"]]
            return r.choice([*ahead, *ahead, self.by_kind["lost"], self.by_kind["won"], self.open[max(n - 1, 0)]])
        if stage.kind == "won":
            return r.choice([self.by_kind["after"], self.open[-1], self.by_kind["lost"]])
        return r.choice([self.open[0], self.open[2], self.by_kind["won"]])

    def stay(self, deal, stage, came_from, at, recorded):
        return StageProgress.objects.create(
            deal=deal, stage=stage, stage_version=stage.versions.first(), came_from=came_from, entered_at=at,
            recorded_at=recorded,
            backward=bool(came_from and came_from.kind == stage.kind == "open" and stage.position < came_from.position),
        )

    def undo(self, old, new, at):
        """The new stay is voided; the old one, which knows an end, is voided and recorded anew without it."""
        new.voided_at = old.voided_at = at
        new.save()
        old.save()
        StageProgress.objects.create(
            deal=old.deal, stage=old.stage, stage_version=old.stage_version, came_from=old.came_from,
            entered_at=old.entered_at, recorded_at=at, backward=old.backward,
        )

    def talk(self, customer, by):
        r = self.random
        happened = self.between()
        late = r.choice([0, 2, 29, 30, 31, 90, 3000]) * MINUTE
        talk = self.follow_up(customer, by, happened, happened + late)
        if r.random() < 0.15:
            self.follow_up(customer, by, happened + 5 * MINUTE, happened + late + 30 * HOUR, corrects=talk)

    def follow_up(self, customer, by, happened, entered, **fields):
        r = self.random
        talk = FollowUp.objects.create(
            customer=customer, talked_by=by, entered_by=by, happened_at=happened, entered_at=entered,
            outcome=r.choice(["talked", "talked", "sent", "no_answer"]),
            methods=r.choice([",phone,", ",phone,wechat,", ""]),
            source=r.choice(["form", "form", "line", "import"]), time_known=r.random() < 0.9, text="谈了方案",
            voided_at=entered + 3 * DAY if r.random() < 0.08 else None, **fields,
        )
        for _ in range(r.randrange(3)):
            topic = r.choice([*self.topics, None])
            kind = topic.kind if topic else r.choice(["need", "objection"])
            text = r.choice(["", "想要实时同步", "价格高了"])
            Need.objects.create(customer=customer, follow_up=talk, kind=kind, topic=topic, text=text)
        return talk


def r_first(rng, stages):
    return rng.choice([stages[0], stages[0], stages[0], stages[1], stages[3]])


