"""The monthly balance that adds up (D28): opening + entered − moved on − lost = closing, per stage and in total.

What is counted: stays in open stages (1–5). Opening: deals in the stage just before the period's first moment.
Entered: stays begun in the period by new, reopened or forward moving deals. Moved on: stays ended by a move to a
later open stage or a win. Lost: stays ended by a loss. Stepped back: a stay that began or ended by a step back, a line
of its own (in minus out); gone: ended without anything after it. Closing: deals in the stage just before the period's
end, or as_of in a running period. Opening and closing are counted in the table, the rest from the moves.

Money (CNY, to the cent): opening + new + re-priced − won − lost = closing. A deal is valued by its history at the
moment; won is what was signed (contract amount where typed), and the difference to the price before is in re-priced.
"""

import heapq
from collections import Counter

from django.db.models import Case, Count, Q, Sum, When

from reviews.amounts import NOTHING
from reviews.flows import TOP, known_stays, standing_at
from reviews.scopes import COMPANY

LINE = ("opening", "entered", "moved_on", "lost", "back_in", "back_out", "merged_in", "merged_out", "gone", "closing")


class Standing:
    """Open deals just before two moments, by (stage, team, person): counts, and sums of today's amounts. One query.

    Of a day gone by also `throughout`, the (stage, moment it began) of the stays that stood at both, and `largest`, the
    TOP (amount, deal, stage) at the end as they are worth now: whose a deal was is not in its row, so that all are read
    here once.
    """

    throughout, largest = None, ()

    def __init__(self, scope, start, end, as_of, then=None, amounts=None):
        at_start, at_end = standing_at(start), standing_at(end)
        if then:
            self._read_then(then, at_start, at_end, as_of, amounts)
            return
        self.rows = list(
            known_stays(scope, as_of)
            .filter(Q(stage__kind="open"), at_start | at_end)
            .order_by()
            .values_list("stage_id", "team", "person")
            .annotate(
                n0=Count("pk", filter=at_start), n1=Count("pk", filter=at_end),
                sum0=Sum("deal__amount", filter=at_start), sum1=Sum("deal__amount", filter=at_end),
            )
        )

    def _read_then(self, then, at_start, at_end, as_of, amounts):
        found, largest, self.throughout = {}, [], []
        stays = known_stays(COMPANY, as_of).filter(at_start | at_end, stage__kind="open").order_by()
        ends = {name: Case(When(at, then=1), default=0) for name, at in (("opening", at_start), ("closing", at_end))}
        rows = stays.annotate(**ends).values_list("deal_id", "stage_id", "entered_at", "deal__amount", *ends)
        for deal, stage, entered_at, amount, opening, closing in rows:
            place = team, person = then.place(deal)
            if not then.inside(team, person):
                continue
            row = found.setdefault((stage, *place), [0, 0, NOTHING, NOTHING])
            worth = amount or NOTHING
            if opening:
                row[0] += 1
                row[2] += worth
            if closing:
                row[1] += 1
                row[3] += worth
                if amount and not (amounts and amounts.knows(deal)):
                    largest.append((amount, -deal, stage))
            if opening and closing:
                self.throughout.append((stage, entered_at))
        self.largest = heapq.nlargest(TOP, largest)
        self.rows = [(*key, *row) for key, row in found.items()]

    def count(self, column, by):
        """{key: number} with column 0 (opening) or 1 (closing); `by` is a function of (team, person)."""
        found = Counter()
        for _stage, team, person, *numbers in self.rows:
            found[by(team, person)] += numbers[column]
        return found

    def in_stages(self, column):
        found = Counter()
        for stage, _team, _person, *numbers in self.rows:
            found[stage] += numbers[column]
        return found

    def money(self, column):
        """The sum of today's amounts at one end, CNY."""
        return sum((row[5 + column] or NOTHING for row in self.rows), NOTHING)


