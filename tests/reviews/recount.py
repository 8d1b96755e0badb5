"""The figures once more, by other means: every row is loaded and looked at day by day in plain Python."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from statistics import median

from accounts.calendar import Calendar
from accounts.models import Team
from core.periods import today, zone
from customers.models import FollowUp, Need, TagChange
from pipeline.models import Deal, StageProgress

RANK = {"": 0, "lost": 0, "prospect": 1, "interested": 2, "hot": 3, "won": 4}


class Recount:
    def __init__(self, period, scope, as_of):
        self.period, self.scope, self.as_of = period, scope, as_of
        self.start, self.end = period.starts_at, min(period.ends_at, as_of)
        self.departments = dict(Team.objects.values_list("pk", "department_id"))
        self.deals = {d.pk: d for d in Deal.objects.select_related("customer__team", "stage") if self.mine(d)}
        stays, prices = {}, {}
        for stay in StageProgress.objects.select_related("stage"):
            stays.setdefault(stay.deal_id, []).append(stay)
        for row in sorted(Deal.history.all(), key=lambda h: (h.history_date, h.pk)):
            prices.setdefault(row.id, []).append((row.history_date, row.amount))
        self.lives = {pk: self.life(stays[pk]) for pk in self.deals}
        self.prices = {pk: prices[pk] for pk in self.deals}

    # --- whose ---
    def of_team(self, team_id):
        kind, pk = self.scope.kind, self.scope.id
        if kind == "company":
            return True
        if kind == "team":
            return team_id == pk
        return team_id is not None and self.departments[team_id] == pk

    def mine(self, deal):
        if self.scope.kind == "person":
            return (deal.rep_id or deal.customer.owner_id) == self.scope.id
        return self.of_team(deal.customer.team_id)

    def my_customer(self, customer):
        if self.scope.kind == "person":
            return customer.owner_id == self.scope.id
        return self.of_team(customer.team_id)

    def my_talk(self, talk):
        if self.scope.kind == "person":
            return talk.talked_by_id == self.scope.id
        return self.of_team(talk.customer.team_id)

    # --- stays as known at as_of: (entered, left, stage) in order ---
    def life(self, stays):
        known = []
        for stay in stays:
            if stay.recorded_at > self.as_of or (stay.voided_at and stay.voided_at <= self.as_of):
                continue
            left = stay.left_at
            if stay.left_recorded_at and stay.left_recorded_at > self.as_of:
                left = None
            known.append((stay.entered_at, stay.pk, left, stay.stage))
        return [(entered, left, stage) for entered, _pk, left, stage in sorted(known, key=lambda k: k[:2])]

    def where(self, pk, moment):
        """The stage just before a moment, by walking through the life."""
        found = None
        for entered, left, stage in self.lives[pk]:
            if entered < moment and (left is None or left >= moment):
                found = stage
        return found

    def price(self, pk, moment):
        amount = self.prices[pk][0][1]
        for at, value in self.prices[pk]:
            if at <= moment:
                amount = value
        return amount or Decimal(0)

    def steps(self, start=None, end=None):
        """(deal, from, to, at, index) of every change of stage in the stretch."""
        start, end = start or self.start, end or self.end
        for pk, life in self.lives.items():
            for n, (entered, _left, stage) in enumerate(life):
                if start <= entered < end:
                    yield pk, life[n - 1][2] if n else None, stage, entered, n

    # --- the balance ---
    def balance(self, stage):
        names = "opening entered moved_on lost back_in back_out merged_in merged_out gone closing"
        line = dict.fromkeys(names.split(), 0)
        for pk in self.lives:
            line["opening"] += self.where(pk, self.start) == stage
            line["closing"] += self.where(pk, self.end) == stage
        for _pk, old, new, _at, _n in self.steps():
            back = old is not None and old.kind == new.kind == "open" and new.position <= old.position
            if new == stage:
                line["back_in" if back else "entered"] += 1
            if old == stage:
                out = "lost" if new.kind == "lost" else "back_out" if back else "moved_on"
                line[out] += 1
        return line

    def total(self):
        steps = list(self.steps())
        is_open = lambda s: s is not None and s.kind == "open"  # noqa: E731
        return {
            "opening": sum(is_open(self.where(pk, self.start)) for pk in self.lives),
            "new": sum(old is None and is_open(new) for _pk, old, new, *_ in steps),
            "reopened": sum(old is not None and not is_open(old) and is_open(new) for _pk, old, new, *_ in steps),
            "won": sum(is_open(old) and new.kind in ("won", "after") for _pk, old, new, *_ in steps),
            "lost": sum(is_open(old) and new.kind == "lost" for _pk, old, new, *_ in steps),
            "gone": 0,
            "closing": sum(is_open(self.where(pk, self.end)) for pk in self.lives),
        }

    def money(self):
        """Re-priced by walking from one change of price to the next, minute by minute of its history."""
        is_open = lambda s: s is not None and s.kind == "open"  # noqa: E731
        zero = Decimal(0)
        line = dict.fromkeys(("opening", "new", "repriced", "won", "lost", "gone", "closing"), zero)
        for pk in self.lives:
            if is_open(self.where(pk, self.start)):
                line["opening"] += self.price(pk, self.start)
            if is_open(self.where(pk, self.end)):
                line["closing"] += self.price(pk, self.end)
        for pk, old, new, at, _n in self.steps():
            if is_open(new) and not is_open(old):
                line["new"] += self.price(pk, at)
            if is_open(old) and new.kind in ("won", "after"):
                signed = self.deals[pk].contract_amount
                line["won"] += self.price(pk, at) if signed is None else signed
                line["repriced"] += zero if signed is None else signed - self.price(pk, at)
            if is_open(old) and new.kind == "lost":
                line["lost"] += self.price(pk, at)
        for pk, prices in self.prices.items():
            for (_before, old), (at, new) in zip(prices, prices[1:], strict=False):
                if self.start < at <= self.end and is_open(self.where_after(pk, at)):
                    line["repriced"] += (new or zero) - (old or zero)
        return line

    def where_after(self, pk, moment):
        """The stage whose stay holds a change of price at this moment: begun before it, not ended before it."""
        for entered, left, stage in self.lives[pk]:
            if stage.kind == "open" and entered < moment and (left is None or moment <= left):
                return stage
        return None

    # --- won, lost ---
    def last_step(self, start, end, kinds):
        last = {}
        for pk, old, new, at, n in self.steps(start, end):
            was = old is not None and old.kind in ("won", "after")
            if new.kind in kinds and not (was and new.kind != "lost") and not (
                old is not None and old.kind == new.kind
            ):
                last[pk] = (at, n)
        return {pk: at for pk, (at, _n) in last.items() if self.standing(pk, end).kind in kinds}

    def standing(self, pk, moment):
        return [stage for entered, _left, stage in self.lives[pk] if entered < moment][-1]

    def won(self, start=None, end=None):
        found = self.last_step(start or self.start, end or self.end, ("won", "after"))
        amount = sum(
            (self.price(pk, at) if self.deals[pk].contract_amount is None else self.deals[pk].contract_amount
             for pk, at in found.items()), Decimal(0),
        )
        return len(found), amount

    def lost(self):
        reasons = {}
        for pk in self.last_step(self.start, self.end, ("lost",)):
            reason = self.deals[pk].lost_reason_id or 0
            reasons[reason] = reasons.get(reason, 0) + 1
        return reasons

    # --- rates ---
    def rate(self, stage, until=None):
        fates = {"on": 0, "lost": 0, "open": 0}
        done = set()
        for pk, old, new, _at, n in sorted(self.steps(), key=lambda s: (s[3], s[4])):
            back = old is not None and old.kind == "open" and new.position <= old.position
            if new != stage or back or pk in done:
                continue
            done.add(pk)
            later = [s for entered, _left, s in self.lives[pk][n + 1 :] if until is None or entered < until]
            if any(s.kind in ("won", "after") or (s.kind == "open" and s.position > stage.position) for s in later):
                fates["on"] += 1
            elif later and later[-1].kind == "lost":
                fates["lost"] += 1
            else:
                fates["open"] += 1
        return {"entered": len(done), **fates}

    # --- how long deals stay ---
    def dwell(self, stage):
        """Day by day: at each age, the share of those under view that age who end their stay at it."""
        first, last = today(self.start), today(self.end - dt.timedelta(microseconds=1))
        seen = []
        for life in self.lives.values():
            for entered, left, where in life:
                if where == stage and entered < self.end and (left is None or left >= self.start):
                    ended = left is not None and left < self.end
                    day = today(entered)
                    seen.append((max(first, day) - day, (today(left) if ended else last) - day, ended))
        alive, median = Fraction(1), None
        for age in range((last - dt.date(2015, 1, 1)).days):
            age = dt.timedelta(days=age)
            under = [one for one in seen if one[0] <= age <= one[1]]
            ends = [one for one in under if one[1] == age and one[2]]
            if ends:
                alive *= 1 - Fraction(len(ends), len(under))
            if alive <= Fraction(1, 2):
                thin = alive == 0 and any(one[0] > age for one in seen)
                median = None if thin else age.days
                break
        ended = sum(one[2] for one in seen)
        return {"stays": len(seen), "left": ended, "open": len(seen) - ended, "median": median}

    def tag_rate(self, tag, to):
        entered, reached = set(), set()
        for customer, changes in self.tags().items():
            times = [at for old, new, at in changes if new == tag and RANK[old] < RANK[tag] and
                     self.start <= at < self.end]
            if times:
                entered.add(customer)
                if any(at >= times[0] and RANK[new] >= RANK[to] for old, new, at in changes
                       if not (at == times[0] and new == tag)):
                    reached.add(customer)
        return len(entered), len(reached)

    def tags(self):
        found = {}
        for change in TagChange.objects.select_related("customer__team").order_by("at", "pk"):
            known = change.recorded_at <= self.as_of and not (change.voided_at and change.voided_at <= self.as_of)
            if known and self.my_customer(change.customer):
                found.setdefault(change.customer_id, []).append((change.old, change.new, change.at))
        return found

    def new_customers(self):
        return sum(
            any(old == "" and self.start <= at < self.end for old, _new, at in changes)
            for changes in self.tags().values()
        )

    # --- conversations ---
    def is_measured(self, talk):
        day = talk.happened_at.astimezone(zone()).date()
        away = any(leave.first <= day <= leave.last for leave in talk.talked_by.leaves.all())
        told = talk.outcome in ("talked", "sent") and talk.source != "import" and talk.corrects_id is None
        return told and not away and Calendar.load().works(day)

    def talks(self, start=None, end=None):
        start, end = start or self.start, end or self.end
        rows = list(FollowUp.objects.select_related("customer__team"))
        known = [t for t in rows if t.entered_at <= self.as_of and not (t.voided_at and t.voided_at <= self.as_of)]
        replaced = {t.corrects_id for t in known if t.corrects_id}
        mine = [t for t in known if self.my_talk(t) and start <= t.happened_at < end]
        counted = [t for t in mine if t.pk not in replaced]
        timed = [t for t in mine if t.time_known and self.is_measured(t)]
        return counted, timed

    def talk_figures(self):
        counted, timed = self.talks()
        lags = [(t.entered_at - t.happened_at).total_seconds() / 60 for t in timed]
        outcomes, methods = {}, {}
        for talk in counted:
            outcomes[talk.outcome] = outcomes.get(talk.outcome, 0) + 1
            for method in filter(None, talk.methods.split(",")):
                methods[method] = methods.get(method, 0) + 1
        return {
            "total": len(counted), "outcomes": outcomes, "methods": methods, "timed": len(timed),
            "in_time": sum(lag <= 30 for lag in lags),
            "share": round(sum(lag <= 30 for lag in lags) / len(lags), 4) if lags else None,
            "median": round(median(lags), 1) if lags else None,
        }

    def needs(self, kind, start=None, end=None):
        counted, _timed = self.talks(start, end)
        found = {}
        for need in Need.objects.filter(follow_up__in=[t.pk for t in counted], kind=kind):
            found.setdefault(need.topic_id or 0, []).append(need.customer_id)
        return {topic: (len(customers), len(set(customers))) for topic, customers in found.items()}
