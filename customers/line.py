"""One line becomes a whole log (M14): 电话 张经理 需要降本 3月3日上门演示 #高意向. Pure: text and names in, parts out.

Order: dates and tags first, then who is meant, then what was said, then how. What cannot be placed stays in the text of
the follow-up, so that nothing is lost; where two customers fit, both are given back and none is chosen.
"""

import datetime as dt
import re
from dataclasses import dataclass, field

from core.text import plain
from customers.datewords import DAY, dates_in
from customers.linewords import ACTION, FILLER, HANZI, OUTCOMES, PAST, TALKED_ON
from customers.mentions import Who, who

LONGEST = 500
CLAUSE = re.compile(r"[，,。;；！!？?\n]+|\.(?=\s|$)|(?<![\w])[-–—]{1,2}(?=\s)")
TAG = re.compile(rf"[#＃]\s?([\w{HANZI}-]+)")
BEFORE_DATE = re.compile(
    r"(?:(?:约好?了?|约定|说好|定[在于到]?|安排[在到]?|改[到在]|计划|打算|预计|准备|争取|先|就|到时|在|于|等到?|到|那就|客户|让我们?|[要叫]我们?|要求)\s*)+$"
    r"|(?:\s*\b(?:by|on|before|until|till|at|for|around|is|are|set|scheduled|booked|agreed|then|and)\b)+\s*$|[\s:：、-]+$",
    re.I,
)
LEADING = re.compile(
    r"^(?:\s|[:：、,，-]|之?前(?!台)|之?内|以前|左右|那天|晚上|上午|下午|早上|中午|的|会|要|来|就|先|我|我们|\b(?:and|then|to|at|the|so|(?:i|we|he|she|they)(?:'ll| will)?(?: wants?| asked for| needs?)?(?: an?)?)\b)+",
    re.I,
)
WAITING = re.compile(r"^(?:先)?等(?!级)|^wait(?:ing)?\b", re.I)
JOINED = re.compile(r"\s*(?:[+＋/、&]|和|加|and)\s*$", re.I)


@dataclass(frozen=True)
class Part:
    """A piece of the line that was placed: kind method topic tag outcome when step customer contact, and its value."""

    kind: str
    start: int
    end: int
    value: object = None


@dataclass(frozen=True)
class Step:
    text: str
    day: dt.date
    time: dt.time | None = None
    waiting: bool = False
    year_chosen: bool = False


@dataclass
class Line:
    text: str
    rest: str = ""  # what becomes the follow-up's text
    who: Who = field(default_factory=Who)
    methods: list = field(default_factory=list)
    topics: list = field(default_factory=list)
    tag: str = ""
    outcome: str = "talked"
    when: str = ""  # yesterday | morning | afternoon | now, "" unsaid
    step: Step | None = None
    parts: list = field(default_factory=list)

    @property
    def is_told(self):
        """More than a name: worth offering as a log where people also search."""
        return len({part.kind for part in self.parts}) > 1 or bool(self.tag or self.step)


def read(text, *, today, words, names=(), calendar=None, off=frozenset()):
    """The Line that `text` says. `names` are mentions.Name that may be meant, `words` a linewords.Vocabulary; `off`
    holds parts the person took out: "tag", "step", "method:phone", "topic:12", "contact", "outcome"."""
    text = text[:LONGEST]
    line = Line(text)
    for match in TAG.finditer(text):
        tag = words.tags.get(match[1].casefold())
        if tag and not line.tag and "tag" not in off:
            line.tag = tag
            line.parts.append(Part("tag", match.start(), match.end(), tag))
    dates = [one for one in dates_in(text, today, calendar)]
    busy = [(p.start, p.end) for p in line.parts] + [(one.start, one.end) for one in dates]
    line.who = who(text, names, lambda start, end: not _over(busy, start, end))
    if "contact" in off:
        line.who.contact, line.who.spans = None, [span for span in line.who.spans if span[2] != "contact"]
    line.parts += [Part(kind, start, end) for start, end, kind in line.who.spans]
    said = _topics(line, words, off)
    if "step" not in off:
        _step(line, dates, [part for part in said if part.kind == "topic"])
    steps = _spans(line, "step") if not (line.step and line.step.waiting) else []
    for part in said:
        if not _over(steps, part.start, part.end) and part.value not in line.topics:
            line.topics.append(part.value)
            line.parts.append(part)
    _methods(line, words, off)
    _outcome(line, off)
    _when(line, off)
    line.parts.sort(key=lambda part: (part.start, part.end))
    line.rest = _rest(line)
    return line


