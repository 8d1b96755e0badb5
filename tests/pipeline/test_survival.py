"""Kaplan–Meier by other means: tables of the literature, exact fractions written the long way, simulated months."""

import random
from fractions import Fraction
from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.survival import curve, median_of

# Remission in weeks under 6-mercaptopurine and under placebo (Freireich and others, Blood 21, 1963): the table by
# which textbooks show the method. A + is a patient still in remission.
MERCAPTOPURINE = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def read(table):
    return [(0, int(word.rstrip("+")), "+" not in word, 1) for word in table.split()]


@pytest.mark.proves("M5")
def test_the_textbook_table():
    steps = curve(read(MERCAPTOPURINE))
    told = [(step.age, step.under_view, step.ended, round(step.share, 3)) for step in steps]
    assert told == [
        (6, 21, 3, 0.857), (7, 17, 1, 0.807), (10, 15, 1, 0.753), (13, 12, 1, 0.690), (16, 11, 1, 0.627),
        (22, 7, 1, 0.538), (23, 6, 1, 0.448),
    ]  # fmt: skip
    found = median_of(read(MERCAPTOPURINE))
    assert (found.stays, found.left, found.open) == (21, 9, 12)
    assert (found.days, found.low, found.high) == (23, 13, None)
    found = median_of(read(PLACEBO))
    assert (found.days, found.low, found.high, found.open) == (8, 4, 11, 0)


@pytest.mark.parametrize(
    ("spans", "days"),
    [
        ([], None),
        ([(0, 5, False, 3)], None),  # nobody left
        ([(0, 0, True, 1)], 0),
        ([(0, 1, True, 1), (0, 2, True, 1), (0, 9, False, 2)], 2),  # exactly one half is left: that is half
        ([(0, 1, True, 1), (0, 9, False, 2)], None),  # not reached
        ([(0, 3, True, 3), (0, 4, True, 3)], 3),  # the lower of two middle ones
        # Ten were there before and had the age 20; of these five end at 25. Two new ones end at 4, two stay to 10.
        # 4: 4 under view, S = 1/2.
        ([(20, 25, True, 5), (20, 30, False, 5), (0, 4, True, 2), (0, 10, False, 2)], 4),
        # One new one ends at 4 of four, S = 3/4; at 25 of ten late ones five end: S = 3/8.
        ([(20, 25, True, 5), (20, 30, False, 5), (0, 4, True, 1), (0, 10, False, 3)], 25),
        ([(20, 25, True, 5), (0, 4, True, 1)], None),  # the only new one ended before anybody else was seen
    ],
)
def test_tables_counted_by_hand(spans, days):
    assert median_of(spans).days == days
    thin = days is None and any(since for since, *_rest in spans)
    assert median_of(spans).thin == thin


def the_long_way(spans):
    """S as an exact fraction at each age at which a stay ended, by looking at every stay anew."""
    ones = [(since, until, left) for since, until, left, times in spans for _n in range(times)]
    alive, found = Fraction(1), {}
    for age in sorted({until for _since, until, left in ones if left}):
        under = sum(since <= age <= until for since, until, _left in ones)
        ended = sum(until == age and left for _since, until, left in ones)
        alive *= 1 - Fraction(ended, under)
        found[age] = alive
    return found


spans_ = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans(), st.integers(1, 4)).map(
        lambda t: (t[0], t[0] + t[1], t[2], t[3])
    ),
    max_size=14,
)


@given(spans_)
def test_it_equals_exact_fractions(spans):
    exact, steps = the_long_way(spans), curve(spans)
    assert [step.age for step in steps] == list(exact)
    for step in steps:
        assert abs(step.share - float(exact[step.age])) < 1e-12
        assert 0 <= step.low <= step.share + 1e-12 and step.share <= step.high + 1e-12 <= 1 + 1e-9
    found = median_of(spans)
    half = next((age for age, share in exact.items() if share <= Fraction(1, 2)), None)
    thin = half is not None and exact[half] == 0 and any(since > half for since, *_rest in spans)
    assert (found.days, found.thin) == (None if thin else half, thin)
    if found.days is not None:
        assert found.low is None or found.low <= found.days
        assert found.high is None or found.high >= found.days


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_with_everybody_gone_it_is_the_lower_median(ages):
    found = median_of((0, age, True, 1) for age in ages)
    assert (found.days, found.open) == (median_low(ages), 0)


@given(spans_)
def test_times_are_as_good_as_rows(spans):
    assert median_of(spans) == median_of((*span, 1) for *span, times in spans for _n in range(times))


def month(dice, true, since):
    """What one month sees of stays that begin evenly from the day `since` on and last geometrically with the median
    `true`."""
    leave = 1 - 0.5 ** (1 / true)
    spans = []
    for began in range(since, 30):
        if dice.random() < 0.7:
            lasts = 1
            while dice.random() > leave:
                lasts += 1
            if began + lasts >= 0:
                until = min(began + lasts, 29)
                spans.append((max(-began, 0), until - began, began + lasts <= 29, 1))
    return spans


@pytest.mark.proves("M5")
@pytest.mark.parametrize("since", [-700, 0])
def test_simulated_months_show_the_median_there_is(since):
    """Of a stage that is old and of one that is new this month: the interval covers the true median about as often as
    it says. Taking late arrivals as seen from their first day on makes the old one slow, leaving out what is still open
    makes the new one fast."""
    dice, true, rounds = random.Random(7), 15, 400
    covered, medians, naive, closed = 0, [], [], []
    for _round in range(rounds):
        spans = month(dice, true, since)
        found = median_of(spans)
        covered += (found.low or 0) <= true <= (found.high or 999)
        medians.append(found.days or 999)
        naive.append(median_of((0, until, left, times) for _since, until, left, times in spans).days or 999)
        closed.append(median_low([until for _since, until, left, _times in spans if left]))
    assert 0.92 <= covered / rounds <= 0.98
    assert abs(median_low(medians) - true) <= 1
    assert median_low(naive) > 1.3 * true if since else median_low(closed) < 0.7 * true
