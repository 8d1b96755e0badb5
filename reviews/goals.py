"""The target bar: won of the month, likely, target and time elapsed, for the board and the month (D28)."""

from dataclasses import dataclass
from decimal import Decimal

from core.periods import period_of, today
from reviews.attaining import elapsed
from reviews.models import Target
from reviews.rates import share
from reviews.scopes import read_stages
from reviews.wins import wins_of


@dataclass(frozen=True)
class Goal:
    """won and target in CNY; attained and time are shares 0–1, attained None without a target."""

    period: object
    scope: object
    won: Decimal
    target: Decimal | None
    time: float

    @property
    def attained(self):
        return share(float(self.won), float(self.target)) if self.target else None

    @property
    def done(self):
        """For the bar: 0–100."""
        return min(round((self.attained or 0) * 100, 1), 100)

    @property
    def elapsed(self):
        return min(round(self.time * 100, 1), 100)


def goal_of(scope, *, now, stages=None, calendar=None):
    """The goal of the running month. At most four queries with `stages` and `calendar` given, else two more."""
    period = period_of("month", today(now))
    wins = wins_of(scope, stages or read_stages(), period.starts_at, now, now)
    target = Target.objects.of(period).filter(metric=Target.Metric.SIGNED, scope=scope.kind, scope_id=scope.id).first()
    gone, days = elapsed(period, now, calendar)
    won = sum((win.amount for win in wins), Decimal(0))
    return Goal(period, scope, won, target.value if target and target.value else None, gone / days if days else 0)
