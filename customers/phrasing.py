"""Phrases that people really use, found in many texts by association (M8). Pure.

**Log-likelihood ratio** of a table of two times two counts: G² = 2 Σ O ln(O / E), E being what would be expected if
rows and columns had nothing to do with each other (Dunning 1993, "Accurate Methods for the Statistics of Surprise and
Coincidence", Computational Linguistics 19(1), 61–74). Unlike pointwise mutual information it does not prefer words
that came up once. With one degree of freedom chance alone exceeds G² with probability erfc(√(G²/2)).

A **phrase** is a word that is no stop word, or two or three neighbours that neither begin nor end with one, came up at
least LEAST times, more often together than by chance, with G² of at least ASSOCIATED: 10.83, one in a thousand by
chance. Of three, the first two stand for a word.
"""

import math
from collections import Counter

from customers.cutting import BREAK, is_stop, joined

LEAST = 5
ASSOCIATED = 10.83


def log_likelihood(a, b, c, d):
    """G² of the table [[a, b], [c, d]]; 0 where a row or column is empty."""
    total, found = a + b + c + d, 0.0
    for seen, row, column in ((a, a + b, a + c), (b, a + b, b + d), (c, c + d, a + c), (d, c + d, b + d)):
        if not row or not column:
            return 0.0
        if seen:
            found += seen * math.log(seen * total / (row * column))
    return max(2 * found, 0.0)


def chance_of(g2):
    """The probability that chance alone gives a G² as large or larger."""
    return math.erfc(math.sqrt(g2 / 2))


def phrases_of(texts, *, least=LEAST):
    """{phrase: set of the places in `texts` that hold it}. `texts` are lists of words (customers/cutting.py)."""
    words, pairs, triples, total = Counter(), Counter(), Counter(), 0
    for text in texts:
        for run in _runs(text):
            words.update(run)
            pairs.update(zip(run, run[1:], strict=False))
            triples.update(zip(run, run[1:], run[2:], strict=False))
            total += len(run)
    firm = {
        pair for pair, n in pairs.items()
        if n >= least and _sound(pair) and _holds(n, words[pair[0]], words[pair[1]], total)
    }
    firm |= {
        three for three, n in triples.items()
        if n >= least and _sound(three) and _holds(n, pairs[three[:2]], words[three[2]], total)
    }
    single = {word for word, n in words.items() if n >= least and not is_stop(word)}
    found = {}
    for place, text in enumerate(texts):
        for run in _runs(text):
            for at, word in enumerate(run):
                if word in single:
                    found.setdefault(word, set()).add(place)
                for size in (2, 3):
                    several = tuple(run[at : at + size])
                    if several in firm:
                        found.setdefault(joined(several), set()).add(place)
    return {phrase: places for phrase, places in found.items() if len(places) >= least}


def _runs(text):
    run = []
    for word in text:
        if word == BREAK:
            if run:
                yield run
            run = []
        else:
            run.append(word)
    if run:
        yield run


def _sound(words):
    return not is_stop(words[0]) and not is_stop(words[-1])


def _holds(together, first, second, total):
    """Whether two came up together more often than by chance, with a G² of at least ASSOCIATED."""
    expected = first * second / total
    rest = max(total - first - second + together, 0)
    g2 = log_likelihood(together, first - together, second - together, rest)
    return together > expected and g2 >= ASSOCIATED
