"""Words cut, phrases found by association (M8). Pure."""

import math
import random

import pytest

from customers.cutting import BREAK, cut
from customers.phrasing import chance_of, log_likelihood, phrases_of

pytestmark = pytest.mark.proves("M8")


def test_words_of_both_languages_numbers_and_points_are_breaks():
    assert cut("客户价格偏高，3月上门演示") == ["客户", "价格", "偏高", BREAK, "月", "上门", "演示"]
    assert cut("After-sales & API's, 20% off") == ["after-sales", BREAK, "api's", BREAK, "off"]
    assert cut("") == [] and cut("，。") == []


def test_the_ratio_is_dunnings():
    """Against the sum over all four cells written out, and its own limits."""
    a, b, c, d = 12, 88, 30, 870
    n = a + b + c + d
    cells = [(a, a + b, a + c), (b, a + b, b + d), (c, c + d, a + c), (d, c + d, b + d)]
    assert log_likelihood(a, b, c, d) == pytest.approx(2 * sum(o * math.log(o / (r * k / n)) for o, r, k in cells))
    assert log_likelihood(10, 90, 100, 900) == pytest.approx(0, abs=1e-9)  # the same share on both sides
    assert log_likelihood(0, 0, 5, 5) == 0.0
    assert chance_of(10.83) == pytest.approx(0.001, rel=0.01) and chance_of(3.841) == pytest.approx(0.05, rel=0.01)


def test_what_belongs_together_is_found_and_what_meets_by_chance_is_not():
    rng = random.Random(4)  # noqa: S311
    filler = ["方案", "合同", "演示", "样品", "报表", "流程", "车间", "warehouse", "invoice", "supplier"]
    texts = [[rng.choice(filler) for _n in range(8)] for _m in range(400)]
    for text in texts[:30]:
        text[3:3] = ["仓库", "调拨"]
    for text in texts[30:50]:
        text[2:2] = ["landed", "cost"]
    found = phrases_of(texts)
    assert found["仓库调拨"] == set(range(30)) and found["landed cost"] == set(range(30, 50))
    several = {phrase for phrase in found if phrase not in {"仓库", "调拨", "landed", "cost", *filler}}
    assert {phrase for phrase in several if "仓库调拨" not in phrase and "landed cost" not in phrase} == set()
    assert phrases_of(texts[:4]) == {}  # too few of anything


def test_a_phrase_neither_begins_nor_ends_with_a_word_that_says_nothing():
    texts = [cut("他们的多仓调拨的问题，the landed cost of the goods")] * 9
    assert {p for p in phrases_of(texts) if "的" in p or "the" in p.split() or "of" in p.split()[:1]} == set()
