"""Rates (D27): of what entered in the period, the share that moved on or beyond so far, still open shown apart.

Cohort of a stage: the deals that entered it in the period as new, reopened or from an earlier stage (a step back is no
new entry), each once. Moved on: a later stay in a later open stage, or won, known by the reading moment. Lost: not
moved on, and lost now. Still open: the rest. The matured version reads the same cohort 60 days after the period.

The two named rates count TagChange rows the same way (R37): customers that became prospect (interested) in the
period from nothing or a lower tag, and of those the share that reached interested or higher (won).
"""

import datetime as dt

RANK = {"": 0, "lost": 0, "prospect": 1, "interested": 2, "hot": 3, "won": 4}
NAMED = (("prospect", "interested"), ("interested", "won"))
MATURE = dt.timedelta(days=60)


def stage_cohorts(flows, since=None, until=None, by=None):
    """{stage id: {"on": [deal…], "lost": [deal…], "open": [deal…]}} for open stages, of what entered in the period or
    in the stretch of it from `since` to before `until`; with `by` only what happened before that moment."""
    found = {fact.id: {"on": [], "lost": [], "open": []} for fact in flows.stages.values() if fact.is_open}
    seen = set()
    entries = flows.entries("new", "reopened", "forward", since=since, until=until)
    for move in sorted(entries, key=lambda move: (move.at, move.stay.id)):
        if (move.stay.deal, move.dst.id) in seen:
            continue
        seen.add((move.stay.deal, move.dst.id))
        later = [flows.stages[stay.stage] for stay in flows.later(move.stay) if by is None or stay.entered_at < by]
        if any(stage.is_won or is_beyond(stage, move.dst) for stage in later):
            fate = "on"
        else:
            fate = "lost" if later and later[-1].kind == "lost" else "open"
        found[move.dst.id][fate].append(move.stay.deal)
    return found


def is_beyond(stage, other):
    """A later open stage of the same playbook."""
    return stage.is_open and stage.playbook == other.playbook and stage.place > other.place


def stage_rates(flows, by=None):
    """[{"stage", "entered", "on", "open", "lost", "rate"}] in the order of the stages; rate is None without entries."""
    lines = []
    for stage, fates in stage_cohorts(flows, by=by).items():
        numbers = {name: len(deals) for name, deals in fates.items()}
        entered = sum(numbers.values())
        if entered or flows.stages[stage].live:
            lines.append({"stage": stage, "entered": entered, **numbers, "rate": share(numbers["on"], entered)})
    return lines


def share(part, whole):
    """A share as a number 0–1 with four places; None of nothing."""
    return round(part / whole, 4) if whole else None


def tag_cohorts(changes, start, end):
    """{(old, new): (entered customers, reached customers)} from changes of tags in order."""
    entered = {tag: {} for tag, _to in NAMED}
    reached = {tag: set() for tag, _to in NAMED}
    for change in changes:
        for tag, to in NAMED:
            if change.new == tag and RANK[change.old] < RANK[tag] and start <= change.at < end:
                entered[tag].setdefault(change.customer, change.at)
            elif change.customer in entered[tag] and RANK[change.new] >= RANK[to]:
                reached[tag].add(change.customer)
    return {(tag, to): (list(entered[tag]), sorted(reached[tag])) for tag, to in NAMED}


def tag_rates(changes, start, end):
    """[{"from", "to", "entered", "reached", "rate"}]: the two named rates."""
    return [
        {"from": tag, "to": to, "entered": len(entered), "reached": len(reached),
         "rate": share(len(reached), len(entered))}
        for (tag, to), (entered, reached) in tag_cohorts(changes, start, end).items()
    ]