def _over(spans, start, end):
    return any(start < b and a < end for a, b in spans)


def _spans(line, *kinds):
    return [(part.start, part.end) for part in line.parts if not kinds or part.kind in kinds]


def _topics(line, words, off):
    found, taken = [], _spans(line, "customer", "contact", "tag")
    for pk, pattern in words.topics:
        if f"topic:{pk}" in off:
            continue
        for match in pattern.finditer(line.text):
            if match[0] and not _over(taken, match.start(), match.end()):
                found.append(Part("topic", match.start(), match.end(), pk))
    for start, end in _clauses(line.text):
        for unit in _units(line.text, start, end):
            pk = words.learned.get(plain(line.text[unit[0] : unit[1]]))
            if pk and f"topic:{pk}" not in off:
                found.append(Part("topic", *unit, pk))
    return sorted(found, key=lambda part: part.start)


def _clauses(text):
    """(start, end) between commas and full stops; a tag ends a clause as well."""
    start, spans = 0, []
    cuts = sorted([m.span() for m in CLAUSE.finditer(text)] + [m.span() for m in TAG.finditer(text)])
    for cut, after in [*cuts, (len(text), len(text))]:
        if text[start:cut].strip():
            spans.append((start, cut))
        start = max(start, after)
    return spans


def _units(text, start, end):
    """Words between spaces where people write Chinese, else the clause whole."""
    piece = text[start:end]
    if not re.search(f"[{HANZI}]", piece):
        stripped = piece.strip()
        at = start + piece.index(stripped)
        return [(at, at + len(stripped))]
    return [(start + m.start(), start + m.end()) for m in re.finditer(r"\S+", piece)]


# --- the next step ---


def _step(line, dates, topics):
    options = []
    for one in dates:
        clause = next(((a, b) for a, b in _clauses(line.text) if a <= one.start < b), None)
        if clause is None:
            continue
        start, end, words = _step_words(line, one, clause, topics)
        whole = line.text[clause[0] : clause[1]]
        said = line.text[one.start : one.end]
        past = bool(PAST.search(whole))
        today = bool(re.match(r"今|today|tonight", said, re.I))
        if today and not one.time and (past or _over(_spans(line, "customer", "contact"), *clause)):
            continue
        if past and one.year_chosen and one.day - _first(dates) > 300 * DAY:
            continue
        if not words and today:
            continue
        options.append((bool(ACTION.search(words)), one, start, end, words))
    if not options:
        return
    ours = [option for option in options if option[0]]
    _acts, one, start, end, words = ours[0] if ours else options[-1]
    waiting = bool(WAITING.match(words))
    line.step = Step(words, one.day, one.time, waiting, one.year_chosen)
    line.parts.append(Part("step", start, end, line.step))


def _first(dates):
    return min(one.day for one in dates)


def _step_words(line, one, clause, topics):
    """(start, end, words) of what is to be done on that day: the words around the date, up to what else was said."""
    text = line.text
    named = _spans(line, "customer", "contact", "tag")
    walls = named + [(topic.start, topic.end) for topic in topics]
    chinese = bool(re.search(f"[{HANZI}]", text[clause[0] : clause[1]]))
    if not chinese and not _over(named, *clause):
        walls = named  # a clause of its own: "security review 9 March"
    units = _units(text, *clause)
    mine = [unit for unit in units if unit[0] < one.end and one.start < unit[1]]
    start, end = min(one.start, *(unit[0] for unit in mine)), max(one.end, *(unit[1] for unit in mine))
    behind = named if chinese else walls
    before_at = max([b for a, b in behind if start < b <= one.start], default=start)
    before = BEFORE_DATE.sub("", text[before_at : one.start])
    after = LEADING.sub("", text[one.end : end])
    if not chinese:
        before = re.split(r"\b(?:and|then|so|but)\b", before)[-1].strip()
        begin = text.rindex(before, 0, one.start) if before else one.start
        return begin, end, _tidy(f"{before} {after}")
    if len(after.strip()) < 2:
        for unit in units:
            if unit[0] >= end and _over(walls, *unit):
                break
            if unit[0] >= end:
                after, end = f"{after} {text[unit[0] : unit[1]]}".strip(), unit[1]
    if after.strip():
        return before_at if not before.strip() else before_at + len(before), end, _tidy(after)
    if before.strip():
        return before_at, end, _tidy(before)
    last = [unit for unit in units if unit[1] <= start and not _over(walls, *unit)]
    if last and ACTION.search(text[slice(*last[-1])]):
        return last[-1][0], end, _tidy(text[slice(*last[-1])])
    ahead = [piece for piece in _clauses(text) if piece[1] <= clause[0]]
    if ahead and not _over(named, *ahead[-1]) and ACTION.search(text[slice(*ahead[-1])]):
        return before_at, end, _tidy(text[slice(*ahead[-1])])  # 回头发接口文档，周三前: said just before, and kept there
    return before_at, end, ""


