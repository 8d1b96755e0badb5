"""What was attained of every target on a sheet, read once for all its places: signed, new customers, deals won, and
the conversion of each stage (R9, R36). First response and approval days come from reviews/speeds.py."""

from collections import Counter
from decimal import Decimal

from django.db.models import Count, Q
from django.utils.functional import cached_property

from core.answers import answered
from core.periods import minute_end
from reviews.columns import months_in
from reviews.facts import known_changes
from reviews.flows import Flows
from reviews.models import Scope as Kind
from reviews.models import Target
from reviews.rates import stage_cohorts
from reviews.speeds import SPEEDS, Speeds
from reviews.wins import wins_of


class Several:
    """Some scopes as one, for a single reading of all of them."""

    kind = "several"

    def __init__(self, scopes):
        self.scopes = [scope for scope in scopes if scope.kind == Kind.COMPANY] or scopes

    def deals(self, prefix=""):
        return self._any("deals", prefix)

    def customers(self, prefix=""):
        return self._any("customers", prefix)

    def _any(self, what, prefix):
        found = Q(pk__in=[])
        for scope in self.scopes:
            found |= getattr(scope, what)(prefix)
        return found


class Placed:
    """A number by team and person; of any scope by value()."""

    def __init__(self):
        self.all, self.teams, self.people = Decimal(0), Counter(), Counter()

    def add(self, team, person, number):
        self.all += number
        self.teams[team] += number
        self.people[person] += number

    def value(self, scope, teams_below):
        if scope.kind == Kind.COMPANY:
            return self.all
        if scope.kind == Kind.PERSON:
            return Decimal(self.people[scope.id])
        teams = {scope.id} if scope.kind == Kind.TEAM else teams_below.get(scope.id, ())
        return Decimal(sum(self.teams[team] for team in teams))


class Attained:
    """Numbers of a period, and of the months in it, up to `now`. Each is asked of the database when its first number
    is wanted, for all places at once, so that a sheet of sums does not read every stay of the period."""

    def __init__(self, scopes, period, stages, *, now, teams_below):
        self.several, self.period, self.stages, self.now = Several(scopes), period, stages, minute_end(now)
        self.end, self.teams_below = min(period.ends_at, self.now), teams_below
        self.speeds = Speeds(self.several, period, now=now, teams_below=teams_below)
        self.found, self.wins = {}, {}

    @cached_property
    def flows(self):
        return Flows(self.several, self.stages, start=self.period.starts_at, end=self.end, as_of=self.now)

    @cached_property
    def fresh(self):
        """[(team, person, {period code: new customers})]: counted by the database, per owner."""
        spans = {self.period.code: self.period}
        if self.period.kind == "quarter":
            spans |= {month.code: month for month in months_in(self.period)}
        inside = {
            f"n{n}": Count("pk", filter=Q(at__gte=span.starts_at, at__lt=span.ends_at))
            for n, span in enumerate(spans.values())
        }
        rows = (
            known_changes(self.several, self.now)
            .filter(old="", at__gte=self.period.starts_at, at__lt=self.end).order_by()
            .values_list("customer__team_id", "customer__owner_id").annotate(**inside)
        )
        return [(team, person, dict(zip(spans, numbers, strict=True))) for team, person, *numbers in answered(rows)]

    def of(self, period, metric, detail, scope):
        """A number, a share 0–1 for a conversion, None where nothing is known or the period has not begun."""
        if period.starts_at >= self.now:
            return None
        if metric in SPEEDS:
            return self.speeds.of(period, metric, scope)
        key = (period.code, metric)
        if key not in self.found:
            read = {"signed": self._signed, "won": self._won, "new_customers": self._fresh, "rate": self._rates}
            self.found[key] = read[metric](period)
        placed = self.found[key]
        if metric == Target.Metric.RATE:
            on, entered = (part.value(scope, self.teams_below) for part in placed.get(detail, (Placed(), Placed())))
            return on / entered if entered else None
        return placed.value(scope, self.teams_below)

    def _wins(self, period):
        if period.code not in self.wins:
            end = min(period.ends_at, self.end)
            self.wins[period.code] = wins_of(self.several, self.stages, period.starts_at, end, self.now)
        return self.wins[period.code]

    def _signed(self, period):
        placed = Placed()
        for win in self._wins(period):
            placed.add(win.team, win.person, win.amount)
        return placed

    def _won(self, period):
        placed = Placed()
        for win in self._wins(period):
            placed.add(win.team, win.person, win.deals)
        return placed

    def _fresh(self, period):
        placed = Placed()
        for team, person, numbers in self.fresh:
            placed.add(team, person, numbers[period.code])
        return placed

    def _rates(self, period):
        found = {}
        until = min(period.ends_at, self.end)
        for stage, fates in stage_cohorts(self.flows, period.starts_at, until).items():
            on, entered = found[str(stage)] = Placed(), Placed()
            for fate, deals in fates.items():
                for deal in deals:
                    stay = self.flows.by_deal[deal][0]
                    entered.add(stay.team, stay.person, 1)
                    if fate == "on":
                        on.add(stay.team, stay.person, 1)
        return found
