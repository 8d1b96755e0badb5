"""What deals that were in a stage really came to: the share won of those decided, beside the probability that was set
(issue 4, D52). Offered, never imposed.

A deal counts once for each stage it ever stayed in (stays that were undone do not count); won are the deals that stand
as won now, lost those that stand as lost; open ones are not decided and not counted. The interval is Wilson's score
interval at 95 %.
"""

from dataclasses import dataclass
from math import ceil, floor, sqrt

from django.db.models import Count

from pipeline.models import Deal, StageProgress

LEAST = 30  # decided deals: with fewer the interval is wider than any two stages are apart
Z = 1.959964  # 95 %, two-sided


@dataclass(frozen=True)
class Chance:
    """`share`, `low` and `high` are whole percent; None with fewer than LEAST decided deals, `missing` says how many
    more are needed."""

    set: int
    won: int
    decided: int

    @property
    def missing(self):
        return max(LEAST - self.decided, 0)

    @property
    def share(self):
        return None if self.missing else round(100 * self.won / self.decided)

    @property
    def low(self):
        return None if self.missing else floor(100 * wilson(self.won, self.decided)[0])

    @property
    def high(self):
        return None if self.missing else ceil(100 * wilson(self.won, self.decided)[1])

    @property
    def fits(self):
        """What was set lies in the interval: nothing speaks against it."""
        return not self.missing and self.low <= self.set <= self.high


def wilson(won, decided):
    """The interval of a share, (low, high) between 0 and 1."""
    if not decided:
        return 0.0, 1.0
    share, square = won / decided, Z * Z
    middle = (share + square / (2 * decided)) / (1 + square / decided)
    half = Z / (1 + square / decided) * sqrt(share * (1 - share) / decided + square / (4 * decided * decided))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def decided_stays(stages):
    """The stays in these stages of deals that are decided by now."""
    stays = StageProgress.objects.standing().filter(stage__in=stages, deal__stage__kind__in=["won", "after", "lost"])
    return stays.filter(deal__customer__merged_into=None).order_by()


def chances(stages):
    """{stage id: Chance} of the open stages among these. One query."""
    stages = [stage for stage in stages if stage.is_open]
    rows = decided_stays(stages).values_list("stage", "deal__stage__kind").annotate(n=Count("deal", distinct=True))
    counted = {}
    for stage, kind, n in rows:
        won, decided = counted.get(stage, (0, 0))
        counted[stage] = (won + n * (kind != "lost"), decided + n)
    return {stage.pk: Chance(stage.probability, *counted.get(stage.pk, (0, 0))) for stage in stages}


def decided_deals(user, stage, *, won=False):
    """The deals a stage's Chance counts, `won` those alone, as far as `user` sees them: an admin all. The newest
    first."""
    deals = Deal.objects.visible_to(user).filter(pk__in=decided_stays([stage]).values("deal"))
    deals = deals.exclude(stage__kind="lost") if won else deals
    return deals.select_related("customer__owner", "stage", "rep").order_by("-entered_at", "-id")
