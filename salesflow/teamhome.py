"""Team home (S10): who needs the manager today, four numbers a rep, stages × days. No ranking."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from accounts.models import Team, User
from collaboration.models import CollaborationRequest
from core.periods import day_start, today
from customers.ladder import Ladder
from customers.models import Customer, FollowUp, NextStep
from customers.staleness import Rule, state_of
from pipeline.models import Deal
from pipeline.playbooks import Playbooks

BANDS = ((0, 3), (4, 7), (8, None))  # days in the stage
MOST = 20
RUNGS = ("meeting", "manager", "owner", "")


@dataclass
class Decision:
    """One line of "needs a decision": what, about whom, and where it is decided."""

    kind: str  # quiet | request | unassigned | risk
    customer: object
    words: str
    late: bool = False
    rung: str = ""  # how far a quiet spell went up: meeting, manager, owner (customers/ladder.py)
    request: object = None
    deal: object = None


@dataclass
class RepRow:
    person: object
    quiet: int = 0
    logged: int = 0
    steps: int = 0
    amount: Decimal = Decimal(0)


@dataclass
class TeamHome:
    teams: list
    team: object
    on: object
    decisions: list
    count: int
    reps: list
    stages: list
    heat: list


def team_home(user, now, *, team=None):
    """`team` narrows to one of the teams the person sees. A fixed number of queries whatever the team's size."""
    on, rule = today(now), Rule.load()
    teams = list(Team.objects.visible_to(user).filter(is_active=True).select_related("manager"))
    chosen = [t for t in teams if team and t.pk == team] or teams
    customers = Customer.objects.visible_to(user).live().filter(Q(team__in=chosen) | Q(team=None))
    decisions = [
        *_requests(user), *_unassigned(customers), *_quiet(customers, on, rule), *_risks(user, chosen)
    ]
    stages, heat = _heat(user, chosen, on)
    return TeamHome(
        teams=teams, team=chosen[0] if len(chosen) == 1 else None, on=on, decisions=decisions[:MOST],
        count=len(decisions), reps=_reps(user, chosen, customers, on, rule), stages=stages, heat=heat,
    )


def _quiet(customers, on, rule):
    found = customers.exclude(owner=None).quiet(on, rule).select_related("owner").order_by("-open_amount", "id")
    ladder = Ladder.load(on)
    lines = []
    for customer in found[: MOST * 2]:
        quiet, rung = state_of(customer, on, rule), ladder.rung_of(customer)
        words = _("%(days)s days quiet, no plan") % {"days": quiet.days}
        lines.append(Decision("quiet", customer, words, late=True, rung=rung))
    return sorted(lines, key=lambda line: RUNGS.index(line.rung))


def _unassigned(customers):
    for customer in customers.filter(owner=None, pooled_at=None).order_by("made_at")[:MOST]:
        yield Decision("unassigned", customer, _("without an owner"))


def _requests(user):
    """Approvals that wait for this person."""
    waiting = CollaborationRequest.objects.visible_to(user).filter(
        state__in=["submitted", "accepted"], steps__person=user, steps__state="waiting"
    ).select_related("customer", "kind").distinct()
    for request in waiting:
        yield Decision("request", request.customer, request.title, request=request)


def _risks(user, teams):
    """Open deals with an open risk, most money first."""
    found = (
        Deal.objects.visible_to(user).open().filter(customer__team__in=teams).exclude(risk="")
        .select_related("customer").order_by("-amount", "id")[:MOST]
    )
    for deal in found:
        yield Decision("risk", deal.customer, deal.risk, deal=deal)


def _reps(user, teams, customers, on, rule):
    people = list(User.objects.visible_to(user).sellers().filter(team__in=teams).order_by("name"))
    quiet = _by(customers.quiet(on, rule), "owner")
    talks = FollowUp.objects.visible_to(user).filter(entered_at__gte=day_start(on), talked_by__in=people)
    logged = _by(talks, "talked_by")
    steps = _by(NextStep.objects.visible_to(user).open().filter(kind="ours", due_on__gte=on, owner__in=people), "owner")
    money = dict(
        Deal.objects.visible_to(user).open().filter(owner__in=people)
        .order_by().values_list("owner").annotate(sum=Sum("amount"))
    )
    return [
        RepRow(p, quiet.get(p.pk, 0), logged.get(p.pk, 0), steps.get(p.pk, 0), money.get(p.pk) or Decimal(0))
        for p in people
    ]


def _by(rows, who):
    return dict(rows.order_by().values_list(who).annotate(n=Count("pk")))


def _heat(user, teams, on):
    """Open stages × days in the stage: count and money of each cell."""
    stages = [stage for stage in Playbooks.load().default.line if stage.is_open]
    edges = [day_start(on - dt.timedelta(days=low - 1)) if low else None for low, _high in BANDS]
    rows = (
        Deal.objects.visible_to(user).open().filter(customer__team__in=teams)
        .order_by().values("stage").annotate(
            **{f"n{i}": Count("pk", filter=_band(i, edges)) for i in range(len(BANDS))},
            **{f"m{i}": Sum("amount", filter=_band(i, edges)) for i in range(len(BANDS))},
        )
    )
    found = {row["stage"]: row for row in rows}
    top = max([row[f"m{i}"] or 0 for row in found.values() for i in range(len(BANDS))], default=0)
    heat = []
    for i, (low, high) in enumerate(BANDS):
        label = _("≤ %(n)s d") % {"n": high} if not low else _("> %(n)s d") % {"n": low - 1}
        if low and high:
            label = _("%(a)s–%(b)s d") % {"a": low, "b": high}
        cells = []
        for stage in stages:
            row = found.get(stage.pk, {})
            money = row.get(f"m{i}") or 0
            cells.append({"stage": stage, "n": row.get(f"n{i}", 0), "amount": money,
                          "step": int(money / top * 4 + Decimal("0.999")) if top else 0})
        heat.append({"label": label, "low": low, "high": high, "cells": cells})
    return stages, heat


def _band(i, edges):
    """Deals that entered their stage so many days ago: from the edge of this band back to that of the next."""
    condition = Q(entered_at__lt=edges[i]) if edges[i] else Q()
    return condition & Q(entered_at__gte=edges[i + 1]) if i + 1 < len(edges) else condition
