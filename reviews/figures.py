"""The figures of a review: one function a kind, pure in the data, the period, the scope and the moment (D27, D28).

`as_of` decides what is known (D17): stays, tag changes and follow-ups recorded by then and not voided by then. In a
running period the figures reach to as_of, in a closed one to its last moment; rates look on from there to as_of. Days
are company days. The result is plain (numbers, texts, lists, dicts; money as text with two places), so that a closed
period can be frozen as JSON. Stages and reasons carry the names used at that moment.
"""

from collections import Counter
from decimal import Decimal

from accounts import switches
from accounts.calendar import Calendar
from reviews.amounts import Amounts
from reviews.attaining import against, change_on, elapsed, new_customers, signed
from reviews.balance import Standing, balance, top_deals
from reviews.dwell import dwell_of
from reviews.facts import facts_then, read_facts
from reviews.flows import Flows
from reviews.payments import payment_figures
from reviews.people import month_by_place, week_by_place
from reviews.rates import MATURE, stage_rates, tag_rates
from reviews.scopes import read_stages
from reviews.stale import stale_figures
from reviews.talk import NEED, OBJECTION, count_talks, read_talks, talk_figures, topics


def amounts_for(period):
    """What deals were worth at any moment a report of the period asks for: the same for every scope."""
    return Amounts(period.starts_at if period.kind == "week" else period.previous().starts_at)


def weekly(period, scope, *, as_of, stages=None, settings=None, then=None, amounts=None):
    """The weekly conversion report: conversations, needs and objections, the stale list, moves, won and lost, and of
    what entered each stage this week the share that is on so far. At most seven queries. With `then`, which says whose
    everything was on a day gone by (reviews/past.py), without the stale list: who was quiet is not kept by day."""
    stages = stages or read_stages()
    settings = settings or switches.everything()
    end = min(period.ends_at, as_of)
    flows = Flows(scope, stages, start=period.starts_at, end=end, as_of=as_of, then=then)
    won, lost = flows.won(), flows.lost()
    amounts = amounts or amounts_for(period)
    limit = settings["in_time_minutes"]
    talks = read_talks(scope, period.starts_at, end, as_of, limit, then)
    before = count_talks(scope, period.previous().starts_at, period.starts_at, as_of, then)
    figures = {
        "kind": "week", "period": period.code, "stages": stage_names(stages),
        "talks": talk_figures(talks) | {"before": before.talks, "limit": limit},
        "needs": topics(talks, NEED, before=before.topics),
        "objections": topics(talks, OBJECTION, before=before.topics),
        "untagged": sum(1 for talk in talks if talk.counted for need in talk.needs if need[2] is None),
        "stale": None if then else stale_figures(scope, period, as_of, settings),
        "moves": {"on": len(flows.entries("forward")), "back": len(flows.entries("back")),
                  "new": len(flows.entries("new", "reopened"))},
        "won": {"count": len(won), "amount": signed(won, amounts)},
        "lost": {"count": len(lost), "reasons": reasons(lost)},
        "rates": stage_rates(flows),
        "places": week_by_place(scope, talks, flows, won, lost, amounts),
    }
    return plain(figures)


def monthly(period, scope, *, as_of, stages=None, calendar=None, then=None, amounts=None):
    """The monthly report: the balance in deals and in CNY, rates, how long deals stay, the named rates, attained
    against target and time, the month before, the ten largest open deals, why deals were lost. At most seven queries;
    with `then`, which says whose everything was on a day gone by (reviews/past.py), two more; one more for payments
    where they are switched on."""
    stages = stages or read_stages()
    start, end = period.starts_at, min(period.ends_at, as_of)
    previous = period.previous()
    amounts = amounts or amounts_for(period)
    flows = Flows(
        scope, stages, start=start, end=end, as_of=as_of, read_from=previous.starts_at, amounts=amounts, then=then
    )
    standing = Standing(scope, start, end, as_of, then=then, amounts=amounts)
    if then:
        changes, aims = facts_then(then, period, start=start)
    else:
        changes, aims = read_facts(scope, period, start=start, as_of=as_of)
    won, lost = flows.won(), flows.lost()
    before = signed(flows.won(previous.starts_at, start), amounts)
    amount = signed(won, amounts)
    newcomers = new_customers(changes, start, end)
    paid = payment_figures(scope, period, as_of=as_of, then=then)
    gone, days = elapsed(period, as_of, calendar or Calendar.load())
    figures = {
        "kind": "month", "period": period.code, "stages": stage_names(stages),
        "balance": balance(flows, standing, amounts),
        "rates": stage_rates(flows),
        "in_month": stage_rates(flows, by=period.ends_at),  # every month had the same time: what months compare by (M5)
        "dwell": dwell_of(flows, scope, standing.throughout),
        "tags": tag_rates(changes, start, end),
        "signed": against(amount, aims.get((scope.kind, scope.id, "signed"))),
        "new_customers": against(len(newcomers), aims.get((scope.kind, scope.id, "new_customers"))),
        "before": {"period": previous.code, "signed": before, "change": change_on(amount, before)},
        "time": {"gone": gone, "days": days, "share": round(gone / days, 4) if days else None},
        "won": {"count": len(won), "amount": amount},
        "lost": {"count": len(lost), "reasons": reasons(lost)},
        "top": top_deals(flows, amounts, standing.largest),
        "places": month_by_place(scope, flows, standing, won, lost, amounts, newcomers, aims, paid),
    }
    if paid:
        figures["payments"] = {"count": paid["count"], "amount": paid["amount"]}
    return plain(figures)


def matured(period, scope, *, as_of, stages=None):
    """The stage rates of a month read 60 days after it, or None while these have not passed."""
    cut = period.ends_at + MATURE
    if as_of < cut:
        return None
    flows = Flows(scope, stages or read_stages(), start=period.starts_at, end=period.ends_at, as_of=as_of, cut=cut)
    return plain({"period": period.code, "rates": stage_rates(flows)})


def reasons(moves):
    """Why deals were lost, most frequent first: [{"reason", "label", "label_en", "count"}]; 0: none given."""
    counted = Counter(move.stay.reason or (0, "", "") for move in moves)
    return [
        {"reason": pk, "label": label, "label_en": label_en, "count": number}
        for (pk, label, label_en), number in sorted(counted.items(), key=lambda c: (c[0][0] == 0, -c[1], c[0][0]))
    ]


def stage_names(stages):
    """The names used at this moment, kept with the figures (R64)."""
    return [
        {"id": s.id, "position": s.position, "kind": s.kind, "label": s.label, "label_en": s.label_en, "live": s.live}
        for s in stages
    ]


def plain(value):
    """Figures as JSON keeps them: money as text with two places."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value
