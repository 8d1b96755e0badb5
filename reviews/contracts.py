"""A month-start contract as a page shows it: the scope, both ends, the target, the pace, and the places inside (M6)."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.periods import period_of, today
from reviews.amounts import NOTHING
from reviews.attaining import course_of
from reviews.contract import PARTS, Contract, Ends, by_place, contract_of, is_inside, lines_of, opened_by
from reviews.drawing import waterfall
from reviews.frozen import frozen_of, kept_lines, kept_places, says_places, thawed
from reviews.models import OpeningDeal, Review, Target
from reviews.opening import was_taken
from reviews.people import NOBODY
from reviews.rates import share

PART_WORDS = {
    "new": lambda: pgettext("contract", "New"), "came": lambda: pgettext("contract", "Handed in"),
    "advanced": lambda: pgettext("contract", "Advanced"), "grown": lambda: pgettext("contract", "Grown"),
    "pulled": lambda: pgettext("contract", "Sooner"), "won": lambda: pgettext("contract", "Won"),
    "slipped": lambda: pgettext("contract", "Slipped"), "shrunk": lambda: pgettext("contract", "Shrunk"),
    "back": lambda: pgettext("contract", "Stepped back"), "lost": lambda: pgettext("contract", "Lost"),
    "went": lambda: pgettext("contract", "Handed on"), "rated": lambda: pgettext("contract", "Chance set"),
    "earlier": lambda: pgettext("contract", "Won before"), "gone": lambda: pgettext("contract", "Taken back"),
    "opening": lambda: _("Open on day one"),
    "first": lambda: pgettext("contract", "Day one"), "now": lambda: pgettext("contract", "Likely now"),
    "open": lambda: _("Likely of what is open"), "signed": lambda: _("Signed this month"),
}
OTHERS = "others"  # the last line of the table of places: what is counted for none of them
HINTS = {
    "new": lambda: _("Open and due this month, not open on day one"),
    "came": lambda: _("Due this month, was another team's or person's"),
    "advanced": lambda: _("In a later stage now"), "grown": lambda: _("The amount rose"),
    "pulled": lambda: _("Was expected later or had no date, is due this month now"),
    "won": lambda: _("Signed, less what was likely of it on day one"),
    "slipped": lambda: _("Was due this month, is still open and expected later"),
    "shrunk": lambda: _("The amount fell"), "back": lambda: _("In an earlier stage now"),
    "lost": lambda: _("Was due this month, is lost"), "went": lambda: _("Is another team's or person's now"),
    "rated": lambda: _("The chance of the stage was changed in Setup"),
    "earlier": lambda: _("Won by a day before the month, recorded since"),
    "gone": lambda: _("Its stage was taken back"),
}


@dataclass
class Shown:
    """Everything of one page. `taken`: an opening was kept; else there is no contract, only the pace. `closed_at`: the
    contract is the one kept when the month closed, and `live` what it would say now."""

    period: object
    contract: Contract
    course: object
    opening: dict
    taken: bool
    begun: bool
    places: list
    closed_at: object = None
    live: Contract | None = None
    says_places: bool = True  # the sums of the places open their lists

    @property
    def likely(self):
        """What is likely of the month (CNY) as a share of its target, 0–1 and more; None without a target."""
        return share(float(self.contract.now), float(self.contract.target)) if self.contract.target else None

    @property
    def lines(self):
        """The parts in order; of a closed month also those that came since, each with what it would say now."""
        was = {slug: (deals, value) for slug, deals, value in self.contract.parts}
        now = {slug: (deals, value) for slug, deals, value in self.live.parts} if self.live else {}
        return [
            {"slug": slug, "label": PART_WORDS[slug](), "hint": HINTS[slug](), "deals": deals, "value": value,
             "live": now.get(slug, (0, NOTHING))}
            for slug in PARTS if slug in was or slug in now
            for deals, value in [was.get(slug, (0, NOTHING))]
        ]

    @property
    def changed(self):
        """Whether a closed month would be told otherwise now."""
        return self.live is not None and (
            self.live.parts != self.contract.parts or self.live.target != self.contract.target
            or (self.live.first, self.live.won, self.live.open)
            != (self.contract.first, self.contract.won, self.contract.open)
        )

    @property
    def picture(self):
        bars, aim = waterfall(self.contract.first, self.contract.parts, self.contract.now, self.contract.target)
        words = PART_WORDS | ({"now": lambda: pgettext("contract", "Month end")} if self.closed_at else {})
        return {"bars": [{"bar": bar, "label": words[bar.slug]()} for bar in bars], "aim": aim}


@dataclass
class Place:
    """One team or person inside the scope, in sums."""

    scope: object
    first: Decimal
    won: Decimal
    open: Decimal
    target: Decimal | None
    course: object
    is_known: bool = True  # has a contract of its own to open: who left has none

    @property
    def code(self):
        return self.scope.code if self.scope else OTHERS

    @property
    def now(self):
        return self.won + self.open

    @property
    def gap(self):
        return None if self.target is None else self.target - self.now


def known_at(period, now):
    """What is known for a month: all of it while it runs, what was known when its report froze afterwards (D17)."""
    if not period.closed(now):
        return now
    frozen = Review.objects.frozen().filter(kind="month", period=period.code, scope="company")
    return frozen.values_list("as_of", flat=True).first() or now


def contract_page(scope, period, known, *, now):
    """The Shown of a scope; about ten queries, whatever the number of deals and places. Of a closed month it is the one
    that was kept, with the live one beside it."""
    frozen = frozen_of(scope, period, now)
    if frozen:
        return kept_page(scope, period, known, *frozen, now=now)
    parts = inside_of(scope, known)
    targets = {
        (target.scope, target.scope_id): target.value
        for target in Target.objects.among([scope, *parts]).of(period).filter(metric=Target.Metric.SIGNED)
    }
    ends = Ends(scope, period, known.stages, as_of=known_at(period, now))
    contract = contract_of(ends, scope, is_inside(scope), targets.get((scope.kind, scope.id)))
    course = course_of(period, contract.won, contract.target, now=now)
    opening = {"count": ends.opening["count"], "amount": ends.opening["amount"] or NOTHING}
    return Shown(
        period, contract, course, opening, was_taken(period), period.starts_at <= now,
        list(places(ends, parts, targets, period, now)),
    )


def kept_page(scope, period, known, kept, closed_at, *, now):
    """The Shown of a closed month."""
    contract = thawed(scope, kept)
    ends = Ends(scope, period, known.stages, as_of=now)
    target = Target.objects.among([scope]).of(period).filter(metric=Target.Metric.SIGNED).first()
    live = contract_of(ends, scope, is_inside(scope), target and target.value)
    found = [
        Place(place, first, won, open_, target or None, course_of(period, won, target or None, now=now),
              is_known=place is not None and known.named(place.kind, place.id) is not None)
        for place, first, won, open_, target in kept_places(kept, known)
    ]
    opening = {"count": kept["opening"]["count"], "amount": Decimal(kept["opening"]["amount"] or 0)}
    course = course_of(period, contract.won, contract.target, now=now)
    return Shown(period, contract, course, opening, True, True, found, closed_at, live, says_places(kept))


def lines_behind(scope, period, known, name, *, now, live=False, place=""):
    """The lines behind one figure of the page: those kept with a closed month, or with `live` those of now. `place`
    narrows them to one line of the table of places, by its code. None for no figure."""
    frozen = None if live else frozen_of(scope, period, now)
    if not frozen and not was_taken(period):
        return None
    if name == "opening":
        return None if live or place else opening_lines(scope, period, frozen and frozen[0])
    if frozen:
        ids = {OTHERS: NOBODY} | {f"{kind}-{pk}": pk for kind, pk, *_sums in frozen[0]["places"] if kind}
        return kept_lines(frozen[0], name, ids.get(place, -1) if place else None)
    inside = is_inside(scope)
    if place:
        inside = is_in_place(scope, known, place)
        if inside is None or name in PARTS:
            return None
    ends = Ends(scope, period, known.stages, as_of=now if live else known_at(period, now))
    return lines_of(ends, scope, inside, name)


def opening_lines(scope, period, kept=None):
    """What was open on day one, at its amount of that day, in the order of the deals. A department's teams are those
    it had when the month closed."""
    teams = kept and kept["opening"].get("teams")
    mine = Q(team__in=teams) if teams else opened_by(scope)
    rows = OpeningDeal.objects.filter(mine, period=period.code).order_by("deal").values_list("deal", "amount")
    return [(deal, None, None, amount or NOTHING) for deal, amount in rows]


def is_in_place(scope, known, code):
    """inside(team, person) of one line of the table of places; None for no such line."""
    parts, inside = inside_of(scope, known), is_inside(scope)
    wanted = next((part.id for part in parts if part.code == code), None)
    if not parts or wanted is None and code != OTHERS:
        return None
    ids = {part.id for part in parts}
    key = (lambda team, person: team) if parts[0].kind == "team" else lambda team, person: person
    fits = (lambda pk: pk not in ids) if wanted is None else lambda pk: pk == wanted
    return lambda team, person: inside(team, person) and fits(key(team, person))


def inside_of(scope, known):
    """The scopes one table below: the teams of a company or department, the people of a team."""
    if scope.kind == "company":
        return list(known.teams)
    if scope.kind == "department":
        inside = is_inside(scope)
        return [team for team in known.teams if inside(team.id, None)]
    return [person for person in known.people if person.parent == scope.id] if scope.kind == "team" else []


def places(ends, parts, targets, period, now):
    """The lines of the table below, with whatever belongs to nobody listed last, so that the columns add up."""
    if not parts:
        return
    teams = parts[0].kind == "team"
    inside = is_inside(ends.scope)
    sums = by_place(ends, lambda end: (end.team if teams else end.person) or NOBODY, inside)
    for part in parts:
        first, won, open_ = sums.pop(part.id, (NOTHING, NOTHING, NOTHING))
        target = targets.get((part.kind, part.id)) or None
        yield Place(part, first, won, open_, target, course_of(period, won, target, now=now))
    rest = [sum(column, NOTHING) for column in zip(*sums.values(), strict=True)]
    if any(rest):
        yield Place(None, *rest, None, course_of(period, rest[1], None, now=now))


def this_month(now):
    return period_of("month", today(now))
