"""Made data of any size: customers, follow-ups, deals, stays, requests over two years, deterministic by seed.

Sizes are those of docs/performance (small 2,000 customers, large 100,000, extreme 1,000,000). Dates have the rhythm of
an office: weekdays, working hours, more at the end of a month. Pushed-down columns agree with the rows below them.
"""

import datetime as dt
import random
import uuid
from collections import defaultdict
from dataclasses import dataclass

from accounts.models import Department, Team, User
from core.periods import at, today
from core.text import initials, name_key, phone_key, pinyin
from customers.models import Contact, Customer, FollowUp, Gram, Method, Need, NextStep, TagChange, Topic
from pipeline.models import Deal, KeyAction, LossReason, Playbook, Risk, StageProgress, StageVersion
from salesflow.making import bulk, words
from salesflow.making.letters import search_words, spelled


@dataclass(frozen=True)
class Size:
    customers: int
    followups: int
    open_deals: int
    closed_deals: int
    reps: int
    teams: int


SIZES = {
    "small": Size(2_000, 10_000, 1_500, 750, 10, 2),
    "large": Size(100_000, 500_000, 60_000, 30_000, 100, 10),
    "extreme": Size(1_000_000, 5_000_000, 300_000, 700_000, 1_000, 60),
}
DAYS = 730
CHUNK = 20_000  # customers in memory at a time


