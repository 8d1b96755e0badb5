"""What needs the manager's decision today (S10): approvals and late requests, leads near their 24 hours, customers
without an owner, quiet ones, open risks, in this order. All are counted, by tag (R22); read is what a page shows.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.calendar import Calendar
from collaboration import firstcontact
from collaboration.clocks import late_words
from core.answers import answered
from core.periods import day_start, today
from customers.beside import nudged_today
from customers.ladder import Ladder
from customers.staleness import state_of
from customers.tagbar import TagBar, count_tags, tags_in
from salesflow import ofteam

RUNGS = ("meeting", "manager", "owner", "")
RISK_DAYS = dt.timedelta(days=2)  # a risk open for longer needs a decision


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
    def may_comment(self):
        """Whether there is a conversation to comment on: with a lead nobody has spoken yet."""
        return self.kind in ("quiet", "risk") and self.customer.last_contact_on is not None

    @property
    def person(self):
        """Who can be reminded of it."""
        return self.customer.owner if self.kind in ("quiet", "first", "risk") and self.customer else None


def decisions(reader, teams, now, rule, data, most):
    """([Decision], the chips over them) of who reads and the keys of his teams; the tags of `data`, a query string,
    narrow the lines, of which the first `most` are read."""
    data = QueryDict() if data is None else data
    asked = _Asked(reader, teams, now, today(now), rule, tags_in(data), most)
    near = firstcontact.near_of(ofteam.leads(reader, teams, now - firstcontact.OLD), now=now)
    lines, counted = _requests(asked)
    counted.update((lead.customer.tag,) for lead in near)
    kinds = _counted(asked, near)
    for tags in kinds.values():
        counted += tags
    bar = TagBar(data, counted, asked.tags)
    near = [lead for lead in near if bar.fits(lead.customer.tag)]
    lines += _leads(asked, near[: most - len(lines)]) if len(lines) < most else []
    for kind, read in (("unassigned", _ownerless), ("quiet", _quiet), ("risk", _risks)):
        if len(lines) < most and any(n for tags, n in kinds[kind].items() if bar.fits(*tags)):
            lines += read(asked, near) if kind == "unassigned" else read(asked)
    lines = lines[:most]
    _told(lines, asked.on)
    return lines, bar


@dataclass(frozen=True)
class _Asked:
    reader: object
    teams: list
    now: dt.datetime
    on: dt.date
    rule: object
    tags: tuple
    most: int

    @property
    def risky_before(self):
        return day_start(self.on - RISK_DAYS)


def _requests(asked):
    """(lines, how many by tag): approvals that wait for this person, then what his teams asked for and did not get in
    time, latest first. They are counted apart only where they are not all read."""
    day, most = str(asked.on), str(asked.most)
    rows = list(ofteam.requests_shown(asked.reader, day, asked.teams, asked.now, asked.tags, most))
    if asked.tags or len(rows) == asked.most:
        counted = count_tags(ofteam.requests(asked.reader, asked.teams, asked.now), "seen_tag")
    else:
        counted = Counter((row.seen_tag,) for row in rows)
    return [_request(row, asked.now) for row in rows], Counter(counted)


def _request(request, now):
    if request.is_mine:
        return Decision("request", request.customer, request.title, request=request)
    words = late_words(max(Calendar.load().working_minutes(request.due_at, now), 1))
    words = _("%(place)s · %(late)s") % {"place": request.department, "late": words}
    return Decision("late", request.customer, words, late=True, request=request)


def _counted(asked, near):
    """{kind: how many by tag} of what is not read whole; a lead without an owner is listed with its hours."""
    kinds = {"unassigned": Counter(), "quiet": Counter(), "risk": Counter()}
    rows = ofteam.counted(asked.reader, str(asked.on), asked.rule, asked.teams, asked.risky_before)
    for kind, tag, n in answered(rows):
        kinds[kind][tag,] = n
    kinds["unassigned"].subtract((lead.customer.tag,) for lead in near if not lead.customer.owner_id)
    return kinds


def _leads(asked, near):
    """Leads near their 24 hours with who holds them (R4, R11); one that was given away meanwhile is left out."""
    keys = [lead.customer.pk for lead in near]
    found = {one.pk: one for one in ofteam.leads_shown(asked.reader, asked.teams, keys)} if keys else {}
    lines = []
    for lead in near:
        if customer := found.get(lead.customer.pk):
            words = _("first contact: %(left)s") % {"left": lead.words}
            kind = "first" if customer.owner_id else "unassigned"
            words = words if customer.owner_id else f"{_('without an owner')} · {words}"
            lines.append(Decision(kind, customer, words, late=lead.is_late))
    return lines


def _ownerless(asked, near):
    listed = {lead.customer.pk for lead in near if not lead.customer.owner_id}
    most = asked.most * (1 + -(-len(listed) // asked.most))  # in steps: each number of rows is a question of its own
    rows = ofteam.ownerless(asked.reader, asked.teams, asked.tags, str(most))
    return [Decision("unassigned", one, _("without an owner")) for one in rows if one.pk not in listed]


def _quiet(asked):
    ladder, lines = Ladder.load(asked.on), []
    for customer in ofteam.quiet(
        asked.reader, str(asked.on), asked.rule, asked.teams, asked.tags, str(asked.most)
    ):
        quiet, rung = state_of(customer, asked.on, asked.rule), ladder.rung_of(customer)
        words = _("%(days)s days quiet, no plan") % {"days": quiet.days}
        lines.append(Decision("quiet", customer, words, late=True, rung=rung))
    return sorted(lines, key=lambda line: RUNGS.index(line.rung))


def _risks(asked):
    """Open deals with a risk open for more than two days, most money first."""
    lines = []
    for deal in ofteam.at_risk(asked.reader, asked.teams, asked.risky_before, asked.tags, str(asked.most)):
        days = (asked.on - today(deal.since)).days
        words = ngettext("%(risk)s · %(n)d day", "%(risk)s · %(n)d days", days) % {"risk": deal.risk, "n": days}
        lines.append(Decision("risk", deal.customer, words, deal=deal))
    return lines


def _told(lines, on):
    """Mark the lines whose owner was reminded today."""
    about = {id(line): line.deal or line.customer for line in lines if line.person}
    told = nudged_today(about.values(), on) if about else set()
    for line in lines:
        thing = about.get(id(line))
        line.told = thing is not None and (type(thing), thing.pk) in told
