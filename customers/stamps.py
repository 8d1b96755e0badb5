"""Days and clock times as chat and mail programs print them: 2024/3/1 10:12:03, 昨天 下午3:05, Fri, Mar 1, 2024 at 10:12 AM.

Pure. What a program left out is filled in as it meant it: a day without its year is the last such day, a weekday the
last one before today. Nothing is guessed beyond that: 01/03/2024 may be two days, so it is none.
"""

import datetime as dt
import re
from dataclasses import dataclass

from customers.datewords import MONTHNAME, english_month, exactly

MONTH = MONTHNAME.removeprefix("(").removesuffix(r")\.?")
ENGLISH_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
CHINESE_WEEKDAY = r"(?:星期|周|礼拜)[一二三四五六日天]"
WEEKDAY = rf"(?:{CHINESE_WEEKDAY}|{ENGLISH_WEEKDAY})"
DAY = (
    r"(?:(?P<y>\d{4})\s*+[-/.年]\s*+(?P<m>\d{1,2})\s*+[-/.月]\s*+(?P<d>\d{1,2})(?:\s*+[日号])?"
    r"|(?P<us_m>\d{1,2})/(?P<us_d>\d{1,2})/(?P<us_y>\d{4})"
    rf"|(?:{ENGLISH_WEEKDAY},?\s++)?(?P<en_m>{MONTH})\.?\s++(?P<en_d>\d{{1,2}})(?:st|nd|rd|th)?,?\s++(?P<en_y>\d{{4}})"
    rf"|(?:{ENGLISH_WEEKDAY},?\s++)?(?P<uk_d>\d{{1,2}})\s++(?P<uk_m>{MONTH})\.?,?\s++(?P<uk_y>\d{{4}})"
    r"|(?P<md_m>\d{1,2})\s*+月\s*+(?P<md_d>\d{1,2})\s*+[日号]|(?P<sl_m>\d{1,2})[/-](?P<sl_d>\d{1,2})"
    rf"|(?P<near>今天|昨天|前天|today\b|yesterday\b)|(?P<week>{WEEKDAY}))"
)
CLOCK = (
    r"(?:(?P<half>凌晨|清晨|早上|上午|中午|下午|傍晚|晚上)\s*+)?(?P<hour>\d{1,2})[:：](?P<minute>\d{2})(?:[:：](?P<second>\d{2}))?"
    r"(?:\s*+(?P<ampm>[ap])\.?m\b\.?)?"
)
BETWEEN = rf"\s*+[,，]?\s*+[(（]?(?:{WEEKDAY})?[)）]?\s*+[,，]?\s*+(?:at\s++)?"  # possessive: blanks are split in one way only
STAMP = rf"(?:{DAY}{BETWEEN})?{CLOCK}"
DATED = rf"{DAY}{BETWEEN}{CLOCK}"
WHOLE, WHOLE_DAY, ANYWHERE = (re.compile(one, re.I) for one in (STAMP, DAY, rf"(?<!\d){DATED}(?!\d)"))
WEEK = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
WEEK |= {name: number for number, name in enumerate(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 1)}
FIRST, LAST = 1990, 2200  # years: what lies outside is no date of a chat
LONGEST = 400  # characters: what is longer is no head, whatever it begins with
NEAR = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}


@dataclass(frozen=True)
class Stamp:
    """What was printed: the day, None where only the clock was; the time; whether the seconds were there."""

    day: dt.date | None
    time: dt.time
    is_exact: bool = False


def stamp(text, today):
    """The Stamp that a text is as a whole, else None."""
    match = WHOLE.fullmatch(text.strip()) if len(text) <= LONGEST else None
    return of(match, today) if match else None


def day(text, today):
    """The day that a text is as a whole, else None."""
    match = WHOLE_DAY.fullmatch(text.strip()) if len(text) <= LONGEST else None
    return day_of(match.groupdict(), today) if match else None


def within(text, today):
    """The first Stamp with its day anywhere in a text, else None."""
    match = ANYWHERE.search(text) if len(text) <= LONGEST else None
    return of(match, today) if match else None


def of(match, today):
    """The Stamp of a match of STAMP or DATED; None when there is no such day or time."""
    said = match.groupdict()
    time = time_of(said)
    has_day = any(said.get(name) for name in ("y", "us_y", "en_y", "uk_y", "md_m", "sl_m", "near", "week"))
    found = day_of(said, today) if has_day else None
    return Stamp(found, time, bool(said["second"])) if time and (found or not has_day) else None


def time_of(said):
    hour, minute, second = (int(said[name] or 0) for name in ("hour", "minute", "second"))
    half, ampm = said["half"] or "", (said["ampm"] or "").lower()
    late = half in ("下午", "傍晚", "晚上") or ampm == "p" or (half == "中午" and hour < 11)
    early = half in ("凌晨", "清晨", "早上", "上午") or ampm == "a"
    hour = hour + 12 if late and hour < 12 else 0 if early and hour == 12 else hour
    return dt.time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def is_day(found):
    """Whether it is a day of a chat; what is printed with another year stays text."""
    return found is not None and FIRST <= found.year <= LAST


def day_of(said, today):
    found = _day_of(said, today)
    return found if is_day(found) else None


def _day_of(said, today):
    if said["y"]:
        return exactly(int(said["y"]), int(said["m"]), int(said["d"]))
    if said["en_y"] or said["uk_y"]:
        kind = "en" if said["en_y"] else "uk"
        return exactly(int(said[f"{kind}_y"]), english_month(said[f"{kind}_m"]), int(said[f"{kind}_d"]))
    if said["us_y"]:
        return _either(said, today)
    if said["md_m"] or said["sl_m"]:
        kind = "md" if said["md_m"] else "sl"
        return _last(int(said[f"{kind}_m"]), int(said[f"{kind}_d"]), today)
    if said["near"]:
        return today - dt.timedelta(days=NEAR[said["near"].lower()])
    name = said["week"].lower().rstrip(".")
    number = WEEK[name[-1]] if name[-1] in WEEK else WEEK[name[:3]]
    return today - dt.timedelta(days=(today.isoweekday() - number - 1) % 7 + 1)


def _either(said, today):
    """3/15/2024 can be one day only; 3/1/2024 10:12 AM is how America writes, without AM or PM it may be two days."""
    first, second, year = (int(said[name]) for name in ("us_m", "us_d", "us_y"))
    if first == second or second > 12 or (first <= 12 and said.get("ampm")):
        return exactly(year, first, second)
    return exactly(year, second, first) if first > 12 else None


def _last(month, number, today):
    """The last such day up to today."""
    for year in range(today.year, today.year - 9, -1):
        found = exactly(year, month, number)
        if found and found <= today:
            return found
    return None