def _tidy(words):
    words = LEADING.sub("", words)
    return re.sub(r"\s+", " ", words).strip(" ,，、:：.。-")[:120]


# --- how, what came of it, when ---


def _methods(line, words, off):
    """The first way of talking, and those joined to it by a plus or an and (电话+微信)."""
    taken = _spans(line)
    found = []
    for code, pattern in words.methods.items():
        if f"method:{code}" in off:
            continue
        found += [Part("method", m.start(), m.end(), code) for m in pattern.finditer(line.text) if m[0]]
    found = [one for one in found if not _over(taken, one.start, one.end)]
    found = [one for one in found if not any(
        other.start < one.end and one.start < other.end and other.end - other.start > one.end - one.start for other in found
    )]
    found.sort(key=lambda one: one.start)
    for one in found:
        joined = line.methods and JOINED.fullmatch(line.text[line.parts[-1].end : one.start])
        if not line.methods or (joined and one.value not in line.methods):
            line.methods.append(one.value)
            line.parts.append(one)


def _outcome(line, off):
    taken = _spans(line, "step", "customer", "contact")
    for outcome, pattern in OUTCOMES.items():
        for match in re.finditer(pattern, line.text, re.I):
            if "outcome" not in off and line.outcome == "talked" and not _over(taken, match.start(), match.end()):
                line.outcome = outcome
                line.parts.append(Part("outcome", match.start(), match.end(), outcome))


def _when(line, off):
    taken = _spans(line, "step", "customer", "contact", "topic")
    for name, pattern in TALKED_ON:
        for match in pattern.finditer(line.text):
            if "when" not in off and not line.when and not _over(taken, match.start(), match.end()):
                if name:
                    line.when = name
                    line.parts.append(Part("when", match.start(), match.end(), name))
                return


# --- the text that stays ---


def _rest(line):
    """The line without what became a chip of its own. A word inside a sentence stays there: only whole pieces go."""
    gone = _spans(line, "step", "tag", "customer", "contact", "method", "when")
    text, cursor = "", 0
    for start, end in _clauses(line.text):
        piece = _kept_of(line, start, end, gone)
        if piece and text:
            joint = TAG.sub(" ", line.text[cursor:start]).strip() or " "
            text += f"{joint} {piece}" if joint.isascii() and joint != " " else f"{joint}{piece}"
        text = text or piece
        cursor = end
    unknown = [m[0] for m in TAG.finditer(line.text) if not _over(_spans(line, "tag"), *m.span())]
    text = " ".join([text.strip(" ,，;；:：、"), *unknown]).strip()
    return text or re.sub(r"\s+", " ", TAG.sub("", line.text) if line.tag else line.text).strip()


def _kept_of(line, start, end, gone):
    text = line.text
    kept = []
    for a, b in _units(text, start, end):
        inside = sorted((max(a, x), min(b, y)) for x, y in gone if x < b and a < y)
        if not inside:
            kept.append(text[a:b])
            continue
        steps = [(max(a, x), min(b, y)) for x, y in _spans(line, "step") if x < b and a < y]
        free = _without(text, a, b, inside)
        if not FILLER.sub("", free).strip(" ,，.:：") :
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