def balance(flows, standing, amounts):
    """{"stages": [line…], "total": line, "money": line} with the keys of LINE; every line adds up."""
    stages = [fact for fact in flows.stages.values() if fact.is_open]
    lines = {fact.id: dict.fromkeys(LINE, 0) for fact in stages}
    for column, name in ((0, "opening"), (1, "closing")):
        for stage, number in standing.in_stages(column).items():
            lines[stage][name] = number
    for move in flows.entries("new", "reopened", "forward"):
        lines[move.dst.id]["entered"] += 1
    for move in flows.entries("back"):
        lines[move.dst.id]["back_in"] += 1
    for move in flows.entries("merged"):
        if move.dst.is_open:
            lines[move.dst.id]["merged_in"] += 1
    exits = [e for e in flows.exits if flows.start <= e.at < flows.end]
    names = {"forward": "moved_on", "won": "moved_on", "back": "back_out", "merged": "merged_out"}
    for ended in exits:
        lines[ended.src.id][names.get(ended.kind, ended.kind)] += 1
    ended_as = Counter(ended.kind for ended in exits)
    total = {
        "opening": sum(line["opening"] for line in lines.values()),
        "new": len(flows.entries("new")),
        "reopened": len(flows.entries("reopened")),
        "won": ended_as["won"],
        "lost": ended_as["lost"],
        "gone": ended_as["gone"],
        "closing": sum(line["closing"] for line in lines.values()),
    }
    kept = [
        {"stage": fact.id, **lines[fact.id]} for fact in stages if fact.live or any(lines[fact.id].values())
    ]
    return {"stages": kept, "total": total, "money": money_line(flows, standing, amounts, exits)}


def money_line(flows, standing, amounts, exits):
    """The same in CNY. Re-priced is counted deal by deal while it was open, not as what is left over."""
    opening = standing.money(0)
    closing = standing.money(1)
    repriced = NOTHING
    gained = sum((amounts.at(m.stay, m.at) for m in flows.entries("new", "reopened")), NOTHING)
    won = lost = gone = NOTHING
    for ended in exits:
        worth = amounts.at(ended.stay, ended.at)
        if ended.kind == "won":
            signed = signed_value(ended.stay, worth)
            won += signed
            repriced += signed - worth
        elif ended.kind == "lost":
            lost += worth
        elif ended.kind == "gone":
            gone += worth
    for stays in flows.by_deal.values():
        if not amounts.knows(stays[0].deal):
            continue
        for stay in stays:
            if not flows.stages[stay.stage].is_open:
                continue
            now = stay.amount or NOTHING
            if stay.stands(flows.start):
                opening += amounts.at(stay, flows.start) - now
            if stay.stands(flows.end):
                closing += amounts.at(stay, flows.end) - now
            since = max(stay.entered_at, flows.start)
            until = min(stay.left_at or flows.end, flows.end)
            if since < until:
                repriced += amounts.at(stay, until) - amounts.at(stay, since)
    return {
        "opening": opening, "new": gained, "repriced": repriced, "won": won, "lost": lost, "gone": gone,
        "closing": closing,
    }


def signed_value(stay, worth):
    """What a win is worth: the contract's amount, else what the deal was worth when it was won."""
    return worth if stay.signed is None else stay.signed


def top_deals(flows, amounts, others=(), limit=TOP):
    """The largest open deals just before the end: [(deal, stage, amount)], largest first. `others` are (amount, -deal,
    stage) of deals whose price did not change, where they were read apart (Standing.largest)."""
    found = set(others)
    for deal, stays in flows.by_deal.items():
        for stay in stays:
            if flows.stages[stay.stage].is_open and stay.stands(flows.end):
                found.add((amounts.at(stay, flows.end), -deal, stay.stage))
    return [
        {"deal": -deal, "stage": stage, "amount": worth}
        for worth, deal, stage in sorted(found, reverse=True)[:limit] if worth
    ]
