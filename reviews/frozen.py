"""The month-start contract of a closed month, kept with its review: figures, lines and places as they were (M6, D31).

Targets are changed, customers change hands and stages move after a month has closed; a contract computed anew would
follow them. So all of it is written down when the month freezes, deal by deal, and read from there for ever; what it
would say today stands beside it (reviews/contracts.py).
"""

from decimal import Decimal

from django.db.models import Count, Sum

from accounts.models import Team, User
from reviews.contract import PARTS, Contract, Ends, Piece, by_place, contract_of, is_inside, lines_of, opened_by
from reviews.models import OpeningDeal, Review, Target
from reviews.opening import was_taken
from reviews.people import NOBODY
from reviews.scopes import COMPANY, Scope

ENDS = ("first", "open", "signed")  # lists beside the parts; "now" is the last two


class Freezer:
    """The contracts of a month for any number of scopes, from one reading of the company (reviews/closing.py)."""

    def __init__(self, period, known, *, now):
        self.period, self.known, self.taken = period, known, was_taken(period)
        if self.taken:
            self.ends = Ends(COMPANY, period, known.stages, as_of=now)
            rows = Target.objects.of(period).filter(metric=Target.Metric.SIGNED)
            self.targets = {(target.scope, target.scope_id): target.value for target in rows}

    def figures(self, scope, parts):
        """{"target", "first", "due", "won", "won_deals", "open", "open_deals", "opening", "lines", "places"}, money as
        Decimal; None when no opening was kept. `parts` are the scopes right below this one."""
        if not self.taken:
            return None
        inside, place = is_inside(scope), self._place_of(parts)
        contract = contract_of(self.ends, scope, inside, self.targets.get((scope.kind, scope.id)))
        mine = OpeningDeal.objects.filter(opened_by(scope), period=self.period.code)
        lines = {}
        for name in (*PARTS, *ENDS):
            found = lines_of(self.ends, scope, inside, name)
            side = self.ends.before if name == "first" else self.ends.after
            lines[name] = [
                [deal, value, place(side[deal])] if name in ENDS else [deal, was, now]
                for deal, was, now, value in found
            ]
        return {
            "target": contract.target, "first": contract.first, "due": contract.due, "won": contract.won,
            "won_deals": contract.won_deals, "open": contract.open, "open_deals": contract.open_deals,
            "opening": mine.aggregate(count=Count("pk"), amount=Sum("amount")) | {"teams": self._teams(scope)},
            "lines": lines,
            "places": self._places(parts, inside),
        }

    def _place_of(self, parts):
        """place(end): the id of the part an end is counted for, NOBODY for none of them."""
        teams, ids = bool(parts) and parts[0].kind == "team", {part.id for part in parts}
        return lambda end: found if (found := end.team if teams else end.person) in ids else NOBODY

    def _teams(self, scope):
        """The teams a department had: they may be moved to another one later."""
        teams = Team.objects.filter(scope.teams()) if scope.kind == "department" else Team.objects.none()
        return sorted(teams.values_list("pk", flat=True))

    def _places(self, parts, inside):
        """[[kind, id, likely on day one, signed, likely of what is open, target]]; the last is nobody's, if any."""
        if not parts:
            return []
        teams = parts[0].kind == "team"
        sums = by_place(self.ends, lambda end: (end.team if teams else end.person) or NOBODY, inside)
        zero = [Decimal(0)] * 3
        found = [
            [str(one.kind), one.id, *sums.pop(one.id, zero), self.targets.get((str(one.kind), one.id))] for one in parts
        ]
        rest = [sum(column, Decimal(0)) for column in zip(*sums.values(), strict=True)]
        return found + ([["", NOBODY, *rest, None]] if any(rest) else [])


def frozen_of(scope, period, now):
    """(what was kept of a closed month, when) for a scope; None while it runs, and for months closed without."""
    if not period.closed(now):
        return None
    row = Review.objects.of(scope).frozen().filter(kind="month", period=period.code).first()
    kept = row and row.figures.get("contract")
    return (kept, row.as_of) if kept else None


def thawed(scope, kept):
    """The Contract that was kept."""
    pieces = [
        Piece(part, deal, Decimal(was), Decimal(now)) for part in PARTS for deal, was, now in kept["lines"][part]
    ]
    target = kept["target"]
    return Contract(
        scope, Decimal(kept["first"]), kept["due"], Decimal(kept["won"]), kept["won_deals"], Decimal(kept["open"]),
        kept["open_deals"], None if target is None else Decimal(target), pieces,
    )


def kept_lines(kept, name, place=None):
    """The lines behind one figure, in the shape of contract.lines_of(); None for no figure. `place` is the id of one
    line of the table below, NOBODY for its last; None as well where what was kept does not say."""
    if name == "now":
        found = [kept_lines(kept, one, place) for one in ("open", "signed")]
        return None if None in found else sorted(found[0] + found[1])
    lines = kept["lines"].get(name)
    if lines is None or place is not None and (name not in ENDS or not says_places(kept)):
        return None
    if name in ENDS:
        return [(line[0], None, None, Decimal(line[1])) for line in lines if place is None or line[2] == place]
    return [(deal, Decimal(was), Decimal(now), Decimal(now) - Decimal(was)) for deal, was, now in lines]


def says_places(kept):
    """Whether the lines say whose they were; those kept before that was written down do not."""
    return all(len(line) > 2 for name in ENDS for line in kept["lines"][name])


def kept_places(kept, known):
    """[(scope or None, first, signed, open, target)] as they were, under the names of today; who left keeps a name."""
    return [
        (place_named(kind, pk, known) if kind else None, Decimal(first), Decimal(won), Decimal(open_),
         None if target is None else Decimal(target))
        for kind, pk, first, won, open_, target in kept["places"]
    ]


def place_named(kind, pk, known):
    """The scope of a team or person, for its name: also of one no longer in use."""
    row = known.named(kind, pk) or {"team": Team, "person": User}[kind]._base_manager.filter(pk=pk).first()
    return row if isinstance(row, Scope) or row is None else Scope(kind, pk, row.name, getattr(row, "name_en", ""))
