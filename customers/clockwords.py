"""Clock times and number words beside a date: 下午3点半, 15:00, at 3pm, 十五, two. Pure."""

import datetime as dt
import re

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2}
ENGLISH = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
ENGLISH |= {"nine": 9, "ten": 10}

EARLY, LATE = r"上午|早上|早晨|清晨|凌晨|今早|明早", r"下午|傍晚|晚上|今晚|明晚|午后"
CLOCK = re.compile(
    rf"[\s,，的]*(?:before |by |at |@\s*)?(?:({EARLY}|早)|({LATE}|晚)|(中午))?\s*"
    rf"(?:(\d{{1,2}})[:：](\d{{2}})(?!\d)\s*([ap]m\b)?|(\d{{1,2}})\s*([ap]m\b)"
    rf"|(\d{{1,2}}|十[一二]?|[一二两三四五六七八九])\s*[点时](?!\d{{3}})(半|一刻|三刻|\d{{1,2}}分?)?)",
    re.I,
)
AT = re.compile(r"\s*(?:at|@)\s*(\d{1,2})(?![\d:/.%-])\b(?!\s*(?:percent|k\b|of\b))", re.I)
CLOCK_BEFORE = re.compile(
    r"(?:\bat )?(?<!\d)(\d{1,2})(?:[:：](\d{2}))?\s*(am|pm)?\s*(?:on |this )?$", re.I
)


def number(words):
    """三, 十五, 二十, 3, two → a number; None when it is none."""
    words = words.lower()
    if words.isascii():
        return int(words) if words.isdigit() else ENGLISH.get(words)
    tens, ten, ones = words.rpartition("十")
    if ten:
        return DIGITS.get(tens, 1 if not tens else 0) * 10 + DIGITS.get(ones, 0)
    return DIGITS.get(words)


def clock_around(text, start, end):
    """(start, end, time) of the date that stands at start:end, widened by the clock time after or before it."""
    clock = CLOCK.match(text, end)
    if clock and (time := _time(clock)):
        return start, clock.end(), time
    if (bare := AT.match(text, end)) and (time := _clock(int(bare[1]), 0, late=int(bare[1]) < 8, early=False)):
        return start, bare.end(), time
    if before := CLOCK_BEFORE.search(text[max(0, start - 14) : start]):
        hour, minute, half = int(before[1]), int(before[2] or 0), (before[3] or "").lower()
        if (half or before[2]) and (time := _clock(hour, minute, late=half == "pm", early=half == "am")):
            return start - len(before[0]), end, time
    return start, end, None


def _time(match):
    early, late, noon, hour, minute, half, bare, bare_half, chinese, rest = match.groups()
    if hour or bare:
        half = (half or bare_half or "").lower()
        late, early = bool(late) or half == "pm", bool(early) or half == "am"
        return _clock(int(hour or bare), int(minute or 0), late=late, early=early)
    minute = {"半": 30, "一刻": 15, "三刻": 45, None: 0}.get(rest)
    minute = int(rest.rstrip("分")) if minute is None else minute
    late = bool(late) or (bool(noon) and number(chinese) in (1, 2))
    return _clock(number(chinese) or 0, minute, late=late, early=bool(early), said=True)


def _clock(hour, minute, *, late, early, said=False):
    """A clock time; a bare 3点 without a half of the day is an afternoon one, for nobody meets at three at night."""
    if late and hour < 12:
        hour += 12
    elif early and hour == 12:
        hour = 0
    elif said and not early and 1 <= hour <= 6:
        hour += 12
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None
