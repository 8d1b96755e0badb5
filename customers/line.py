"""One line becomes a whole log (M14): 电话 张经理 需要降本 3月3日上门演示 #高意向. Pure: text and names in, parts out.

Order: dates and tags first, then who is meant, then what was said, then how. What cannot be placed stays in the text of
the follow-up, so that nothing is lost; where two customers fit, both are given back and none is chosen.
"""

import datetime as dt
import re
from dataclasses import dataclass, field

from core.text import plain
from customers.datewords import DAY, dates_in
from customers.linepieces import TAG, clauses, over, rest_of, spans_of, units_of
from customers.linewords import ACTION, HANZI, OUTCOMES, PAST, TALKED_ON
from customers.mentions import Who, who

LONGEST = 500
BEFORE_DATE = re.compile(
    r"(?:(?:约好?了?|约定|说好|定[在于到]?|安排[在到]?|改[到在]|计划|打算|预计|准备|争取|先|就|到时|在|于|等到?|到|那就|客户|让我们?|[要叫]我们?|要求)\s*)+$"
    r"|(?:\s*\b(?:by|on|before|until|till|at|for|around|is|are|set|scheduled|booked|agreed|then|and)\b)+\s*$|[\s:：、-]+$",
    re.I,
)
LEADING = re.compile(
    r"^(?:\s|[:：、,，-]|之?前(?!台)|之?内|以前|左右|那天|晚上|上午|下午|早上|中午|的|会|要|来|就|先|我|我们"
    r"|\b(?:and|then|to|at|the|so|(?:i|we|he|she|they)(?:'ll| will)?(?: wants?| asked for| needs?)?(?: an?)?)\b)+",
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


def read(text, *, today, words, names=(), calendar=None):
    """The Line that `text` says. `names` are mentions.Name that may be meant, `words` a linewords.Vocabulary."""
    text = text[:LONGEST]
    line = Line(text)
    for match in TAG.finditer(text):
        tag = words.tags.get(match[1].casefold())
        if tag and not line.tag:
            line.tag = tag
            line.parts.append(Part("tag", match.start(), match.end(), tag))
    dates = [one for one in dates_in(text, today, calendar)]
    busy = [(p.start, p.end) for p in line.parts] + [(one.start, one.end) for one in dates]
    line.who = who(text, names, lambda start, end: not over(busy, start, end))
    line.parts += [Part(kind, start, end) for start, end, kind in line.who.spans]
    said = _topics(line, words)
    _step(line, dates, said, today)
    steps = spans_of(line, "step") if not (line.step and line.step.waiting) else []
    for part in said:
        if not over(steps, part.start, part.end) and part.value not in line.topics:
            line.topics.append(part.value)
            line.parts.append(part)
    _methods(line, words)
    _outcome(line)
    _when(line)
    line.parts.sort(key=lambda part: (part.start, part.end))
    line.rest = rest_of(line)
    return line


def _topics(line, words):
    found, taken = [], spans_of(line, "customer", "contact", "tag")
    for pk, pattern in words.topics:
        for match in pattern.finditer(line.text):
            if match[0] and not over(taken, match.start(), match.end()):
                found.append(Part("topic", match.start(), match.end(), pk))
    for start, end in clauses(line.text):
        for unit in units_of(line.text, start, end):
            pk = words.learned.get(plain(line.text[unit[0] : unit[1]]))
            if pk:
                found.append(Part("topic", *unit, pk))
    return sorted(found, key=lambda part: part.start)


# --- the next step ---


def _step(line, dates, topics, today):
    options = []
    for one in dates:
        clause = next(((a, b) for a, b in clauses(line.text) if a <= one.start < b), None)
        if clause is None:
            continue
        start, end, words = _step_words(line, one, clause, topics)
        whole = line.text[clause[0] : clause[1]]
        said = line.text[one.start : one.end]
        past = bool(PAST.search(whole))
        now = bool(re.match(r"今|today|tonight", said, re.I))
        if now and not one.time and (past or over(spans_of(line, "customer", "contact"), *clause)):
            continue
        if past and one.year_chosen and one.day - today > 300 * DAY:
            continue
        if not words and now:
            continue
        options.append((bool(ACTION.search(words)), one, start, end, words))
    if not options:
        return
    ours = [option for option in options if option[0]]
    _acts, one, start, end, words = ours[0] if ours else options[-1]
    waiting = bool(WAITING.match(words))
    line.step = Step(words, one.day, one.time, waiting, one.year_chosen)
    line.parts.append(Part("step", start, end, line.step))


def _step_words(line, one, clause, topics):
    """(start, end, words) of what is to be done on that day: the words around the date, up to what else was said."""
    text = line.text
    named = spans_of(line, "customer", "contact", "tag")
    walls = named + [(topic.start, topic.end) for topic in topics]
    chinese = bool(re.search(f"[{HANZI}]", text[clause[0] : clause[1]]))
    if not chinese and not over(named, *clause):
        walls = named  # a clause of its own: "security review 9 March"
    units = units_of(text, *clause)
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
            if unit[0] >= end and over(walls, *unit):
                break
            if unit[0] >= end:
                after, end = f"{after} {text[unit[0] : unit[1]]}".strip(), unit[1]
    if after.strip():
        return before_at if not before.strip() else before_at + len(before), end, _tidy(after)
    if before.strip():
        return before_at, end, _tidy(before)
    last = [unit for unit in units if unit[1] <= start and not over(walls, *unit)]
    if last and ACTION.search(text[slice(*last[-1])]):
        return last[-1][0], end, _tidy(text[slice(*last[-1])])
    ahead = [piece for piece in clauses(text) if piece[1] <= clause[0]]
    if ahead and not over(named, *ahead[-1]) and ACTION.search(text[slice(*ahead[-1])]):
        return before_at, end, _tidy(text[slice(*ahead[-1])])  # 发接口文档，周三前: said just before
    return before_at, end, ""


def _tidy(words):
    words = LEADING.sub("", words)
    return re.sub(r"\s+", " ", words).strip(" ,，、:：.。-")[:120]


# --- how, what came of it, when ---


def _methods(line, words):
    """The first way of talking, and those joined to it by a plus or an and (电话+微信)."""
    taken = spans_of(line)
    found = []
    for code, pattern in words.methods.items():
        found += [Part("method", m.start(), m.end(), code) for m in pattern.finditer(line.text) if m[0]]
    found = [one for one in found if not over(taken, one.start, one.end)]
    found = [
        one for one in found
        if not any(b.start < one.end and one.start < b.end and b.end - b.start > one.end - one.start for b in found)
    ]
    found.sort(key=lambda one: one.start)
    for one in found:
        joined = line.methods and JOINED.fullmatch(line.text[line.parts[-1].end : one.start])
        if not line.methods or (joined and one.value not in line.methods):
            line.methods.append(one.value)
            line.parts.append(one)


def _outcome(line):
    taken = spans_of(line, "step", "customer", "contact")
    for outcome, pattern in OUTCOMES.items():
        for match in re.finditer(pattern, line.text, re.I):
            if line.outcome == "talked" and not over(taken, match.start(), match.end()):
                line.outcome = outcome
                line.parts.append(Part("outcome", match.start(), match.end(), outcome))


def _when(line):
    taken = spans_of(line, "step", "customer", "contact", "topic")
    for name, pattern in TALKED_ON:
        for match in pattern.finditer(line.text):
            if not line.when and not over(taken, match.start(), match.end()):
                if name:
                    line.when = name
                    line.parts.append(Part("when", match.start(), match.end(), name))
                return
