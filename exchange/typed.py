"""The one room of custom values: every kind of field read, kept, compared and shown (R41).

A value is kept as JSON under its field's slug; an empty one is not kept at all. Texts, links and dates (2024-03-05) are
strings, numbers and money JSON numbers of at most 15 digits (money in CNY), yes or no a boolean, a choice the code of
its option, several choices ",o1,o3,", a person and a record their keys. `parse` raises exchange.problems.Wrong with the
words for the person; it takes the same text from a form, a cell and a pasted block.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import words
from core.text import plain
from exchange import parsing
from exchange.models import FieldDefinition, in_language
from exchange.parsing import NOT_ALLOWED, is_nothing
from exchange.problems import Wrong, gettext_noop

Kind = FieldDefinition.Kind
SHORT, LONG, ADDRESS = 200, 5_000, 500  # characters
DIGITS, PLACES = 15, 6  # of a number: what JSON keeps to the last digit
TEXTS = frozenset({Kind.TEXT, Kind.LONG, Kind.URL})  # what the search reads
ORDERED = frozenset({Kind.NUMBER, Kind.MONEY, Kind.DATE})  # what has a range

BAD_NUMBER = gettext_noop("“%(value)s” is not a number. Write it as 1200.5 or 0.12万.")
LARGE_NUMBER = gettext_noop("“%(value)s” has more digits than can be kept.")
BAD_LINK = gettext_noop("“%(value)s” is not a link. Write it as https://example.com.")
NOBODY = gettext_noop("“%(value)s” is nobody here, or more than one.")
YES = {plain(word) for word in ("是", "有", "对", "yes", "y", "true", "1", "√", "✓", "✔", "☑")}
NO = {plain(word) for word in ("否", "没有", "不是", "错", "no", "n", "false", "0", "×", "✗", "✘", "☐")}
SCALES = {"万": 10_000, "亿": 100_000_000, "千": 1000}
SEPARATORS = "、,，;；|｜/\n+＋"


@dataclass
class Names:
    """What keys of people and records are called, for the reader; `people` {key: name}, `records` {target: {key:
    (words, address)}}. `find` looks a typed name up: {plain name: key}."""

    people: dict = field(default_factory=dict)
    records: dict = field(default_factory=dict)
    find: dict = field(default_factory=dict)


def parse(text, defined, *, today, names=None):
    """The value of a text, None for an empty one. A record stays the text: what it may mean is known with its
    customer."""
    if defined.kind in (Kind.TEXT, Kind.LONG):
        return parsing.text(text, SHORT if defined.kind == Kind.TEXT else LONG) or None
    typed = parsing.text(text, LONG)
    if is_nothing(typed):
        return None
    return _READERS[defined.kind](typed, defined, today, names or Names())


def _number(text, defined, today, names):
    typed = unicodedata.normalize("NFKC", text).replace(" ", "").replace("−", "-")
    unit = unicodedata.normalize("NFKC", defined.unit).replace(" ", "")
    if unit and typed.casefold().endswith(unit.casefold()):
        typed = typed[: -len(unit)]
    match = re.fullmatch(r"([+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?)(万|亿|千)?", typed)
    try:
        found = Decimal(match[1].replace(",", "")) * SCALES.get(match[2], 1)
    except (TypeError, InvalidOperation):
        raise Wrong(BAD_NUMBER, value=text[:60]) from None
    found = found.normalize()
    if len(found.as_tuple().digits) > DIGITS or found.adjusted() >= DIGITS or -found.as_tuple().exponent > PLACES:
        raise Wrong(LARGE_NUMBER, value=text[:60])
    return as_json(found)


def _money(text, defined, today, names):
    return as_json(parsing.money(text))


def _date(text, defined, today, names):
    return parsing.date(text, today=today).day.isoformat()


def _yes(text, defined, today, names):
    key = plain(text)
    if key not in YES | NO:
        raise Wrong(NOT_ALLOWED, value=text[:60], allowed=[_("Yes"), _("No")])
    return key in YES


def _choice(text, defined, today, names):
    found = spellings(defined).get(plain(text))
    if found is None:
        raise Wrong(NOT_ALLOWED, value=text[:60], allowed=[words for _code, words in options(defined)])
    return found


def _choices(text, defined, today, names):
    """The longest option first, so that one with a comma in its name is read whole."""
    known, found, rest = spellings(defined), [], plain(text)
    longest = sorted(known, key=len, reverse=True)
    while rest := rest.strip(SEPARATORS + " "):
        said = next((one for one in longest if rest.startswith(one) and _ends(rest, len(one))), None)
        if said is None:
            raise Wrong(NOT_ALLOWED, value=text[:60], allowed=[words for _code, words in options(defined)])
        found.append(known[said])
        rest = rest[len(said) :]
    return packed(found)


def _ends(rest, at):
    return rest[at:].lstrip()[:1] in ("", *SEPARATORS)


def _url(text, defined, today, names):
    typed = text.strip()
    typed = typed if "://" in typed else f"https://{typed}"
    host = r"(?:[\w-]+\.)+[\w-]{2,}|localhost|\d{1,3}(?:\.\d{1,3}){3}"
    if len(typed) > ADDRESS or not re.fullmatch(rf"https?://(?:{host})(?::\d{{1,5}})?(?:[/?#]\S*)?", typed, re.I):
        raise Wrong(BAD_LINK, value=text[:60])
    return typed


def _person(text, defined, today, names):
    found = names.find.get(plain(text))
    if found is None:
        raise Wrong(NOBODY, value=text[:60])
    return found


def _record(text, defined, today, names):
    return text


_READERS = {
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.YES: _yes,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.URL: _url,
    Kind.PERSON: _person,
    Kind.RECORD: _record,
}


def as_json(number):
    """A Decimal as JSON keeps it: whole where it is whole."""
    return int(number) if number == number.to_integral_value() else float(number)


def as_decimal(value):
    found = Decimal(str(value))
    return found.to_integral_value() if found == found.to_integral_value() else found


def packed(codes):
    """ ",o1,o3," of codes in any order, each once; None of none."""
    codes = sorted(set(codes), key=lambda code: (len(code), code))
    return f",{','.join(codes)}," if codes else None


def codes_of(value):
    return [code for code in str(value).split(",") if code]


def option_words(option):
    return in_language(option["label"], option.get("label_en", ""))


def stands_for(defined):
    """{code: the option that it is now}: merged ones lead to the one that took them in."""
    known = {option["code"]: option for option in defined.choices}
    found = {}
    for code, option in known.items():
        for _step in known:
            if option.get("into") not in known:
                break
            option = known[option["into"]]
        found[code] = option
    return found


def options(defined, keep=()):
    """[(code, words)] of those offered, and of `keep`: codes a record has already."""
    return [
        (option["code"], option_words(option))
        for option in defined.choices
        if not option.get("into") and (not option.get("off") or option["code"] in keep)
    ]


def spellings(defined):
    """{plain words in either language: code} of every option, merged ones as what they became."""
    found = {}
    now = stands_for(defined)
    for option in sorted(defined.choices, key=lambda one: bool(one.get("into"))):
        for said in (option["label"], option.get("label_en", "")):
            if said:
                found.setdefault(plain(said), now[option["code"]]["code"])
    return found


def same_as(defined, code):
    """Every code that means the same option now."""
    now = stands_for(defined)
    return [each for each, option in now.items() if option["code"] == now.get(code, {}).get("code")]


def current(value, defined):
    """A kept choice as it is called now, codes of merged options replaced."""
    now = stands_for(defined)
    if defined.kind == Kind.CHOICE:
        return now[value]["code"] if value in now else None
    if defined.kind == Kind.CHOICES:
        return packed(now[code]["code"] for code in codes_of(value) if code in now)
    return value


def say(value, defined, names=None):
    """The words of a value in the reader's language; "" for none."""
    if value is None:
        return ""
    kind, names = defined.kind, names or Names()
    if kind == Kind.NUMBER:
        space = " " if defined.unit.isascii() and defined.unit != "%" else ""
        return f"{as_decimal(value):,f}{space}{defined.unit}".strip()
    if kind == Kind.MONEY:
        return words.money_full(as_decimal(value))
    if kind == Kind.DATE:
        return words.day_long(dt.date.fromisoformat(value), get_language())
    if kind == Kind.YES:
        return _("Yes") if value else _("No")
    if kind in (Kind.CHOICE, Kind.CHOICES):
        now = stands_for(defined)
        said = dict.fromkeys(option_words(now[code]) for code in codes_of(value) if code in now)
        return words.listed(list(said), get_language()) if said else ""
    if kind == Kind.PERSON:
        return names.people.get(value, "")
    if kind == Kind.RECORD:
        return names.records.get(defined.target, {}).get(value, ("", ""))[0]
    return str(value)


def cell(value, defined, names=None):
    """The value as a workbook's cell: a date, a number, else its words. Read again it gives the same value."""
    if value is None:
        return None
    if defined.kind in (Kind.NUMBER, Kind.MONEY):
        return as_decimal(value)
    if defined.kind == Kind.DATE:
        return dt.date.fromisoformat(value)
    if defined.kind == Kind.CHOICES:
        now = stands_for(defined)
        return "、".join(dict.fromkeys(option_words(now[code]) for code in codes_of(value) if code in now))
    return say(value, defined, names)


def typed(value, defined, names=None):
    """The value as a form's field holds it."""
    if value is None:
        return ""
    if defined.kind in (Kind.NUMBER, Kind.MONEY):
        return f"{as_decimal(value):f}"
    if defined.kind == Kind.YES:
        return "1" if value else "0"
    if defined.kind == Kind.CHOICES:
        return codes_of(current(value, defined) or "")
    if defined.kind == Kind.CHOICE:
        return current(value, defined) or ""
    return str(value)
