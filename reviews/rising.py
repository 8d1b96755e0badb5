"""Which phrases of a week's conversations rose beyond chance (M8). Pure.

A phrase rises when the share of the week's conversations that hold it is at least TIMES that of the weeks before, and
the log-likelihood ratio of the two (customers/phrasing.py) leaves less than ERROR to chance after dividing by the
number of phrases looked at (Bonferroni), so that a week in which nothing happened names a theme in at most one of
twenty. Looked at is what at least LEAST conversations with at least CUSTOMERS customers hold. Nothing is said before
ENOUGH conversations, at least half of them of the weeks before. Conversations are taken for independent of each other,
which several with one customer are not: this errs to the side of naming; the floor of customers, and in a large house,
where any small change is beyond chance, the floor of TIMES err against it.
"""

from dataclasses import dataclass

from customers.phrasing import LEAST, chance_of, log_likelihood

ENOUGH = 200  # conversations of the week and the weeks before
CUSTOMERS = 3
ERROR = 0.05
TIMES = 1.5
MOST = 8  # themes of one scope
SAME = 0.75  # of their conversations: then two phrases are one theme


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
        if a * before < TIMES * b * week:
            continue
        g2 = log_likelihood(a, week - a, b, before - b)
        if chance_of(g2) * len(looked) <= ERROR:
            found.append(Rise(said, g2, chance_of(g2)))
    found.sort(key=lambda rise: (-rise.g2, -len(rise.said.phrase), rise.said.phrase))
    return _distinct(found)[:MOST]


def without(said, left_out):
    """{phrase: places} less the phrases a team left out, and less the parts of them that say nothing else."""
    gone = {phrase: said[phrase] for phrase in left_out if phrase in said}

    def is_gone(phrase, places):
        return phrase in gone or any(
            phrase in longer and len(places & theirs) >= SAME * len(places) for longer, theirs in gone.items()
        )

    return {phrase: places for phrase, places in said.items() if not is_gone(phrase, places)}


def _distinct(found):
    """Each theme once: neither 同步 beside 数据同步, when nearly all of it is that, nor two phrases of the same
    conversations."""
    kept = []
    for rise in found:
        mine = rise.said
        longer = [one.said for one in found if mine.phrase in one.said.phrase and mine.phrase != one.said.phrase]
        if any(len(mine.week & said.week) >= SAME * len(mine.week) for said in longer):
            continue
        if any(_same(mine, one.said) for one in kept):
            continue
        kept.append(rise)
    return kept


def _same(one, other):
    if one.phrase in other.phrase or other.phrase in one.phrase:
        return True
    return len(one.week & other.week) >= SAME * max(len(one.week), len(other.week))
