"""The list behind a figure: exactly as many lines as the number says, read as of the same moment (D17, R37).

A line is (what it is about, when, CNY or None). The page shows a line only through its own gate; one that the reader
may not open stays a line without a name.
"""

from dataclasses import dataclass, field

from reviews.amounts import Amounts
from reviews.attaining import new_customers
from reviews.balance import signed_value
from reviews.dwell import stays_seen
from reviews.facts import facts_then, read_facts
from reviews.flows import Flows, known_stays, standing_at
from reviews.payments import read_payments
from reviews.people import NOBODY
from reviews.rates import stage_cohorts, tag_cohorts
from reviews.requested import due_in_time, requests_of
from reviews.scopes import COMPANY
from reviews.stale import stale_ids
from reviews.talk import read_talks


@dataclass(frozen=True)
class Asked:
    """Which figure: its name, and what narrows it (a stage, a reason, a topic, a tag pair, a team or person)."""

    of: str
    stage: int | None = None
    reason: int | None = None
    topic: int | None = None
    word: str = ""  # an outcome, a method, a request state, "prospect"
    team: int | None = None
    person: int | None = None

    def fits(self, team, person):
        return (self.team is None or self.team == (team or NOBODY)) and (
            self.person is None or self.person == (person or NOBODY)
        )


@dataclass(frozen=True)
class Behind:
    """What the lines are (deal, customer, talk, need, request) and the lines themselves; with `days` each has a fourth
    part, a time in company days."""

    what: str
    lines: list = field(default_factory=list)
    days: bool = False


class UnknownFigure(LookupError):
    """No figure of this name."""


def behind(period, scope, asked, *, as_of, stages, settings, stale=None, then=None, again=False):
    """The lines of one figure. `stale` are the quiet customers kept with a frozen week, `then` says whose everything
    was on a day gone by (reviews/past.py), `again` that the review has several versions: requests are read as they were
    known at `as_of`. Raises UnknownFigure."""
    reading = {
        "opening": _standing, "closing": _standing,
        "entered": _entries, "new": _entries, "reopened": _entries, "back_in": _entries, "on": _entries,
        "merged_in": _entries, "merged_out": _exits,
        "moved_on": _exits, "lost_from": _exits, "back_out": _exits, "won_from": _exits, "gone": _exits,
        "won": _won, "lost": _lost,
        "rate_entered": _cohort, "rate_on": _cohort, "rate_open": _cohort, "rate_lost": _cohort, "on_in_month": _cohort,
        "stays": _stays, "stays_left": _stays, "stays_open": _stays,
        "tag_entered": _tags, "tag_reached": _tags, "new_customers": _newcomers,
        "talks": _talks, "timed": _talks, "in_time": _talks, "late": _talks, "two_hours": _talks, "same_day": _talks,
        "later": _talks, "day_only": _talks,
        "need": _needs, "objection": _needs,
        "quiet": _stale, "planned": _stale,
        "payments": _payments,
        "asked": _requests, "due": _requests, "accepted_in_time": _requests,
    }.get(asked.of)
    if reading is None:
        raise UnknownFigure(asked.of)
    said = {"as_of": as_of, "stages": stages, "settings": settings, "stale": stale, "then": then, "again": again}
    return reading(period, scope, asked, **said)


def _ends(period, as_of):
    return period.starts_at, min(period.ends_at, as_of)


def _flows(period, scope, as_of, stages, then):
    start, end = _ends(period, as_of)
    return Flows(scope, stages, start=start, end=end, as_of=as_of, then=then), Amounts(start)


def _changes(period, scope, as_of, then):
    """The changes of tags of the period."""
    if then:
        return facts_then(then, period, start=period.starts_at)[0]
    return read_facts(scope, period, start=period.starts_at, as_of=as_of)[0]


def _deals(pairs, asked, worth):
    """Lines of (stay, moment) pairs that fit."""
    return Behind("deal", [
        (stay.deal, at, worth(stay, at)) for stay, at in sorted(pairs, key=lambda pair: (pair[1], pair[0].id))
        if asked.fits(stay.team, stay.person)
    ])


def _standing(period, scope, asked, *, as_of, stages, then, **_rest):
    start, end = _ends(period, as_of)
    moment = start if asked.of == "opening" else end
    rows = known_stays(COMPANY if then else scope, as_of).filter(standing_at(moment), stage__kind="open")
    if asked.stage is not None:
        rows = rows.filter(stage=asked.stage)
    found = rows.order_by("entered_at", "pk").values_list("deal_id", "entered_at", "team", "person", "deal__amount")
    if then:
        places = ((deal, at, *then.place(deal), amount) for deal, at, _team, _person, amount in found)
        found = [row for row in places if then.inside(row[2], row[3])]
    amounts = Amounts(start)
    return Behind("deal", [
        (deal, at, amounts.of(deal, amount, moment)) for deal, at, team, person, amount in found
        if asked.fits(team, person)
    ])


ENTRIES = {
    "entered": ("new", "reopened", "forward"), "new": ("new", "reopened"), "reopened": ("reopened",),
    "back_in": ("back",), "on": ("forward",), "merged_in": ("merged",),
}
EXITS = {
    "moved_on": ("forward", "won"), "won_from": ("won",), "lost_from": ("lost",), "back_out": ("back",),
    "merged_out": ("merged",), "gone": ("gone",),
}


def _entries(period, scope, asked, *, as_of, stages, then, **_rest):
    flows, amounts = _flows(period, scope, as_of, stages, then)
    moves = [m for m in flows.entries(*ENTRIES[asked.of]) if asked.stage in (None, m.dst.id)]
    return _deals([(m.stay, m.at) for m in moves], asked, amounts.at)


