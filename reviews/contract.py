"""The month-start contract (M6): what was likely on day one, the target, and every yuan between that and now.

**Likely** of a month (CNY) is what was signed in it plus, of the open deals expected to close by its last day, the
amount × the chance of the stage (reviews/likely.py). The likely of day one comes from the opening pipeline, the likely
of now from the stays and fields as they are known. The difference of the two is told deal by deal:

new       due now, not open on day one (reopened too)    lost      due on day one, lost now
came      due now, was another team's or person's        went      due on day one, another's now
pulled    was not due this month, is due now             slipped   was due this month, is open and due later
grown     the amount rose, at the chance of day one      shrunk    the amount fell, at the chance of day one
advanced  a later stage, at the amount of now            back      an earlier stage, at the amount of now
won       signed in the month, less what was likely of it on day one
rated     the same stage, its chance changed in Setup, or merged into one with another chance
earlier   due on day one, won by a day before the month (back-dated since)
gone      due on day one, without a stage now (taken back)

A deal is in one of them; one that stays due may be in two (its amount and its stage). So they add up by themselves, to
the cent, for every scope. What is counted for whom: on day one as it was taken, now as it is.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from accounts.models import Team
from pipeline.changes import further
from pipeline.playbooks import Playbooks
from reviews.amounts import NOTHING, Amounts, changed_deals
from reviews.balance import signed_value
from reviews.flows import Flows, known_stays, standing_at
from reviews.likely import worth
from reviews.models import OpeningDeal
from reviews.opening import chances_at
from reviews.scopes import COMPANY

UP = ("new", "came", "advanced", "grown", "pulled", "won")
DOWN = ("slipped", "shrunk", "back", "lost", "went")
RARE = ("rated", "earlier", "gone")
PARTS = (*UP, *DOWN, *RARE)
EMPTY_SHOWN = {"new", "advanced", "grown", "won", "slipped", "shrunk", "lost"}  # the others only when there are any


@dataclass(frozen=True, slots=True)
class End:
    """A deal at one end: its state (open, won, lost, gone), its stage, and whether it is due in the month."""

    state: str
    stage: int
    place: tuple  # of the stage: its playbook, its place there
    amount: Decimal | None
    chance: int
    due: bool
    team: int | None
    person: int | None
    carried: tuple = ()  # stages that became this one while it stood there: a merge is no step

    @property
    def likely(self):
        if self.state == "won":
            return self.amount
        return worth(self.amount, self.chance) if self.state == "open" and self.due else NOTHING


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of the explanation: what a deal was worth before and after this step."""

    part: str
    deal: int
    before: Decimal
    after: Decimal

    @property
    def value(self):
        return self.after - self.before


class Ends:
    """Both ends of the deals that count at either, for a scope and everything inside it. Six queries.

    `until` is the moment of the later end (the month's end, or now), `as_of` what is known.
    """

    def __init__(self, scope, period, stages, *, as_of):
        self.period, self.scope = period, scope
        self.places = {fact.id: (fact.playbook, fact.place) for fact in stages}
        until = min(period.ends_at, as_of)
        due = Q(expected_close__lte=period.last)
        # what has changed since the later end is decided by its history
        touched = Q(deal__expected_close__lte=period.last) | Q(deal__in=changed_deals(until))
        amounts = Amounts(period.starts_at)
        mine = OpeningDeal.objects.filter(period=period.code).filter(opened_by(scope))
        self.opening = mine.aggregate(count=Count("pk"), amount=Sum("amount"))
        self.before = self._read_opening(due, scope, touched)
        self.after = self._read_now(mine.filter(due).values("deal"), scope, touched, until, as_of, amounts)
        flows = Flows(scope, stages, start=period.starts_at, end=until, as_of=as_of)
        self.won = flows.won()
        for move in self.won:
            stay, signed = move.stay, signed_value(move.stay, amounts.at(move.stay, move.at))
            self.after[stay.deal] = End("won", stay.stage, self.places[stay.stage], signed, 100, True, stay.team,
                                        stay.person)

    def _read_opening(self, due, scope, touched):
        rows = OpeningDeal.objects.filter(period=self.period.code)
        rows = rows.filter(opened_by(scope) & due | scope.deals("deal__") & touched)
        found = rows.values_list("deal_id", "stage_id", "amount", "chance", "expected_close", "team_id", "rep_id")
        return {
            deal: End("open", stage, self.places[stage], amount, chance, self._due(close), team, rep)
            for deal, stage, amount, chance, close, team, rep in found
        }

    def _read_now(self, opened, scope, touched, until, as_of, amounts):
        rows = known_stays(COMPANY, as_of).filter(standing_at(until))
        rows = rows.filter(Q(deal__in=opened) | scope.deals("deal__") & Q(stage__kind="open") & touched)
        found = rows.order_by("entered_at", "pk").values_list(
            "deal_id", "stage_id", "stage__kind", "deal__amount", "stage__probability", "deal__expected_close", "team",
            "person", "entered_at",
        )
        after, chances, books = {}, chances_at(until), Playbooks.load()
        for deal, stage, kind, amount, chance, close, team, person, since in found:
            state = "earlier" if kind in ("won", "after") else kind
            amount = amounts.typed(deal, amount, until)
            due = self._due(amounts.close(deal, close, until))
            chance = chances.get(stage, chance)
            carried = books.carried_from(stage, since) if books.merges else ()
            place = self.places[carried[0] if carried else stage]
            after[deal] = End(state, stage, place, amount, chance, due, team, person, carried)
        return after

    def _due(self, close):
        return close is not None and close <= self.period.last


