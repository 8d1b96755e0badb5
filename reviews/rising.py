"""Which phrases of a week's conversations rose beyond chance (M8). Pure.

A phrase rises when the share of the week's conversations that hold it is higher than in the weeks before, and the
log-likelihood ratio of the two (customers/phrasing.py) leaves less than ERROR to chance after dividing by the number of
phrases looked at (Bonferroni), so that a week in which nothing happened names a theme in at most one of twenty. Looked
at is what at least LEAST conversations with at least CUSTOMERS customers hold. Nothing is said before ENOUGH
conversations, at least half of them of the weeks before. Conversations are taken for independent of each other, which
several with one customer are not: this errs to the side of naming, the floor of customers against it.
"""

from dataclasses import dataclass

from customers.phrasing import LEAST, chance_of, log_likelihood

ENOUGH = 200  # conversations of the week and the weeks before
CUSTOMERS = 3
ERROR = 0.05
MOST = 8  # themes of one scope
SAME = 0.75  # of its conversations: then a phrase says no more than a longer one that holds it


@dataclass(frozen=True)
class Said:
    """A phrase in one scope: the conversations of the week that hold it, their customers, those of the weeks before."""

    phrase: str
    week: frozenset
    customers: int
    before: frozenset


@dataclass(frozen=True)
class Rise:
    said: Said
    g2: float
    chance: float  # of so large a difference, before dividing


def rising(phrases, *, week, before):
    """[Rise], the surest first, of [Said]. `week` and `before`: how many conversations there were."""
    if week + before < ENOUGH or before < ENOUGH / 2 or not week:
        return []
    looked = [said for said in phrases if len(said.week) >= LEAST and said.customers >= CUSTOMERS]
    found = []
    for said in looked:
        a, b = len(said.week), len(said.before)
        if a * before <= b * week:
            continue
        g2 = log_likelihood(a, week - a, b, before - b)
        if chance_of(g2) * len(looked) <= ERROR:
            found.append(Rise(said, g2, chance_of(g2)))
    found.sort(key=lambda rise: (-rise.g2, -len(rise.said.phrase), rise.said.phrase))
    return _distinct(found)[:MOST]


def _distinct(found):
    """Without those that say no more than another: 同步 beside 数据同步, when nearly all of it is that."""
    kept = []
    for rise in found:
        mine = rise.said
        longer = [one.said for one in found if mine.phrase in one.said.phrase and mine.phrase != one.said.phrase]
        if any(len(mine.week & said.week) >= SAME * len(mine.week) for said in longer):
            continue
        if any(one.said.phrase in mine.phrase or mine.phrase in one.said.phrase for one in kept):
            continue
        kept.append(rise)
    return kept
