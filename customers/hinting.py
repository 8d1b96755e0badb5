"""Needs and objections that a text implies, by the words a team taught (M8). Pure: no database, no word cutting.

A word is looked for as it stands, in Chinese anywhere, in English as a whole word or with an ending (price, prices,
priced). An ellipsis in it stands for a few words of the same clause: 价格…高 finds 价格还是有点高, "price … high" finds
"the price is a bit high". A longer word wins over one inside it, so that a phrase without a label, one the team chose
to leave out, covers the shorter ones it holds. What its clause denies (customers/denying.py) is not implied. Who said
it is not known: what a rep tells of his own product counts as well.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

from core.text import plain
from customers.denying import NOT, is_denied

GAP = re.compile(r"\s*(?:…|\.{2,}|。{2,})+\s*")
CLAUSE = re.compile(r"[，,。;；！!？?\n]+|\.(?=\s|$)|但是?|不过|只是|\b(?:but|however|although|though)\b")
HANZI = re.compile(r"[\u4e00-\u9fff]")
ENDINGS = re.compile(r"(?:'?s|es|d|ed|ing)?(?![a-z0-9])")
REACH, REACH_LATIN = 8, 28  # characters an ellipsis may stand for
SHORTEST = 2

@dataclass(frozen=True)
class Hit:
    """A word of the dictionary where it stands in a text; without a topic it only covers others."""

    start: int
    end: int
    topic: int | None


class Dictionary:
    """[(word, topic id or None)] put up by their first two characters, so that a text of a log is read in about a
    millisecond however many words there are."""

    def __init__(self, rows):
        self.heads = defaultdict(list)
        for word, topic in rows:
            parts = tuple(filter(None, GAP.split(plain(word))))
            if parts and len(parts[0]) >= SHORTEST:
                self.heads[parts[0][:2]].append((parts, topic))
        self.size = sum(map(len, self.heads.values()))

    def hits(self, text):
        """Every Hit of a text after plain(), the longest where one lies inside another, in the order of the text."""
        text, found = plain(text), []
        for start, end in _clauses(text):
            for at in range(start, end - 1):
                for parts, topic in self.heads.get(text[at : at + 2], ()):
                    stop = _matches(text, at, end, parts)
                    if stop:
                        found.append(Hit(at, stop, topic))
        found.sort(key=lambda hit: (hit.start - hit.end, hit.start))
        kept = []
        for hit in found:
            if not any(other.start <= hit.start and hit.end <= other.end and _wider(other, hit) for other in kept):
                kept.append(hit)
        return sorted(kept, key=lambda hit: hit.start)


def _wider(other, hit):
    return other.end - other.start > hit.end - hit.start


def topics_in(text, dictionary):
    """The topics a text implies, each once, in the order they are said."""
    text, found = plain(text), []
    for start, end in _clauses(text):
        clause = text[start:end].strip()  # as hits() takes it
        for hit in dictionary.hits(clause):
            if hit.topic not in (None, *found) and not is_denied(clause[: hit.start], clause[hit.end :]):
                found.append(hit.topic)
    return found


def _clauses(text):
    start = 0
    for cut in CLAUSE.finditer(text):
        if cut.start() > start:
            yield start, cut.start()
        start = cut.end()
    if start < len(text):
        yield start, len(text)


def _matches(text, at, end, parts):
    """Where the word ends that begins at `at`, None when it does not stand there whole."""
    stop = _part(text, at, end, parts[0])
    for part in parts[1:]:
        if stop is None:
            return None
        reach = REACH if HANZI.search(part) else REACH_LATIN
        found = None
        for start in range(stop, min(stop + reach, end - len(part)) + 1):
            found = _part(text, start, end, part)
            if found:
                break
        if not found or NOT.search(text, stop, start) and not NOT.search(part):
            return None
        stop = found
    return stop


def _part(text, at, end, part):
    if not text.startswith(part, at) or at + len(part) > end:
        return None
    if part[0].isascii() and part[0].isalnum() and at and text[at - 1].isascii() and text[at - 1].isalnum():
        return None
    stop = at + len(part)
    if part[-1].isascii() and part[-1].isalnum():
        ending = ENDINGS.match(text, stop)
        if not ending:
            return None
        stop = min(ending.end(), end)
    return stop
