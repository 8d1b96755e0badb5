"""How long deals stay where they are while some are still there: the product-limit estimate of Kaplan and Meier.

A **span** is (since, until, left, times): so many stays (`times`) that came under view at the age `since`, were last
seen or ended at the age `until`, and had ended then (`left`) or not. Ages are in the unit of the caller (days).

**Curve**: S(t), the share of stays that last longer than t. At every age at which any stay ended, S is multiplied by 1
− d/n, where d stays ended at that age and n were under view: since ≤ t ≤ until. **Censoring**: a stay that is still
open counts in n up to the age it has now and then drops out without an end; taken as ended it would make the stage look
fast, and left out as well where the stage is young or fills up. **Late arrival** (left truncation): a stay that came
under view at an age of its own, because it had begun before the window, counts in n from that age on; counted from 0 it
would make the stage look slow, since its short companions ended before anybody looked.

**Median**: the first age at which S ≤ 1/2. Without open stays and late arrivals that is the lower median: the middle
one of an odd number, the smaller of the two middle ones of an even number. It is **not reached** while S stays above
1/2. **Interval** (95 %) by Brookmeyer and Crowley: the ages at which a share of one half is not refused, by Greenwood's
variance on the scale of log(−log S); each end is the first age at which the bound of S is ≤ 1/2, and an end whose bound
never is is open (None). **Thin**: before half had ended, everybody under view ended at one age, and others came under
view after it; S is 0 from there and says nothing of them, so that no median is stated.
"""

from collections import Counter
from dataclasses import dataclass
from math import exp, log, sqrt

HALF = 0.5 + 1e-9  # a product of shares that is one half may come out a little above it
Z = 1.959964  # 95 %, two-sided


@dataclass(frozen=True)
class Step:
    """An age at which stays ended: of `under_view` so many ended, `share` last longer, between `low` and `high`."""

    age: float
    under_view: int
    ended: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Median:
    """`stays` that were counted, `left` of them ended. `days` None: not reached, or `thin`, or nobody was there."""

    stays: int
    left: int
    days: float | None = None
    low: float | None = None
    high: float | None = None
    thin: bool = False

    @property
    def open(self):
        return self.stays - self.left


def curve(spans):
    """[Step] of the curve, by age."""
    came, went, ended = Counter(), Counter(), Counter()
    for since, until, left, times in spans:
        came[since] += times
        went[until] += times
        if left:
            ended[until] += times
    steps, under_view, share, spread, high = [], 0, 1.0, 0.0, 1.0
    for age in sorted({*came, *went}):
        under_view += came[age]
        if ended[age]:
            share *= 1 - ended[age] / under_view
            if share and ended[age] < under_view:
                spread += ended[age] / (under_view * (under_view - ended[age]))
                low, high = _bounds(share, spread)
            else:
                share, low = 0.0, 0.0  # nobody is left: Greenwood's variance has no value, the upper bound stands
            steps.append(Step(age, under_view, ended[age], share, low, high))
        under_view -= went[age]
    return steps


def _bounds(share, spread):
    """The bounds of S at 95 %, which never leave 0 to 1."""
    reach = Z * sqrt(spread) / abs(log(share))
    return share ** exp(reach), share ** exp(-reach)


def median_of(spans):
    """The Median of spans."""
    spans = list(spans)
    stays = sum(times for *_span, times in spans)
    left = sum(times for _since, _until, gone, times in spans if gone)
    steps = curve(spans)
    half = next((step for step in steps if step.share <= HALF), None)
    if half is not None and half.share == 0.0 and any(since > half.age for since, *_rest in spans):
        return Median(stays, left, thin=True)

    def first(name):
        return next((step.age for step in steps if getattr(step, name) <= HALF), None)

    return Median(stays, left, half and half.age, first("low"), first("high"))
