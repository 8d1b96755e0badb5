"""Whether what is counted now differs from a baseline beyond chance, and how much more it would take (M7). Arithmetic.

**Shares**: the difference lies in Newcombe's interval (1998, method 10: from Wilson's interval of each share) at 95 %;
beyond chance when that leaves out 0 and, of up to MOST_EXACT cases, Fisher's exact test (twice the smaller tail) agrees
at 5 %. **Times**: the Mann–Whitney test, two-sided, U against its normal form with ties (σ² = nm/12 · (N+1 −
Σ(t³−t)/(N(N−1)))) and a continuity of ½; the difference is that of the means, its interval Hodges and Lehmann's of the
shift between the two (the pairwise differences at the ranks nm/2 ± 1.96·√(nm(N+1)/12)); beyond chance when p ≤ 5 % and
the interval leaves out 0, and never with fewer than LEAST on a side. Both take the cases as independent of each other.
tests/reviews/test_goals.py simulates the error rate: at most one time in twenty where nothing has changed.

**How many more**: cases now until a change of a given size would be found four times out of five: for shares the
normal formula for two of them, for times Noether's (1987) with the chance that the baseline, shifted by the size, lies
beyond itself. None: the baseline is too small for any number to do.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from math import ceil, sqrt
from statistics import NormalDist

from pipeline.calibrating import wilson
from reviews.chance import POWER, Count, fisher

DOUBT = 0.05
MOST_EXACT = 2_000  # cases up to which the exact test is worked out
LEAST = 8  # times on each side
THIN = 400  # of more values so many stand for all, evenly spread over their order
NORMAL = NormalDist()
Z = NORMAL.inv_cdf(1 - DOUBT / 2)


def newcombe(now, before):
    """(low, high) of the difference of two shares, Counts with entries."""
    (low, high), (old_low, old_high) = (wilson(one.on, one.entered) for one in (now, before))
    change = now.share - before.share
    down = sqrt((now.share - low) ** 2 + (old_high - before.share) ** 2)
    up = sqrt((high - now.share) ** 2 + (before.share - old_low) ** 2)
    return max(change - down, -1.0), min(change + up, 1.0)


def share_differs(now, before):
    """Whether two Counts differ beyond chance."""
    if not now.entered or not before.entered:
        return False
    low, high = newcombe(now, before)
    if low <= 0 <= high:
        return False
    if now.entered + before.entered > MOST_EXACT:
        return True
    return 2 * min(fisher(now, before), fisher(before, now)) <= DOUBT


def mann_whitney(now, before):
    """The probability, two-sided, of two lists of times so far apart if they come from the same place."""
    n, m = len(now), len(before)
    every = sorted([*now, *before])
    ranks = {value: (bisect_left(every, value) + bisect_right(every, value) + 1) / 2 for value in set(every)}
    u = sum(ranks[value] for value in now) - n * (n + 1) / 2
    ties = sum(t**3 - t for t in Counter(every).values())
    whole = n + m
    spread = n * m / 12 * (whole + 1 - ties / (whole * (whole - 1)))
    if spread <= 0:
        return 1.0
    z = max(abs(u - n * m / 2) - 0.5, 0) / sqrt(spread)
    return 2 * (1 - NORMAL.cdf(z))


def shift_interval(now, before):
    """(low, high) of the shift from before to now, in their unit."""
    n, m = len(now), len(before)
    pairs = sorted(a - b for a in thinned(now) for b in thinned(before))
    half = Z * sqrt((n + m + 1) / (12 * n * m))  # as a part of all pairs
    place = int(max(0.5 - half, 0) * len(pairs))
    return pairs[place], pairs[-1 - place]


def thinned(values):
    """At most THIN values that lie as all do."""
    values = sorted(values)
    if len(values) <= THIN:
        return values
    return [values[int((k + 0.5) * len(values) / THIN)] for k in range(THIN)]


def times_differ(now, before):
    """Whether two lists of times differ beyond chance."""
    if min(len(now), len(before)) < LEAST or mann_whitney(now, before) > DOUBT:
        return False
    low, high = shift_interval(now, before)
    return not low <= 0 <= high


def more_cases(now, before, size):
    """How many more cases now until a share changed by `size` (signed, 0–1) would be found; 0 for enough."""
    if not before.entered or not size:
        return None
    old = before.share
    new = min(max(old + size, 0.0), 1.0)
    reach = (new - old) / (Z + NORMAL.inv_cdf(POWER))
    room = reach * reach - old * (1 - old) / before.entered
    if room <= 0:
        return None
    return max(0, ceil(max(new * (1 - new) / room, 1)) - now.entered)


def more_times(now, before, size):
    """The same for times, `size` in their unit."""
    if len(before) < LEAST or not size:
        return None
    old = thinned(before)
    beyond = sum((bisect_left(old, v + size) + bisect_right(old, v + size)) / 2 for v in old) / len(old) ** 2
    room = 12 * (beyond - 0.5) ** 2 / (Z + NORMAL.inv_cdf(POWER)) ** 2 - 1 / len(before)
    if room <= 0:
        return None
    return max(0, max(ceil(1 / room), LEAST) - len(now))


def count_of(values):
    """The Count of a list of true and false."""
    return Count(len(values), sum(map(bool, values)))
