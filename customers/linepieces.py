"""The pieces of a log line: its clauses and words, and the text that stays when the placed ones are gone. Pure.

A word inside a sentence stays there ("和张敏吃了个饭"): only pieces that became a chip as a whole go. Nothing is lost.
"""

import re

from customers.linewords import FILLER, HANZI

CLAUSE = re.compile(r"[，,。;；！!？?\n]+|\.(?=\s|$)|(?<![\w])[-–—]{1,2}(?=\s)")
TAG = re.compile(rf"[#＃]\s?([\w{HANZI}-]+)")


def over(spans, start, end):
    return any(start < b and a < end for a, b in spans)


def spans_of(line, *kinds):
    return [(part.start, part.end) for part in line.parts if not kinds or part.kind in kinds]


def clauses(text):
    """(start, end) between commas and full stops; a tag ends a clause as well."""
    start, spans = 0, []
    cuts = sorted([m.span() for m in CLAUSE.finditer(text)] + [m.span() for m in TAG.finditer(text)])
    for cut, after in [*cuts, (len(text), len(text))]:
        if text[start:cut].strip():
            spans.append((start, cut))
        start = max(start, after)
    return spans


def units_of(text, start, end):
    """Words between spaces where people write Chinese, else the clause whole."""
    piece = text[start:end]
    if not re.search(f"[{HANZI}]", piece):
        stripped = piece.strip()
        at = start + piece.index(stripped)
        return [(at, at + len(stripped))]
    return [(start + m.start(), start + m.end()) for m in re.finditer(r"\S+", piece)]


def rest_of(line):
    """The line without what became a chip of its own. A word inside a sentence stays there: only whole pieces go."""
    gone = spans_of(line, "step", "tag", "customer", "contact", "method", "when")
    text, cursor = "", 0
    for start, end in clauses(line.text):
        piece = _kept_of(line, start, end, gone)
        if piece and text:
            joint = TAG.sub(" ", line.text[cursor:start]).strip() or " "
            text += f"{joint} {piece}" if joint.isascii() and joint != " " else f"{joint}{piece}"
        text = text or piece
        cursor = end
    unknown = [m[0] for m in TAG.finditer(line.text) if not over(spans_of(line, "tag"), *m.span())]
    text = " ".join([text.strip(" ,，;；:：、"), *unknown]).strip()
    return text or re.sub(r"\s+", " ", TAG.sub("", line.text) if line.tag else line.text).strip()


def _kept_of(line, start, end, gone):
    text = line.text
    kept = []
    for a, b in units_of(text, start, end):
        inside = sorted((max(a, x), min(b, y)) for x, y in gone if x < b and a < y)
        if not inside:
            kept.append(text[a:b])
            continue
        steps = [(max(a, x), min(b, y)) for x, y in spans_of(line, "step") if x < b and a < y]
        free = _without(text, a, b, inside)
        if not FILLER.sub("", free).strip(" ,，.:："):
            continue
        if re.search(f"[{HANZI}]", text[a:b]):
            kept.append(_without(text, a, b, steps).strip())
        else:
            kept.append(_english(text, a, b, inside, steps))
    return " ".join(filter(None, (piece.strip(" ,:：") for piece in kept)))


def _without(text, a, b, spans):
    out, at = "", a
    for x, y in spans:
        out += text[at:x] if x > at else ""
        at = max(at, y)
    return out + text[at:b]


def _english(text, a, b, inside, steps):
    """Leading words that became chips go, unless what follows hangs on them ("met Peter at the plant")."""
    at = a
    while True:
        gap = FILLER.match(text, at, b)
        spot = gap.end() if gap else at
        hit = next(((x, y) for x, y in inside if x <= spot < y or x == at), None)
        if hit is None:
            break
        at = hit[1]
    if at == a:
        return _without(text, a, b, steps).strip()
    tail = _without(text, at, b, steps).strip(" ,:.-")
    if re.match(r"(?:at|the|with|about|from|in|to|on|for|of|and|'s|is|was|back|again|me|us)\b", tail, re.I):
        return _without(text, a, b, steps).strip()
    return tail
