"""Team home (S10): who needs the manager today, four numbers a rep, stages × days. No ranking."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.calendar import Calendar
from accounts.models import Team
from accounts.presence import fairness_notes
from accounts.readers import Reader
from collaboration import firstcontact
from collaboration.clocks import late_words
from core.answers import answered
from core.periods import day_start, today
from customers.beside import nudged_today
from customers.ladder import Ladder
from customers.staleness import Rule, state_of
from customers.tagbar import TagBar, bar_from
from pipeline import agreement, meeting
from pipeline.playbooks import Playbooks
from salesflow import ofteam
from salesflow.ofteam import BANDS
from salesflow.reprows import added_up, lines_html, rows_of

MOST = 20
RUNGS = ("meeting", "manager", "owner", "")
RISK_DAYS = 2  # a risk open for longer needs a decision
ALL = 300  # decisions listed on request
DAY = dt.timedelta(days=1)


@dataclass
class Decision:
    """One line of "needs a decision": what, about whom, and where it is decided."""

    kind: str  # quiet | request (waits for the reader) | late (a request) | unassigned | first | risk
    customer: object
    words: str
    late: bool = False
    rung: str = ""  # how far a quiet spell went up: meeting, manager, owner (customers/ladder.py)
    request: object = None
    deal: object = None
    told: bool = False  # somebody reminded its owner today

    @property
    def tag(self):
        """Of the customer it is about, as the reader may see it."""
        return self.request.seen_tag if self.request else self.customer.tag

    @property
    def may_comment(self):
        """Whether there is a conversation to comment on: with a lead nobody has spoken yet."""
        return self.kind in ("quiet", "risk") and self.customer.last_contact_on is not None

    @property
    def person(self):
        """Who can be reminded of it."""
        return self.customer.owner if self.kind in ("quiet", "first", "risk") and self.customer else None


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
    decisions = [
        *_requests(reader, keys, now, most), *_leads(reader, keys, now, most), *_quiet(reader, keys, on, rule, most),
        *_risks(reader, keys, on, most),
    ]
    bar = bar_from(data, [decision.tag for decision in decisions])
    decisions = [decision for decision in decisions if bar.fits(decision.tag)]
    _told(decisions[:most], on)
    people = list(ofteam.people(reader, keys))
    one = chosen[0] if len(chosen) == 1 else None
    cells, money = _open_money(reader, one, on)
    stages, heat = _heat(cells, one)
    return TeamHome(
        user=user, teams=teams, team=one, on=on, decisions=decisions[:most], count=len(decisions), bar=bar,
        reps=rows_of(user, people, on, rule, money), stages=stages, heat=heat,
        meets=meeting.next_time(now), to_judge=agreement.left(user, on),
        notes=fairness_notes(people, on.replace(day=1), on),
    )


def _quiet(reader, teams, on, rule, most):
    ladder = Ladder.load(on)
    lines = []
    for customer in ofteam.quiet(reader, str(on), rule, teams, str(most * 2)):
        quiet, rung = state_of(customer, on, rule), ladder.rung_of(customer)
        words = _("%(days)s days quiet, no plan") % {"days": quiet.days}
        lines.append(Decision("quiet", customer, words, late=True, rung=rung))
    return sorted(lines, key=lambda line: RUNGS.index(line.rung))


def _leads(reader, teams, now, most):
    """Leads near their 24 hours with who holds them (R4, R11), then others without an owner."""
    near = firstcontact.near_of(ofteam.leads(reader, teams, now - firstcontact.OLD), now=now)
    for lead in near:
        words = _("first contact: %(left)s") % {"left": lead.words}
        if lead.customer.owner is None:
            words = f"{_('without an owner')} · {words}"
        kind = "first" if lead.customer.owner else "unassigned"
        yield Decision(kind, lead.customer, words, late=lead.is_late)
    seen = {lead.customer.pk for lead in near}
    for customer in ofteam.ownerless(reader, teams, str(most)):
        if customer.pk not in seen:
            yield Decision("unassigned", customer, _("without an owner"))


def _requests(reader, teams, now, most):
    """Approvals that wait for this person, then what his teams asked for and did not get in time, latest first."""
    calendar = Calendar.load()
    for request in ofteam.requests(reader, str(today(now)), teams, now, str(most * 2)):
        if request.is_mine:
            yield Decision("request", request.customer, request.title, request=request)
        else:
            words = late_words(max(calendar.working_minutes(request.due_at, now), 1))
            words = _("%(place)s · %(late)s") % {"place": request.department, "late": words}
            yield Decision("late", request.customer, words, late=True, request=request)


def _risks(reader, teams, on, most):
    """Open deals with a risk open for more than two days, most money first."""
    since = dict(answered(ofteam.risks(reader, teams, day_start(on - RISK_DAYS * DAY), str(most))))
    deals = {deal.pk: deal for deal in ofteam.deals(reader, list(since))} if since else {}
    for deal in (deals[pk] for pk in since if pk in deals):
        days = (on - today(since[deal.pk])).days
        words = ngettext("%(risk)s · %(n)d day", "%(risk)s · %(n)d days", days) % {"risk": deal.risk, "n": days}
        yield Decision("risk", deal.customer, words, deal=deal)


def _told(lines, on):
    """Mark the lines whose owner was reminded today."""
    about = {id(line): line.deal or line.customer for line in lines if line.person}
    told = nudged_today(about.values(), on) if about else set()
    for line in lines:
        thing = about.get(id(line))
        line.told = thing is not None and (type(thing), thing.pk) in told


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