def opened_by(scope):
    """Rows of the opening pipeline by what was counted for a scope on day one."""
    if scope.kind == "company":
        return Q(pk__isnull=False)
    return Q(rep=scope.id) if scope.kind == "person" else scope.teams("team__")


def pieces(ends, inside):
    """The explanation of the scope for which inside(team, person) is true."""
    found = []
    for deal in sorted({*ends.before, *ends.after}):
        first, last = ends.before.get(deal), ends.after.get(deal)
        was = first if first and inside(first.team, first.person) else None
        now = last if last and inside(last.team, last.person) else None
        found += steps(deal, first, last, was, now)
    return found


def steps(deal, first, last, was, now):
    """One deal: `first` and `last` wherever it was, `was` and `now` only where it is counted here."""
    before = was.likely if was else NOTHING
    if now and now.state == "won":
        return [Piece("won", deal, before, now.likely)]
    if was and was.due:
        if last is None:
            return [Piece("gone", deal, before, NOTHING)]
        if now is None:
            return [Piece("went", deal, before, NOTHING)]
        if now.state != "open":
            return [Piece(now.state, deal, before, NOTHING)]
        return stayed(deal, was, now) if now.due else [Piece("slipped", deal, before, NOTHING)]
    if now and now.state == "open" and now.due:
        part = "new" if first is None else "pulled" if was else "came"
        return [Piece(part, deal, NOTHING, now.likely)]
    return []


def stayed(deal, was, now):
    """Due at both ends: first the amount at the chance of day one, then the stage at the amount of now."""
    found, middle = [], worth(now.amount, was.chance)
    if (was.amount or 0) != (now.amount or 0):
        found.append(Piece("grown" if (now.amount or 0) > (was.amount or 0) else "shrunk", deal, was.likely, middle))
    if was.stage != now.stage and was.stage not in now.carried:
        on = further(was.place, now.place, middle, now.likely)
        found.append(Piece("advanced" if on else "back", deal, middle, now.likely))
    elif middle != now.likely:
        found.append(Piece("rated", deal, middle, now.likely))
    return found


@dataclass(frozen=True)
class Contract:
    """One scope's month: the two ends, the target between them, and the pieces in the order of PARTS."""

    scope: object
    first: Decimal  # likely on day one
    due: int  # deals it comes from
    won: Decimal  # signed so far
    won_deals: int
    open: Decimal  # likely of what is open and due
    open_deals: int
    target: Decimal | None
    pieces: list

    @property
    def now(self):
        return self.won + self.open

    @property
    def deals(self):
        return self.won_deals + self.open_deals

    @property
    def first_gap(self):
        """What was missing to the target on day one; negative when more was likely than aimed at."""
        return None if self.target is None else self.target - self.first

    @property
    def gap(self):
        return None if self.target is None else self.target - self.now

    @property
    def parts(self):
        """[(part, deals, CNY)] that are shown, in order."""
        sums = {part: [0, NOTHING] for part in PARTS}
        for piece in self.pieces:
            sums[piece.part][0] += 1
            sums[piece.part][1] += piece.value
        return [(part, *sums[part]) for part in PARTS if sums[part][0] or part in EMPTY_SHOWN]


def contract_of(ends, scope, inside, target):
    """The contract of a scope among those `ends` was read for."""
    before = [end for end in ends.before.values() if end.due and inside(end.team, end.person)]
    after = [end for end in ends.after.values() if inside(end.team, end.person)]
    won = [end for end in after if end.state == "won"]
    due = [end for end in after if end.state == "open" and end.due]
    return Contract(
        scope, total(before), len(before), total(won), len(won), total(due), len(due), target or None,
        pieces(ends, inside),
    )


def total(ends):
    return sum((end.likely for end in ends), NOTHING)


def is_inside(scope):
    """inside(team, person) of a scope. A department asks for its teams, those that are gone too."""
    if scope.kind == "company":
        return lambda team, person: True
    if scope.kind == "person":
        return lambda team, person: person == scope.id
    teams = {scope.id}
    if scope.kind == "department":
        teams = set(Team.objects.filter(scope.teams()).values_list("pk", flat=True))
    return lambda team, person: team in teams


def lines_of(ends, scope, inside, name):
    """The lines behind one figure of a contract: [(deal, before or None, after or None, CNY)]; None for no figure.
    `name`: a part, "first" (likely on day one), "open" (likely of what is open now), "signed" or "now" (the two)."""
    if name in PARTS:
        return [(p.deal, p.before, p.after, p.value) for p in pieces(ends, inside) if p.part == name]
    pick = {
        "first": (ends.before, lambda end: end.due),
        "open": (ends.after, lambda end: end.state == "open" and end.due),
        "signed": (ends.after, lambda end: end.state == "won"),
        "now": (ends.after, lambda end: end.state == "won" or end.state == "open" and end.due),
    }.get(name)
    if pick is None:
        return None
    side, fits = pick
    return [(deal, None, None, end.likely) for deal, end in sorted(side.items())
            if fits(end) and inside(end.team, end.person)]


def by_place(ends, key, inside):
    """{team or person: [likely on day one, signed, likely of what is open]} of a scope with key(end); one pass."""
    found = {}
    for column, side in ((0, ends.before), (1, ends.after)):
        for end in side.values():
            if end.due and end.state in ("open", "won") and inside(end.team, end.person):
                sums = found.setdefault(key(end), [NOTHING, NOTHING, NOTHING])
                sums[0 if not column else 1 if end.state == "won" else 2] += end.likely
    return found
