"""Agreement of two judges beyond chance: Cohen's kappa with its large-sample interval (M15).

Of n things put into k classes by both, p[i][j] is the share the first put into i and the second into j. Observed
agreement is the sum of p[i][i]; what chance alone gives is the sum of p[i][.] p[.][i] (Cohen 1960). The standard error
is the large-sample one of Fleiss, Cohen and Everitt (1969), which does not assume that there is no agreement; the
interval is kappa ± 1.96 of it, cut off at -1 and 1. For one class among several the table is folded to 2 × 2: this
class, any other.
"""

from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # 95 %, two-sided


@dataclass(frozen=True)
class Kappa:
    """`observed` and `expected` are shares of 1. `value`, `low` and `high` are None where chance alone would agree
    always (both put everything into one class), or nothing was judged: there is nothing to correct."""

    n: int
    observed: float | None = None
    expected: float | None = None
    value: float | None = None
    error: float | None = None

    @property
    def low(self):
        return None if self.value is None else max(self.value - Z * self.error, -1.0)

    @property
    def high(self):
        return None if self.value is None else min(self.value + Z * self.error, 1.0)


def kappa(table):
    """The Kappa of a square table of counts, [first judge's class][second judge's class]."""
    n, classes = sum(map(sum, table)), range(len(table))
    if not n:
        return Kappa(0)
    p = [[count / n for count in row] for row in table]
    first = [sum(p[i]) for i in classes]
    second = [sum(p[i][j] for i in classes) for j in classes]
    observed = sum(p[i][i] for i in classes)
    expected = sum(first[i] * second[i] for i in classes)
    if 1 - expected < 1e-12:
        return Kappa(n, observed, expected)
    value = (observed - expected) / (1 - expected)
    same = sum(p[i][i] * (1 - (first[i] + second[i]) * (1 - value)) ** 2 for i in classes)
    apart = sum(p[i][j] * (second[i] + first[j]) ** 2 for i in classes for j in classes if i != j)
    rest = value - expected * (1 - value)
    variance = (same + (1 - value) ** 2 * apart - rest**2) / (n * (1 - expected) ** 2)
    return Kappa(n, observed, expected, value, sqrt(max(variance, 0.0)))


def folded(pairs, wanted):
    """The 2 × 2 table of one class among [(first's class, second's class)]."""
    table = [[0, 0], [0, 0]]
    for one, other in pairs:
        table[one != wanted][other != wanted] += 1
    return table