class World:
    """One run: who sells, where the clock stands, and the dice."""

    def __init__(self, size, seed, now):
        self.size, self.rng, self.now, self.today = SIZES[size], random.Random(seed), now, today(now)  # noqa: S311
        self.playbook = Playbook.objects.get(is_default=True)
        stages = list(self.playbook.stages.filter(retired_at=None).order_by("position"))
        self.path = [stage for stage in stages if stage.kind != "lost"]
        self.lost = next(stage for stage in stages if stage.kind == "lost")
        self.version = {
            stage.pk: StageVersion.objects.filter(stage=stage).latest("since").pk for stage in [*self.path, self.lost]
        }
        self.methods = list(Method.objects.values_list("code", flat=True))
        self.topics = list(Topic.objects.values_list("pk", "kind"))
        self.reasons = list(LossReason.objects.values_list("pk", flat=True))

    def people(self):
        """Departments, teams and reps. Logins rep1 … and lead1 …, with no password: they cannot sign in."""
        sales = Department.objects.create(name="销售中心", name_en="Sales centre", sells=True, serves=False)
        Department.objects.filter(pk=sales.pk).update(path=f"/{sales.pk}/")
        self.reps, self.team_of = [], {}
        tail = f"-{sales.pk}"
        for t in range(self.size.teams):
            lead = self._user(f"lead{t + 1}{tail}", "manager", sales, None)
            team = Team.objects.create(
                name=f"销售{t + 1}组", name_en=f"Sales team {t + 1}", department=sales, manager=lead
            )
            for r in range(self.size.reps // self.size.teams):
                rep = self._user(f"rep{t * (self.size.reps // self.size.teams) + r + 1}{tail}", "rep", sales, team)
                self.reps.append(rep.pk)
                self.team_of[rep.pk] = team.pk

    def _user(self, login, role, department, team):
        name = words.person(self.rng)
        user = User(
            username=login, name=name, role=role, department=department, team=team, pinyin=pinyin(name),
            initials=initials(name), language="zh-hans",
        )
        user.set_unusable_password()
        user.save()
        return user

    def moment(self, first, last):
        """A plausible moment of a working day between two company days."""
        span = max((last - first).days, 0)
        day = first + dt.timedelta(days=self.rng.randint(0, span))
        if day.weekday() >= 5 and self.rng.random() < 0.9:
            day = max(day - dt.timedelta(days=day.weekday() - 4), first)
        hour = self.rng.choice((9, 9, 10, 10, 11, 14, 14, 15, 16, 16, 17))
        return min(at(day, dt.time(hour, self.rng.randrange(60))), self.now)

    def plan(self):
        """For each customer: when it came, whose it is, how its deals went. Kept small: one tuple a customer."""
        size, rng = self.size, self.rng
        kinds = ["open"] * size.open_deals + ["closed"] * size.closed_deals
        rng.shuffle(kinds)
        deals_of = defaultdict(list)
        for n, kind in enumerate(kinds):
            deals_of[n % size.customers if n < size.customers else rng.randrange(size.customers)].append(kind)
        self.deals_of = deals_of
        weights = [1 + 60 * (rng.random() ** 12) for _ in range(size.customers)]
        total = sum(weights)
        self.talks = [max(int(weight / total * size.followups), 0) for weight in weights]
        for n in rng.choices(range(size.customers), weights=weights, k=size.followups - sum(self.talks)):
            self.talks[n] += 1
        self.talks = [min(count, 60) for count in self.talks]

    def make(self, report):
        """Everything, in order; `report(words)` hears what was made."""
        self.people()
        self.plan()
        rows = _Rows(self)
        with bulk.bare(rows.made):
            self._fill(rows, report)

    def _fill(self, rows, report):
        for start in range(0, self.size.customers, CHUNK):
            for n in range(start, min(start + CHUNK, self.size.customers)):
                rows.one(n)
            made = [(model, bulk.insert(model, columns, table)) for model, columns, table in rows.tables()]
            rows.clear()
            report(f"customers up to {min(start + CHUNK, self.size.customers):,}: {sum(n for _, n in made):,} rows")


class _Rows:
    """The rows of every table, built in one pass over the customers."""

    CUSTOMER = (
        "id", "name", "name_key", "pinyin", "initials", "industry", "size_text", "staff_min", "staff_max", "source",
        "tag", "owner_id", "team_id", "made_at", "open_deals", "open_amount", "limit_days", "opened_on",
        "last_contact_on", "last_contact_at", "quiet_since", "next_step_on", "first_response_at",
    )
    CONTACT = ("customer_id", "name", "position", "phone", "phone_key", "is_main", "made_at")
    FOLLOWUP = (
        "id", "customer_id", "happened_at", "entered_at", "talked_by_id", "entered_by_id", "outcome", "methods",
        "purpose", "text", "feedback", "next_text", "client_uuid",
    )
    NEED = ("customer_id", "follow_up_id", "kind", "topic_id", "text")
    STEP = ("customer_id", "owner_id", "text", "due_on", "made_at", "made_by_id", "closed_at", "closed_as")
    TAG = ("customer_id", "old", "new", "at", "recorded_at", "by_id", "why")
    DEAL = (
        "id", "customer_id", "playbook_id", "stage_id", "name", "amount", "rep_id", "owner_id", "expected_close",
        "entered_at", "opened_at", "key_action", "key_action_on", "risk", "lost_at", "lost_reason_id", "won_at",
        "signed_on", "contract_amount",
    )
    STAY = (
        "deal_id", "stage_id", "stage_version_id", "came_from_id", "entered_at", "left_at", "moved_by_id",
        "recorded_at", "left_recorded_at",
    )
    ACTION = ("deal_id", "on", "text", "by_id", "at")
    RISK = ("deal_id", "severity", "text", "opened_at", "opened_by_id")

    def __init__(self, world):
        self.w, self.rng = world, world.rng
        self.first = {model: bulk.next_id(model) for model in (Customer, FollowUp, Deal)}
        self.next_talk, self.next_deal = self.first[FollowUp], self.first[Deal]
        self.made = {model: [] for model in (
            Customer, Contact, FollowUp, Need, NextStep, TagChange, Gram, Deal, StageProgress, KeyAction, Risk
        )}

    def tables(self):
        columns = {
            Customer: self.CUSTOMER, Contact: self.CONTACT, FollowUp: self.FOLLOWUP, Need: self.NEED,
            NextStep: self.STEP, TagChange: self.TAG, Gram: ("customer_id", "gram", "kind"), Deal: self.DEAL,
            StageProgress: self.STAY, KeyAction: self.ACTION, Risk: self.RISK,
        }
        return [(model, columns[model], rows) for model, rows in self.made.items()]

    def clear(self):
        for rows in self.made.values():
            rows.clear()

    def one(self, n):
        w, rng = self.w, self.rng
        pk = self.first[Customer] + n
        name, industry = words.company(n)
        owner = w.reps[n % len(w.reps)]
        came = w.today - dt.timedelta(days=rng.randint(1, DAYS))
        made_at = w.moment(came, came)
        size_text, low, high = rng.choice(words.SIZES)
        contact, number = words.person(rng), words.phone(rng)
        self.made[Contact].append((pk, contact, rng.choice(words.POSITIONS), number, phone_key(number), True, made_at))
        facts = self.deals(n, pk, owner, came, made_at)
        talks = self.conversations(n, pk, owner, came, facts)
        step_on = self.step(pk, owner, facts)
        last = talks[-1] if talks else None
        last_on = last and today(last)
        self.made[Customer].append((
            pk, name, name_key(name), *spelled(name), industry, size_text, low, high, rng.choice(words.SOURCES),
            facts["tag"], owner, w.team_of[owner], made_at, facts["open"], facts["amount"], facts["limit"],
            facts["opened_on"], last_on, last, last_on or facts["opened_on"], step_on, talks[0] if talks else None,
        ))
        self.made[Gram] += [(pk, gram, kind) for gram, kind in search_words(name, contact, number)]

    def deals(self, n, customer, owner, came, made_at):
        """The customer's deals with their stays. A customer without a deal in the plan lost its first one long ago."""
        w, rng = self.w, self.rng
        facts = {"open": 0, "amount": 0, "limit": None, "opened_on": came, "tag": "prospect", "position": 1}
        tag, tag_at = "", made_at
        for number, kind in enumerate(w.deals_of.get(n) or ["none"]):
            if kind == "none":
                continue
            pk, self.next_deal = self.next_deal, self.next_deal + 1
            amount = rng.randint(2, 120) * 5_000
            reach = rng.choices(range(1, 6), (30, 25, 20, 15, 10))[0] if kind == "open" else rng.randint(2, 7)
            won = kind == "closed" and reach >= 6
            start = came + dt.timedelta(days=0 if number == 0 else rng.randint(0, max((w.today - came).days, 0)))
            moments = sorted(w.moment(start, w.today) for _ in range(reach - 1 + (kind == "closed" and not won)))
            moments = [made_at if number == 0 else w.moment(start, start), *moments]
            moments = [max(moments[: i + 1]) for i in range(len(moments))]
            stages = w.path[:reach] + ([] if kind == "open" or won else [w.lost])
            before = None
            for stage, entered, left in zip(stages, moments, [*moments[1:], None], strict=True):
                self.made[StageProgress].append((
                    pk, stage.pk, w.version[stage.pk], before and before.pk, entered, left, owner, entered, left
                ))
                before = stage
                new = stage.default_tag or tag
                if new and new != tag and RANK[new] > RANK.get(tag, -1) and (new != "lost"):
                    self.made[TagChange].append((customer, tag, new, entered, entered, owner, "deal"))
                    tag, tag_at = new, entered
            stage, entered = stages[-1], moments[-1]
            lost, signed = stage.kind == "lost", None
            if won:
                signed = today(moments[5])
            action = words.KEY_ACTIONS.get(stage.position, "")
            risk = rng.choice(words.RISKS) if kind == "open" and rng.random() < 0.08 else ""
            self.made[Deal].append((
                pk, customer, w.playbook.pk, stage.pk, f"二期 {number}" if number else "", amount, owner, owner,
                w.today + dt.timedelta(days=rng.randint(-10, 90)) if kind == "open" else None, entered, moments[0],
                action, today(entered) if action else None, risk, entered if lost else None,
                rng.choice(w.reasons) if lost else None, moments[5] if won else None, signed, amount if won else None,
            ))
            if action:
                self.made[KeyAction].append((pk, today(entered), action, owner, entered))
            if risk:
                self.made[Risk].append((pk, "medium", risk, entered, owner))
            if kind == "open":
                facts["open"] += 1
                facts["amount"] += amount
                limits = [days for days in (facts["limit"], stage.stale_days) if days is not None]
                facts["limit"] = min(limits, default=None)
            facts["position"] = max(facts["position"], min(stage.position, 7) if not lost else 1)
            if lost and not facts["open"] and tag != "won" and number == len(w.deals_of[n]) - 1:
                self.made[TagChange].append((customer, tag, "lost", entered, entered, owner, "deal"))
                tag = "lost"
        facts["tag"] = tag or "prospect"
        if not tag:
            self.made[TagChange].append((customer, "", "prospect", tag_at, tag_at, owner, "person"))
        return facts

    def conversations(self, n, customer, owner, came, facts):
        w, rng = self.w, self.rng
        # Half of those with open deals were spoken to lately, so that the stale list is a list and not everybody.
        until = w.today - dt.timedelta(days=rng.choice((0, 0, 1, 1, 2, 3, 4, 6, 10, 20)) if facts["open"] else 30)
        until = max(until, came)
        moments = sorted(w.moment(came, until) for _ in range(w.talks[n]))
        contacts = []
        for place, happened in enumerate(moments):
            pk, self.next_talk = self.next_talk, self.next_talk + 1
            stage = max(1, round((place + 1) / len(moments) * facts["position"]))
            purpose, text, plan = rng.choice(words.TALKS[stage])
            outcome = rng.choices(("talked", "sent", "no_answer"), (80, 8, 12))[0]
            if outcome != "talked":
                text = words.SENT if outcome == "sent" else words.NO_ANSWER
            late = rng.choices((rng.randint(1, 29), rng.randint(31, 600), rng.randint(600, 3000)), (75, 20, 5))[0]
            entered = min(happened + dt.timedelta(minutes=late), w.now)
            method = f",{rng.choice(w.methods)},"
            self.made[FollowUp].append((
                pk, customer, happened, entered, owner, owner, outcome, method, purpose, text,
                rng.choice(("", "positive", "concerns", "approval")), plan, _uuid(rng),
            ))
            if outcome == "talked" and w.topics and rng.random() < 0.4:
                topic, kind = rng.choice(w.topics)
                self.made[Need].append((customer, pk, kind, topic, ""))
            if outcome != "no_answer":
                contacts.append(happened)
        return contacts

    def step(self, customer, owner, facts):
        w, rng = self.w, self.rng
        if not facts["open"] or rng.random() < 0.25:
            return None
        due = w.today + dt.timedelta(days=rng.randint(-2, 12))
        plan = rng.choice(words.TALKS[facts["position"]])[2]
        made = min(w.moment(due - dt.timedelta(days=10), due - dt.timedelta(days=3)), w.now)
        self.made[NextStep].append((customer, owner, plan, due, made, owner, None, ""))
        return due


RANK = {"": -1, "prospect": 0, "interested": 1, "hot": 2, "won": 3, "lost": 4}


def _uuid(rng):
    return uuid.UUID(int=rng.getrandbits(128), version=4)
