"""Whether a share is worse than it used to be, beyond chance (M5). Pure arithmetic on counts.

`worse` asks two questions and believes the more doubtful answer: Fisher's exact test, one-sided, of this period against
all earlier ones together; and Student's t of this share against the scatter of the earlier ones among themselves
(quasi-binomial: Pearson's χ² over its degrees of freedom, at least 1), because months differ more than coins do.
`holm` corrects for having looked at many. tests/reviews/test_bottleneck.py simulates the error rate.
"""

from dataclasses import dataclass
from math import ceil, comb, copysign, exp, log, sqrt
from statistics import NormalDist

ERROR = 0.04  # of naming anything where nothing changed: 5 % is kept where months scatter, too (the simulation)
POWER = 0.8
NORMAL = NormalDist()


@dataclass(frozen=True)
class Count:
    """`on` of `entered`."""

    entered: int
    on: int

    @property
    def share(self):
        return self.on / self.entered if self.entered else None


def together(counts):
    return Count(sum(one.entered for one in counts), sum(one.on for one in counts))


def worse(now, earlier):
    """The probability of a share as low as `now` or lower if nothing has changed since `earlier` ([Count])."""
    return max(fisher(now, together(earlier)), scattered(now, earlier))


def fisher(now, before):
    """Fisher's exact test, one-sided: of all ways to deal what moved on, those that leave `now` at most its `on`."""
    total, moved = now.entered + before.entered, now.on + before.on
    least = max(0, moved - before.entered)
    ways = sum(comb(now.entered, k) * comb(before.entered, moved - k) for k in range(least, now.on + 1))
    return ways / comb(total, moved)


def scattered(now, earlier):
    """Student's t, one-sided, of `now` against earlier periods that scatter; made normal after Wallace (1959)."""
    before = together(earlier)
    pooled = together([now, before])
    if not before.entered or not now.entered or pooled.share in (0, 1):
        return 1.0
    freedom = len(earlier) - 1
    spread = pooled.share * (1 - pooled.share)
    excess = max(1.0, chi_squared(earlier) / freedom) if freedom else 1.0
    t = (now.share - before.share) / sqrt(excess * spread * (1 / now.entered + 1 / before.entered))
    if not freedom:
        return NORMAL.cdf(t)
    z = (8 * freedom + 1) / (8 * freedom + 3) * sqrt(freedom * log(1 + t * t / freedom))
    return NORMAL.cdf(copysign(z, t))


def chi_squared(counts):
    """Pearson's χ² of the shares of several periods against their common one."""
    share = together(counts).share
    if share in (None, 0, 1):
        return 0.0
    spread = share * (1 - share)
    return sum((one.on - one.entered * share) ** 2 / (one.entered * spread) for one in counts if one.entered)


def holm(chances, error=ERROR):
    """The keys of {key: probability} that stand after Holm's correction: of all of them together the chance that one is
    wrong is at most `error`."""
    found = set()
    for n, (key, chance) in enumerate(sorted(chances.items(), key=lambda pair: pair[1])):
        if chance > error / (len(chances) - n):
            break
        found.add(key)
    return found


def missing(now, earlier, drop, looks):
    """How many more entries a period needs until a fall of the share by `drop` would be found four times out of five
    when `looks` stages are looked at: 0 when there are enough, None when the earlier periods are too thin for any.
    The normal formula for two shares with Fleiss' correction for continuity, at the quantile of Student's t."""
    before, freedom = together(earlier), len(earlier) - 1
    if not before.on or freedom < 1:
        return None
    old = before.share
    new = max(old - drop, old / 2)
    z = NORMAL.inv_cdf(1 - ERROR / looks) * (8 * freedom + 3) / (8 * freedom + 1)
    reach = sqrt(freedom * (exp(z * z / freedom) - 1)) + NORMAL.inv_cdf(POWER)
    room = ((old - new) / reach) ** 2 - old * (1 - old) / before.entered
    if room <= 0:
        return None
    needed = new * (1 - new) / room
    needed += (1 + needed / before.entered) / (old - new)
    return max(0, ceil(needed) - now.entered)
