"""The list behind an attained figure of the sheet of targets: exactly what reviews/attained.py counts, one line each.

Signed amount and deals won open the won deals with what each is worth (CNY), new customers those with their first tag
in the period, a conversion all deals that entered the stage, each with what became of it. First response and approval
days have pages of their own (reviews/speedpages.py).
"""

from dataclasses import dataclass

from django.utils.translation import pgettext

from core.periods import minute_end
from reviews.amounts import Amounts
from reviews.behind import UnknownFigure
from reviews.facts import known_changes
from reviews.flows import Flows
from reviews.models import Scope as Kind
from reviews.models import Target
from reviews.rates import stage_cohorts
from reviews.scopes import teams_below
from reviews.wins import won_stays

FATES = {
    "on": lambda: pgettext("what became of it", "Moved on"),
    "open": lambda: pgettext("what became of it", "Still open"),
    "lost": lambda: pgettext("what became of it", "Lost"),
}


@dataclass(frozen=True)
class Counted:
    """`what` the lines are (deal, customer), `lines` (id, when or None, CNY or None), `fates` {deal: on, open, lost}
    of a conversion."""

    what: str
    lines: list
    fates: dict

    @property
    def on(self):
        """How many of a conversion moved on."""
        return sum(fate == "on" for fate in self.fates.values())


def counted(period, metric, detail, scope, known, *, now):
    """The Counted of one figure of a place. Raises UnknownFigure for one that has no list here."""
    read = {Target.Metric.SIGNED: _wins, Target.Metric.WON: _wins, Target.Metric.NEW_CUSTOMERS: _newcomers,
            Target.Metric.RATE: _cohort}.get(metric)
    stage = next((stage for stage in known.stages if str(stage.id) == detail), None)
    if read is None or (metric == Target.Metric.RATE) != (stage is not None and stage.is_open):
        raise UnknownFigure(metric)
    known_at = minute_end(now)  # as the sheet reads
    return read(period, scope, known, stage, end=min(period.ends_at, known_at), as_of=known_at)


def inside(scope, known):
    """Whether a team and a person are counted for a place: a department's are its teams that are there today."""
    if scope.kind != Kind.DEPARTMENT:
        return lambda team, person: True  # the scope says it already
    teams = teams_below(known)[scope.id]
    return lambda team, person: team in teams


def _wins(period, scope, known, stage, *, end, as_of):
    rows = won_stays(scope, known.stages, period.starts_at, end, as_of).order_by("entered_at", "pk")
    amounts, fits = Amounts(period.starts_at), inside(scope, known)
    found = rows.values_list("deal", "entered_at", "team", "person", "deal__amount", "deal__contract_amount")
    return Counted("deal", [
        (deal, at, amounts.of(deal, amount, at) if signed is None else signed)
        for deal, at, team, person, amount, signed in found if fits(team, person)
    ], {})


def _newcomers(period, scope, known, stage, *, end, as_of):
    rows = known_changes(scope, as_of).filter(old="", at__gte=period.starts_at, at__lt=end).order_by("at", "pk")
    found, fits = rows.values_list("customer", "at", "customer__team", "customer__owner"), inside(scope, known)
    return Counted("customer", [(pk, at, None) for pk, at, team, owner in found if fits(team, owner)], {})


def _cohort(period, scope, known, stage, *, end, as_of):
    flows, fits = Flows(scope, known.stages, start=period.starts_at, end=end, as_of=as_of), inside(scope, known)
    fates = {
        deal: fate for fate, deals in stage_cohorts(flows, period.starts_at, end)[stage.id].items() for deal in deals
        if fits(flows.by_deal[deal][0].team, flows.by_deal[deal][0].person)
    }
    entered = {}
    for move in flows.entries("new", "reopened", "forward"):
        if move.dst.id == stage.id:
            entered[move.stay.deal] = min(move.at, entered.get(move.stay.deal, move.at))
    lines = sorted(((deal, entered[deal], None) for deal in fates), key=lambda line: (line[1], line[0]))
    return Counted("deal", lines, fates)

