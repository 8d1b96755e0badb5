"""Twelve months of the demo company, told day by day with the product's own verbs, so that every page is true.

A script is drawn for each customer first (when it came, what was said, how far its deal went); then the days are
replayed in order: customers are created, conversations logged, deals moved, requests raised and served.
"""

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

from accounts.calendar import Calendar
from core.changing import told_at
from core.periods import at, today
from customers.creating import create_many
from customers.logging import Entry, log_many
from customers.models import Contact, Customer, FollowUp, NextStep, Topic
from customers.steps import close
from pipeline.models import Deal, LossReason, Playbook, RiskType
from pipeline.moving import Move, move_many
from pipeline.updating import day_of, mark
from salesflow.making import words

CUSTOMERS = 60
REPS = ("alice", "bob", "dave", "erin", "charlie", "frank", "gina", "henry")
MONTHS = 365


class Story:
    def __init__(self, people, now, seed=7):
        self.people, self.now, self.today = people, now, today(now)
        self.rng = random.Random(seed)  # noqa: S311  (a demo, not a secret)
        self.calendar = Calendar.load()
        playbook = Playbook.objects.get(is_default=True)
        self.stages = {s.position: s for s in playbook.stages.filter(retired_at=None) if s.kind != "lost"}
        self.lost = playbook.stages.get(kind="lost", retired_at=None)
        self.topics = list(Topic.objects.all())
        self.reasons, self.risks = list(LossReason.objects.all()), list(RiskType.objects.all())
        self.days = defaultdict(list)  # company day → [(order, what, customer number, details)]
        self.known = {}  # customer number → Customer
        self.needs_request = []

    def tell(self):
        for number in range(CUSTOMERS):
            self.script(number)
        for day in sorted(self.days):
            if day <= self.today:
                self.play(day, sorted(self.days[day], key=lambda item: item[0]))
        for back in (2, 1):
            self.update(self.calendar.add_working_days(self.today, -back))

    # --- the script -----------------------------------------------------------------------------------------

    def script(self, number):
        """One customer: a first contact, then stage by stage until it is won, lost, or where it stands today."""
        rng = self.rng
        end = rng.choices(("won", "lost", "open"), (15, 10, 36))[0]
        age = {"won": rng.randint(40, MONTHS), "lost": rng.randint(30, MONTHS), "open": rng.randint(6, 80)}[end]
        day = self.working(self.today - dt.timedelta(days=age))
        self.days[day].append((0, "come", number, None))
        reach = {"won": 7 if rng.random() < 0.6 else 6, "lost": rng.randint(2, 5), "open": rng.randint(1, 5)}[end]
        last_day = day
        for position in range(1, reach + 1):
            if position > 1:
                day = self.later(day, 2, 9)
                if day > self.today:
                    break
                self.days[day].append((2, "move", number, position))
            for _ in range(rng.choice((1, 1, 2, 2, 3))):
                day = self.later(day, 0 if last_day == day else 1, 5)
                if day > self.today:
                    break
                self.days[day].append((1, "talk", number, position))
                last_day = day
        if end == "lost":
            day = self.later(day, 4, 14)
            if day <= self.today:
                self.days[day].append((3, "lose", number, None))
        if end == "open":  # spoken to every few days until lately, so that the stale list is a list and not everybody
            until = self.today - dt.timedelta(days=rng.choice((0, 0, 1, 1, 2, 2, 3, 3, 5, 8)))
            while (last_day := self.later(last_day, 3, 8)) <= until:
                self.days[last_day].append((1, "talk", number, reach))
            if self.calendar.works(until):
                self.days[until].append((1, "talk", number, reach))

    def working(self, day):
        return day if self.calendar.works(day) else self.calendar.next_working_day(day)

    def later(self, day, low, high):
        return self.working(day + dt.timedelta(days=self.rng.randint(low, high)))

    # --- the play -------------------------------------------------------------------------------------------

    def play(self, day, scenes):
        evening = min(at(day, dt.time(18, 30)), self.now)
        coming = [n for _, what, n, _ in scenes if what == "come"]
        morning = min(at(day, dt.time(9, 5)), self.now)
        if coming:
            with told_at(morning):
                self.come(coming, morning)
        with told_at(evening):
            self.talk([(n, position) for _, what, n, position in scenes if what == "talk"], day, evening)
            for _, what, number, position in scenes:
                if what == "move":
                    self.move(number, position, day, evening)
                elif what == "lose":
                    self.lose(number, evening)

    def come(self, numbers, now):
        rng, rows = self.rng, []
        for number in numbers:
            name, industry = words.company(number * 21 + 5)
            size_text, low, high = rng.choice(words.SIZES)
            rows.append({
                "name": name, "industry": industry, "size_text": size_text, "staff_min": low, "staff_max": high,
                "source": rng.choice(words.SOURCES), "owner": self.people[REPS[number % len(REPS)]],
                "contacts": [{"name": words.person(rng), "position": rng.choice(words.POSITIONS),
                              "phone": words.phone(rng)}],
                "deal": {"amount": Decimal(rng.randint(8, 62) * 10_000),
                         "expected_close": today(now) + dt.timedelta(days=rng.randint(35, 100))},
            })
        for number, row in zip(numbers, rows, strict=True):
            self.known[number] = create_many([row], by=row["owner"], now=now)[0]

    def talk(self, talks, day, evening):
        """The day's conversations by rep; entry times follow, most within half an hour."""
        by_rep, keys = defaultdict(list), [self.known[number].pk for number, _position in talks]
        customers = Customer.objects.select_related("owner").in_bulk(keys)
        self.contacts = {each.customer_id: each for each in Contact.objects.filter(customer__in=keys).reverse()}
        self.steps = defaultdict(list)
        for step in NextStep.objects.open().filter(customer__in=keys):
            self.steps[step.customer_id].append(step)
        for key, (_number, position) in zip(keys, talks, strict=True):
            by_rep[customers[key].owner_id].append((customers[key], position))
        for pairs in by_rep.values():
            entries = [self.entry(customer, position, day, evening) for customer, position in pairs]
            saved = log_many(entries, by=entries[0].talked_by, now=evening)
            for row in saved:
                late = self.rng.choices((self.rng.randint(2, 28), self.rng.randint(40, 300)), (85, 15))[0]
                row.entered_at = min(row.happened_at + dt.timedelta(minutes=late), self.now)
            FollowUp.objects.bulk_update(saved, ["entered_at"])

    def entry(self, customer, position, day, evening):
        rng = self.rng
        purpose, text, plan = rng.choice(words.TALKS[position])
        outcome = rng.choices(("talked", "sent", "no_answer"), (80, 9, 11))[0]
        if outcome != "talked":
            text = words.SENT if outcome == "sent" else words.NO_ANSWER
        happened = min(at(day, dt.time(rng.choice((9, 10, 10, 11, 14, 15, 15, 16, 17)), rng.randrange(60))), evening)
        topics = rng.sample(self.topics, 1) if self.topics and outcome == "talked" and rng.random() < 0.55 else []
        planned = rng.random() < 0.85 or position < 6
        due = self.later(day, 1, 6)
        contact = self.contacts.get(customer.pk)
        return Entry(
            customer=customer, talked_by=customer.owner, happened_at=happened, text=text, outcome=outcome,
            methods=(rng.choice(("phone", "phone", "wechat", "visit", "email")),), contact=contact, purpose=purpose,
            feedback=rng.choice(("", "positive", "positive", "concerns", "approval")) if outcome == "talked" else "",
            needs=tuple((topic.kind, topic, "") for topic in topics),
            next_text=plan if planned else "", next_on=due if planned else None,
            no_next_reason="" if planned else "won",
            close_steps=tuple(self.steps[customer.pk]) if outcome == "talked" else (),
        )

    def deal_of(self, number):
        return Deal.objects.select_related("stage", "customer", "owner").get(customer=self.known[number])

    def move(self, number, position, day, evening):
        deal, stage = self.deal_of(number), self.stages[position]
        if deal.stage.position >= position:
            return
        said = {"key_action": words.KEY_ACTIONS[position]}
        if stage.kind == "won":
            said |= {"signed_on": day, "contract_amount": deal.amount}
        elif stage.kind == "open" and self.rng.random() < 0.25:
            said["risk"] = (None, self.rng.choice(words.RISKS), "medium")
        move_many([Move(deal, stage, **said)], by=deal.owner, now=evening, force_gate=True)
        if stage.kind == "open" and position >= 3 and self.rng.random() < 0.55:
            self.needs_request.append((deal.pk, day))

    def lose(self, number, evening):
        deal = self.deal_of(number)
        if deal.stage.kind == "open":
            reason = self.rng.choice(self.reasons)
            move_many([Move(deal, self.lost, lost_reason=reason)], by=deal.owner, now=evening)
            for step in NextStep.objects.open().filter(customer=deal.customer, kind="ours"):
                close(step, "dropped", by=deal.owner, now=evening)

    def update(self, day):
        """The end-of-day update of the last days: everybody looked at everything."""
        evening = at(day, dt.time(17, 50))
        for login in REPS:
            person = self.people[login]
            left = day_of(person, day)
            mark([*left.on_plan, *left.look], "bulk", person, evening)
