"""Cohen's kappa and its interval: published tables, a second computation that shares no formula, the edges (M15)."""

import random
from math import isclose, sqrt

import pytest

from pipeline.kappa import Kappa, folded, kappa

COHEN_1960 = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]  # table 1, 200 patients: observed .70, chance .41, kappa .492
FLEISS_2003 = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]  # table 18.1, 100 subjects: observed .89, chance .66, kappa .68


def of_shares(flat, k):
    """Kappa of a table of shares, as its definition says it and no more."""
    p = [flat[i * k : i * k + k] for i in range(k)]
    observed = sum(p[i][i] for i in range(k))
    expected = sum(sum(p[i]) * sum(p[j][i] for j in range(k)) for i in range(k))
    return (observed - expected) / (1 - expected)


def by_slopes(table):
    """(kappa, its standard error) by the delta method with slopes taken by difference, from the multinomial alone."""
    k, n = len(table), sum(map(sum, table))
    flat, step = [count / n for row in table for count in row], 1e-6
    slopes = []
    for place in range(k * k):
        up, down = list(flat), list(flat)
        up[place] += step
        down[place] -= step
        slopes.append((of_shares(up, k) - of_shares(down, k)) / (2 * step))
    mean = sum(s * p for s, p in zip(slopes, flat, strict=True))
    variance = sum(p * (s - mean) ** 2 for s, p in zip(slopes, flat, strict=True)) / n
    return of_shares(flat, k), sqrt(variance)


@pytest.mark.proves("M15")
@pytest.mark.parametrize(
    ("table", "observed", "expected", "value"),
    [(COHEN_1960, 0.70, 0.41, 0.492), (FLEISS_2003, 0.89, 0.66, 0.68)],
)
def test_published_tables_give_the_published_numbers(table, observed, expected, value):
    found = kappa(table)
    assert round(found.observed, 2) == observed
    assert round(found.expected, 2) == expected
    assert isclose(found.value, value, abs_tol=0.005)


@pytest.mark.proves("M15")
def test_the_error_is_that_of_a_second_computation():
    chance = random.Random(15)
    tables = [COHEN_1960, FLEISS_2003, [[20, 5], [10, 15]]]
    tables += [[[chance.randint(1, 40) for _j in range(k)] for _i in range(k)] for k in (2, 3, 5) for _n in range(20)]
    for table in tables:
        found, (value, error) = kappa(table), by_slopes(table)
        assert isclose(found.value, value, abs_tol=1e-9), table
        assert isclose(found.error, error, rel_tol=1e-4, abs_tol=1e-7), table
        assert isclose(found.high - found.low, 2 * 1.959964 * error, rel_tol=1e-3) or found.high == 1 or found.low == -1


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    """1,000 samples of 120 from a population whose kappa is known: 95 of 100 intervals hold it, give or take."""
    shares, chance = [0.44, 0.07, 0.09, 0.05, 0.20, 0.05, 0.01, 0.03, 0.06], random.Random(1960)
    truth, held = of_shares(shares, 3), 0
    for _sample in range(1000):
        table = [[0] * 3 for _row in range(3)]
        for cell in chance.choices(range(9), shares, k=120):
            table[cell // 3][cell % 3] += 1
        found = kappa(table)
        held += found.low <= truth <= found.high
    assert 925 <= held <= 975


def test_edges():
    assert kappa([[0, 0], [0, 0]]) == Kappa(0)
    same = kappa([[9, 0], [0, 0]])  # both always the same class: chance alone agrees always
    assert (same.n, same.observed, same.value, same.low, same.high) == (9, 1.0, None, None, None)
    full = kappa([[5, 0], [0, 5]])
    assert (full.value, full.low, full.high) == (1.0, 1.0, 1.0)
    none = kappa([[0, 5], [5, 0]])
    assert (none.value, none.low) == (-1.0, -1.0)


def test_a_class_is_folded_out_of_a_table():
    pairs = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 3), (3, 3)]
    assert folded(pairs, 1) == [[1, 1], [1, 3]]
    assert folded(pairs, 9) == [[0, 0], [0, 6]]
