"""Who is meant in a line: customers and contacts among the names given. Pure; never guesses between two (M14).

A customer is named by its name, its leading characters or words, pinyin or pinyin initials; a contact by full name,
surname with title (张经理, Mr Zhang), first name, pinyin or initials.
"""

import re
from dataclasses import dataclass, field

from core.text import SUFFIXES, initials, pinyin, without_suffixes
from customers.linewords import GENERIC, HANZI, PLACES, PLAIN_WORDS, TITLES, TWO_NAMES

FULL, TITLED, SURNAME = 3, 2, 1
COMPANY = f"(?:{'|'.join(SUFFIXES)}){{0,2}}"  # belongs to the name it follows, though the customer is kept without it


@dataclass(frozen=True)
class Name:
    """A customer that may be meant, with [(contact id, name, position)]."""

    pk: int
    name: str
    contacts: tuple = ()


@dataclass(frozen=True)
class Mention:
    start: int
    end: int
    customer: int
    contact: int | None = None
    rank: int = FULL


@dataclass
class Who:
    """What the line says about whom: the customer if it is one, else those it may be; the contact; the words used."""

    customer: int | None = None
    contact: int | None = None
    choices: list = field(default_factory=list)  # (customer, contact or None), when several fit
    spans: list = field(default_factory=list)  # (start, end, "customer" | "contact")


def who(text, names, free=lambda start, end: True):
    """`free(start, end)` says whether these characters may be a name: not where a date or a tag was read."""
    firms = [m for name in names for m in _firm(text, name) if free(m.start, m.end)]
    firms = _longest(firms)
    people = [m for name in names for contact in name.contacts for m in _person(text, name.pk, *contact)]
    people = [m for m in people if free(m.start, m.end)]
    if not firms and not people:  # two letters may stand for a company, when nothing better was said
        firms = [m for name in names for m in _by_two(text, name) if free(m.start, m.end)]
    return _settle(firms, people)


def _settle(firms, people):
    customers = list(dict.fromkeys(m.customer for m in firms))
    if customers:
        inside = [m for m in people if not any(_within(m, firm) for firm in firms)]
        known = [pk for pk in customers if any(m.customer == pk for m in inside)]
        customers = known or customers
        if len(customers) > 1:
            best = max((m.rank for m in inside if m.customer in known), default=0)
            top = [pk for pk in known if any(m.customer == pk and m.rank == best for m in inside)]
            customers = top if len(top) == 1 else customers
        people = [m for m in inside if m.customer in customers]
    elif people:
        best = max(m.rank for m in people)
        first = {m.start for m in people if m.rank == best}
        people = [m for m in people if m.rank == best and (len(first) == 1 or m.start == min(first))]
        customers = list(dict.fromkeys(m.customer for m in people))
    if not customers:
        return Who()
    if len(customers) > 1:
        pairs = dict.fromkeys((pk, _one_contact([m for m in people if m.customer == pk])) for pk in customers)
        return Who(choices=list(pairs))
    firm = [m for m in firms if m.customer == customers[0]]
    contact = _one_contact(people)
    spans = [(m.start, m.end, "customer") for m in firm]
    spans += [(m.start, m.end, "contact") for m in people if contact and m.contact == contact]
    return Who(customers[0], contact, [], spans)


def _within(one, other):
    """Whether a name is only a piece of a longer one: 张 in 张江集团."""
    return one.start < other.end and other.start < one.end and other.end - other.start >= one.end - one.start


def _one_contact(people):
    if not people:
        return None
    best = max(m.rank for m in people)
    found = {m.contact for m in people if m.rank == best}
    return found.pop() if len(found) == 1 else None


def _longest(mentions):
    """Where two names overlap, the longer one was meant; of equal ones both stay, to be chosen from."""
    return [
        one for one in mentions
        if not any(one.start < other.end and other.start < one.end and other.end - other.start > one.end - one.start
                   for other in mentions)
    ]


def core_name(name):
    """星澜科技 of 上海星澜科技有限公司: what people call a company."""
    short = without_suffixes(name)
    for place in PLACES:
        rest = short.removeprefix(place).lstrip("市省")
        if rest != short and len(rest) >= 2:
            return rest
    return short


def _firm(text, name):
    found = [(m.start(), m.end()) for m in re.finditer(re.escape(name.name), text, re.I)]
    short = core_name(name.name)
    if re.search(f"[{HANZI}]", short):
        found += _by_characters(text, short)
        found += _by_letters(text, initials(short), pinyin(short), 3 if len(short) > 3 else len(short))
    else:
        found += _by_words(text, short)
        letters = "".join(word[0] for word in re.findall(r"[A-Za-z]+", short)).lower()
        found += _by_letters(text, letters, "", 2)
    return [Mention(start, end, name.pk) for start, end in set(found)]