def _exits(period, scope, asked, *, as_of, stages, then, **_rest):
    flows, amounts = _flows(period, scope, as_of, stages, then)
    exits = [e for e in flows.exits if e.kind in EXITS[asked.of] and asked.stage in (None, e.src.id)]
    exits = [e for e in exits if asked.reason in (None, reason_of(e.stay))]

    def worth(stay, at):
        return amounts.at(stay, at) if asked.of != "won_from" else signed_value(stay, amounts.at(stay, at))

    return _deals([(e.stay, e.at) for e in exits], asked, worth)


def reason_of(stay):
    """Why its deal was lost; 0 without a reason."""
    return stay.reason[0] if stay.reason else 0


def _won(period, scope, asked, *, as_of, stages, then, **_rest):
    flows, amounts = _flows(period, scope, as_of, stages, then)
    moves = [(m.stay, m.at) for m in flows.won()]
    return _deals(moves, asked, lambda stay, at: signed_value(stay, amounts.at(stay, at)))


def _lost(period, scope, asked, *, as_of, stages, then, **_rest):
    flows, amounts = _flows(period, scope, as_of, stages, then)
    moves = [
        (m.stay, m.at) for m in flows.lost() if asked.reason in (None, reason_of(m.stay))
    ]
    return _deals(moves, asked, amounts.at)


def _cohort(period, scope, asked, *, as_of, stages, then, **_rest):
    flows, _amounts = _flows(period, scope, as_of, stages, then)
    fates = {"rate_entered": ("on", "lost", "open"), "on_in_month": ("on",)}.get(
        asked.of, (asked.of.removeprefix("rate_"),)
    )
    by = period.ends_at if asked.of == "on_in_month" else None
    cohort = stage_cohorts(flows, by=by).get(asked.stage, {})
    deals = sorted(deal for fate in fates for deal in cohort.get(fate, ()))
    return Behind("deal", [(deal, None, None) for deal in deals])


def _stays(period, scope, asked, *, as_of, stages, then, **_rest):
    """The stays of a stage and the days each has lasted so far: a deal that came back is there twice."""
    flows, _amounts = _flows(period, scope, as_of, stages, then)
    wanted = {"stays": (True, False), "stays_left": (True,), "stays_open": (False,)}[asked.of]
    found = [seen for seen in stays_seen(flows, scope, asked.stage, then) if seen.left in wanted]
    return Behind("deal", [(seen.deal, seen.entered_at, None, seen.until) for seen in found], days=True)


def _payments(period, scope, asked, *, as_of, then, **_rest):
    rows = read_payments(scope, period, as_of=as_of, then=then)
    return Behind("deal", [(row.deal, row.at, row.amount) for row in rows if asked.fits(row.team, row.person)])


def _tags(period, scope, asked, *, as_of, then, **_rest):
    start, end = _ends(period, as_of)
    changes = _changes(period, scope, as_of, then)
    for (tag, _to), (entered, reached) in tag_cohorts(changes, start, end).items():
        if tag == asked.word:
            ids = entered if asked.of == "tag_entered" else reached
            return Behind("customer", [(pk, None, None) for pk in ids])
    raise UnknownFigure(asked.of)


def _newcomers(period, scope, asked, *, as_of, then, **_rest):
    start, end = _ends(period, as_of)
    changes = _changes(period, scope, as_of, then)
    found = [c for c in new_customers(changes, start, end) if asked.fits(c.team, c.person)]
    return Behind("customer", [(change.customer, change.at, None) for change in found])


def _talks(period, scope, asked, *, as_of, settings, then, **_rest):
    talks = read_talks(scope, *_ends(period, as_of), as_of, settings["in_time_minutes"], then)
    keep = {
        "talks": lambda talk: talk.counted, "timed": lambda talk: talk.timed,
        "in_time": lambda talk: talk.in_time, "late": lambda talk: talk.timed and not talk.in_time,
        "day_only": lambda talk: talk.day_only,
    }.get(asked.of, lambda talk: talk.band == asked.of)
    return Behind("talk", [
        (talk.id, talk.happened_at, None) for talk in talks
        if keep(talk) and (not asked.word or asked.word in (talk.outcome, *talk.methods))
        and asked.fits(talk.team, talk.person)
    ])


def _needs(period, scope, asked, *, as_of, settings, then, **_rest):
    talks = read_talks(scope, *_ends(period, as_of), as_of, settings["in_time_minutes"], then)
    return Behind("need", [
        (need[0], talk.happened_at, None) for talk in talks if talk.counted for need in talk.needs
        if need[1] == asked.of and asked.topic in (None, need[2] or 0)
    ])


def _stale(period, scope, asked, *, as_of, settings, stale, then, **_rest):
    if then:  # who was quiet is not kept by day
        raise UnknownFigure(asked.of)
    ids = (stale or stale_ids(scope, period, as_of, settings))[asked.of]
    return Behind("customer", [(pk, None, None) for pk in ids])


def _requests(period, scope, asked, *, as_of, then, again, **_rest):
    rows = requests_of(scope, *_ends(period, as_of), then=as_of if then or again else None)
    if asked.word:
        rows = rows.filter(state=asked.word)
    if asked.of != "asked":
        due = due_in_time(rows, as_of)
        rows = rows.filter(id__in=[pk for pk, in_time in due if in_time or asked.of == "due"])
    asked_at = rows.order_by("asked_at", "id").values_list("id", "asked_at")
    return Behind("request", [(pk, at, None) for pk, at in asked_at])
