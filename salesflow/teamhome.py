"""Team home (S10): who needs the manager today, four numbers a rep, stages × days. No ranking."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Team
from accounts.presence import fairness_notes
from accounts.readers import Reader
from core.answers import answered
from core.periods import today
from customers.staleness import Rule
from customers.tagbar import TagBar
from pipeline import agreement, meeting
from pipeline.playbooks import Playbooks
from salesflow import ofteam
from salesflow.ofteam import BANDS
from salesflow.reprows import added_up, lines_html, rows_of
from salesflow.undecided import decisions

MOST = 20
ALL = 300  # decisions listed on request


@dataclass
class TeamHome:
    user: object
    teams: list
    team: object
    on: object
    decisions: list
    count: int
    bar: TagBar
    reps: list
    stages: list
    heat: list
    meets: object = None  # when the teams meet next, aware; None without a fixed day
    to_judge: int = 0  # deals of the stage agreement check, while it is on
    notes: list = field(default_factory=list)  # what to know before the reps are compared

    @property
    def groups(self):
        """[(team, its RepRow in sums, the rows of its reps)] for who sees several teams (S10: teams first, reps under
        them); one group without a team for who sees one."""
        if self.team is not None or len(self.teams) < 2:
            return [(None, None, self.reps)]
        under = {team.pk: [row for row in self.reps if row.person.team_id == team.pk] for team in self.teams}
        return [(team, added_up(under[team.pk]), under[team.pk]) for team in self.teams]

    @property
    def drawn(self):
        """The same with the rows as markup."""
        return [(team, sums, lines_html(rows, self.user)) for team, sums, rows in self.groups]


def team_home(user, now, data=None, *, team=None, most=MOST):
    """`team` narrows to one of the teams the person sees; the tags of `data`, a query string, narrow the decisions
    (R22), `most` how many of them are listed. A fixed number of queries whatever the team's size."""
    on, rule = today(now), replace(Rule.load(), limits=Playbooks.load().limits)
    teams = list(Team.objects.visible_to(user).filter(is_active=True).select_related("manager"))
    chosen = [t for t in teams if team and t.pk == team] or teams
    reader, keys = Reader.of(user, on), [one.pk for one in chosen]
    lines, bar = decisions(reader, keys, now, rule, data, most)
    people = list(ofteam.people(reader, keys))
    one = chosen[0] if len(chosen) == 1 else None
    cells, money = _open_money(reader, one, on)
    stages, heat = _heat(cells, one)
    return TeamHome(
        user=user, teams=teams, team=one, on=on, decisions=lines, count=bar.total, bar=bar,
        reps=rows_of(user, people, on, rule, money), stages=stages, heat=heat,
        meets=meeting.next_time(now), to_judge=agreement.left(user, on),
        notes=fairness_notes(people, on.replace(day=1), on),
    )


def _open_money(reader, team, on):
    """({stage: {n0 m0 n1 m1 …}}: count and money of each of BANDS, {(owner, team): money}) of the open deals. One
    query for both, since either reads all of them."""
    rows = ofteam.open_money(reader, str(on), [team.pk] if team else [])
    cells, money = defaultdict(Counter), Counter()
    for row in answered(rows):
        stage, place = row.pop("stage"), (row.pop("owner"), row.pop("customer__team"))
        for name, number in row.items():
            cells[stage][name] += number or 0
        money[place] += sum(row[f"m{i}"] or 0 for i in range(len(BANDS)))
    return cells, money


def _heat(found, team):
    """Open stages × days in the stage: count and money of each cell, each the table's under `query`."""
    stages = [stage for stage in Playbooks.load().default.line if stage.is_open]
    top = max([row[f"m{i}"] for row in found.values() for i in range(len(BANDS))], default=0)
    heat = []
    for i, (low, high) in enumerate(BANDS):
        label = _("≤ %(n)s d") % {"n": high} if not low else _("> %(n)s d") % {"n": low - 1}
        if low and high:
            label = _("%(a)s–%(b)s d") % {"a": low, "b": high}
        cells = []
        for stage in stages:
            row = found.get(stage.pk, {})
            amount = row.get(f"m{i}") or 0
            query = f"?stage={stage.pk}&days={low}-{'' if high is None else high}"
            query += f"&team={team.pk}" if team else ""
            cells.append({"stage": stage, "n": row.get(f"n{i}", 0), "amount": amount, "query": query,
                          "step": int(amount / top * 4 + Decimal("0.999")) if top else 0})
        heat.append({"label": label, "low": low, "high": high, "cells": cells})
    return stages, heat