def _by_characters(text, short):
    for length in range(len(short), 1, -1):
        part = short[:length]
        if part in PLACES:
            break
        spots = [(m.start(), m.end()) for m in re.finditer(re.escape(part) + COMPANY, text)]
        if spots:
            return spots
    return []


def _by_words(text, short):
    words = re.findall(r"[\w&'-]+", short)
    for length in range(len(words), 0, -1):
        for first in range(len(words) - length + 1):
            run = words[first : first + length]
            if all(word.casefold() in GENERIC or len(word) < 3 for word in run):
                continue
            if length == 1 and run[0].casefold() in PLAIN_WORDS:
                continue
            pattern = r"\b" + r"\s+".join(map(re.escape, run)) + r"\b"
            spots = [(m.start(), m.end()) for m in re.finditer(pattern, text, re.I)]
            if spots:
                return spots
    return []


def _by_letters(text, letters, sounds, least):
    """Lower-case Latin words among the first of the line: initials of at least `least` letters, or pinyin."""
    found = []
    for token in list(re.finditer(r"(?<![\w#@.])[a-z]{2,20}(?![\w@.])", text))[:5]:
        word = token[0]
        if word in PLAIN_WORDS:
            continue
        by_initials = len(word) >= max(2, least) and letters.startswith(word)
        by_sound = len(word) >= 5 and sounds.startswith(word)
        if by_initials or by_sound:
            found.append((token.start(), token.end()))
    return found


def _by_two(text, name):
    short = core_name(name.name)
    if re.search(f"[{HANZI}]", short):
        return [Mention(start, end, name.pk) for start, end in _by_letters(text, initials(short), "", 2)]
    return []


def _person(text, customer, pk, name, position):
    if not name:
        return
    if re.search(f"[{HANZI}]", name):
        yield from _chinese(text, customer, pk, name, position or "")
    else:
        yield from _latin(text, customer, pk, name)


def _chinese(text, customer, pk, name, position):
    title = f"(?:{TITLES})"
    if len(name) > 1:
        for m in re.finditer(re.escape(name) + f"{title}?", text):
            yield Mention(m.start(), m.end(), customer, pk, FULL)
    surname = name[:2] if name[:2] in TWO_NAMES else name[:1]
    for m in re.finditer(f"{re.escape(surname)}({title})", text):
        yield Mention(m.start(), m.end(), customer, pk, TITLED if _has_title(position, m[1]) else SURNAME)
    for m in re.finditer(f"[老小]{re.escape(surname)}(?![{TITLES[0]}总工])", text):
        yield Mention(m.start(), m.end(), customer, pk, SURNAME)
    sounds = pinyin(name)
    head = pinyin(surname)
    for m in re.finditer(rf"(?<![\w#@.]){re.escape(head)}\s{re.escape(sounds[len(head):])}(?![\w@.])", text, re.I):
        yield Mention(m.start(), m.end(), customer, pk, FULL)
    for m in re.finditer(r"(?<![\w#@.])[A-Za-z]{2,20}(?![\w@.])", text):
        word = m[0]
        if word.casefold() == sounds:
            yield Mention(m.start(), m.end(), customer, pk, FULL)
        elif word.casefold() == head and word.casefold() not in PLAIN_WORDS:
            yield Mention(m.start(), m.end(), customer, pk, SURNAME)
        elif word == initials(name) and word not in PLAIN_WORDS:
            yield Mention(m.start(), m.end(), customer, pk, TITLED)


def _latin(text, customer, pk, name):
    for m in re.finditer(rf"\b{re.escape(name)}\b", text, re.I):
        yield Mention(m.start(), m.end(), customer, pk, FULL)
    for part in {word for word in re.findall(r"[\w'-]+", name) if len(word) > 1}:
        for m in re.finditer(rf"(?:\b(?:mr|mrs|ms|dr)\.? )?\b{re.escape(part)}\b", text, re.I):
            capital = m[0][:1].isupper() or text == text.lower()
            if capital and part.casefold() not in PLAIN_WORDS:
                yield Mention(m.start(), m.end(), customer, pk, SURNAME)


def _has_title(position, title):
    """张总 may be any head; 张工 an engineer; else the title is a part of the position."""
    if title in ("总", "董"):
        return bool(re.search(r"总(?!务)|老板|董事|创始|CEO|负责人", position))
    if title == "工":
        return bool(re.search(r"工程|技术|研发|IT", position))
    return title in position
