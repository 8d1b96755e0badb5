"""Dates said in a text, Chinese or English, by a fixed list and never a guess beyond it (R28, M14). Pure.

A date without a year is the coming one. Vague words (月底, next week) move to a working day when a calendar is given;
a date that was named stays as it was said. Numbers that only look like dates are left alone: phones, amounts, shares
("3/4的客户"), ranges ("3-5天"), houses ("15号楼"), and days that are over (上周三, yesterday, 每周一).
"""

import calendar as months
import datetime as dt
import re
from dataclasses import dataclass

from customers.clockwords import clock_around, number

DAY = dt.timedelta(days=1)
WEEK = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7, "末": 6}
WEEK |= {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
HALF_WIDTH = str.maketrans("０１２３４５６７８９／－．：", "0123456789/-.:")  # one for one: places in the text hold
SENTENCE = re.compile(r"[。！？!?；;\n]+|\.(?=\s|$)")


@dataclass(frozen=True)
class Found:
    """One date in a text: where it stands, the day, the clock time if one was said, whether the year was chosen."""

    start: int
    end: int
    day: dt.date
    time: dt.time | None = None
    year_chosen: bool = False
    is_vague: bool = False


NUMBER = r"\d{1,3}|[一二两俩三四五六七八九十]{1,3}"
DAYNAME = r"(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|s|nesday|rsday|rs|r|urday)?\b"
MONTHNAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
DAYNAMED = r"(?:\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
UNITS = (
    r"天|日内|周|个|人|名|万|千|百|亿|元|块|套|台|家|次|年|月|倍|折|层|楼|栋|室|小时|分|点|寸|米|吨|件|批|期|款|%|％|k\b|w\b|m\b"
    r"|days?\b|weeks?\b|months?\b|people\b|users?\b|seats?\b|licen[cs]es?\b|hours?\b|years?\b|units?\b|pcs\b|am\b|pm\b"
)
NOT_DATES = re.compile(
    r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)|(?<!\d)0\d{2,3}[\s-]\d{7,8}(?!\d)|\d{3,4}-\d{4}(?:-\d{1,4})+"
    r"|(?:\d{1,3}\.){2,3}\d{1,3}(?!\d)|[¥￥$]\s*[\d./,-]+"
    rf"|\d+(?:\.\d+)?\s*(?:-|~|—|–|到|至)\s*\d+(?:\.\d+)?\s*(?:{UNITS})"
    r"|(?<!\d)\d+/\d+\s*(?:的|以上|左右的|客户|员工|部门|预算|款|of\b|share)|(?<!\d)\d+/\d+/\d+(?!\d)(?<!\d{4}/\d/\d)"
    r"|\d+号(?:楼|线|店|门|机|仓|院|厅|车|馆|位|房|桌|厂|库|文)|(?:[A-Za-z]|[A-Za-z]-)\d+[-/]\d+"
    r"|(?:上上|上|每)(?:个)?(?:周|星期|礼拜|月)(?:[一二三四五六日天末底初]|\d{1,2}[号日])?"
    rf"|(?:周|星期|礼拜)[一二三四五六日天](?:到|至|-|~)(?:周|星期|礼拜)?[一二三四五六日天]"
    rf"|\b(?:last|past|every|each)\s+(?:{DAYNAME}|week|month)|\b(?:mon|tue|wed|thu|fri)[a-z]*\s*(?:-|to)\s*{DAYNAME}"
    r"|去年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号]?)?|今后天",
    re.I,
)


def plus(day, months_on):
    year, month = divmod(day.year * 12 + day.month - 1 + months_on, 12)
    return dt.date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def month_end(day):
    return day.replace(day=months.monthrange(day.year, day.month)[1])


def coming(today, month, day):
    """The first such day on or after today; 29 February comes round within eight years. None: no such day."""
    for year in range(today.year, today.year + 9):
        try:
            found = dt.date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


def exactly(year, month, day):
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def weekday(today, name, weeks=0, *, this=False):
    """周三 is the coming one; 下周三 the one of next week; 本周三 only if it is still to come."""
    day = today + DAY * (WEEK[name.lower()[:3]] - today.isoweekday() + 7 * weeks)
    if day < today:
        return None if this else day + 7 * DAY
    return day


def month_day(today, words, months_on=0):
    """15号, 下月15号: this month's or, when that is over, the next month's that has such a day."""
    for step in range(months_on, months_on + (1 if months_on else 3)):
        month = plus(today.replace(day=1), step)
        found = exactly(month.year, month.month, number(words) or 0)
        if found and found >= today:
            return found
    return None


def of_month(today, words, day):
    """5月底, 5月中, 5月初: of the coming May."""
    month = number(words) or 0
    if not 1 <= month <= 12:
        return None
    for year in (today.year, today.year + 1):
        found = dt.date(year, month, min(day, months.monthrange(year, month)[1]))
        if found >= today:
            return found
    return None


def backward(day, today, calendar):
    """The last working day up to `day`, for vague ends: not before today."""
    while calendar and not calendar.works(day) and day - DAY >= today:
        day -= DAY
    return day


def forward(day, calendar):
    for _step in range(20):
        if not calendar or calendar.works(day):
            break
        day += DAY
    return day


def later_start(day, today, step):
    return day if day >= today else plus(day, step)


def in_days(count, today):
    return today + DAY * count if count is not None and count < 400 else None


def in_months(count, today):
    return plus(today, count) if count is not None and count < 37 else None


def english_month(name):
    return MONTHS.index(name.lower()[:3]) + 1


# (pattern, make(match, today), kind): "exact" was said with its year, "year" got the coming one, "end" and "start" are
# vague and move to a working day. In order: the longer word first.
RULES = [
    (r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?", "exact",
     lambda m, t: exactly(int(m[1]), int(m[2]), int(m[3]))),
    (rf"\b{MONTHNAME}\s*(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", "exact",
     lambda m, t: exactly(int(m[3]), english_month(m[1]), int(m[2]))),
    (rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTHNAME},?\s+(\d{{4}})\b", "exact",
     lambda m, t: exactly(int(m[3]), english_month(m[2]), int(m[1]))),
    (r"明年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?", "exact", lambda m, t: exactly(t.year + 1, int(m[1]), int(m[2]))),
    (r"(?<![\d.])(\d{1,2}|十[一二]?|[一二三四五六七八九])\s*月\s*"
     r"(\d{1,2}|[一二三四五六七八九十]{1,3})(?!\d)\s*(?:[日号]|(?![个月份万]))"
     r"(?:\s*[(（]?(?:周|星期|礼拜)[一二三四五六日天][)）]?)?", "year",
     lambda m, t: coming(t, number(m[1]) or 0, number(m[2]) or 0)),
    (rf"{DAYNAMED}\b{MONTHNAME}\s*(\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?:{UNITS}|:))", "year",
     lambda m, t: None if m[1] == "may" else coming(t, english_month(m[1]), int(m[2]))),
    (rf"{DAYNAMED}\b(\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?{MONTHNAME}(?![a-z])", "year",
     lambda m, t: coming(t, english_month(m[2]), int(m[1]))),
    (r"(?<![\d/.:%-])(\d{1,2})/(\d{1,2})(?![\d/.%-]*\d|[/%])", "year", lambda m, t: coming(t, int(m[1]), int(m[2]))),
    (rf"(?<![\d/.:A-Za-z-])(\d{{1,2}})-(\d{{1,2}})(?![\d./-]|\s*(?:{UNITS}))", "year",
     lambda m, t: coming(t, int(m[1]), int(m[2]))),
    (r"大后[天日]", "exact", lambda m, t: t + 3 * DAY),
    (r"后[天日]|后(?=[早晚])|\b(?:the )?day after tomorrow\b", "exact", lambda m, t: t + 2 * DAY),
    (r"明[天日]|明(?=[早晚])|\btomorrow\b|\btmrw?\b", "exact", lambda m, t: t + DAY),
    (r"今[天日]|今(?=[早晚])|\btoday\b|\btonight\b", "exact", lambda m, t: t),
    (r"下下(?:个)?(?:周|星期|礼拜)([一二三四五六日天末])", "exact", lambda m, t: weekday(t, m[1], 2)),
    (r"下(?:个)?(?:周|星期|礼拜)([一二三四五六日天末])", "exact", lambda m, t: weekday(t, m[1], 1)),
    (r"[这本](?:个)?(?:周|星期|礼拜)([一二三四五六日天末])", "exact", lambda m, t: weekday(t, m[1], this=True)),
    (r"(?:周|星期|礼拜)([一二三四五六日天末])", "exact", lambda m, t: weekday(t, m[1])),
    (r"下下(?:个)?(?:周|星期|礼拜)(?!期)", "start", lambda m, t: weekday(t, "一", 2)),
    (r"下(?:个)?(?:周|星期|礼拜)(?!期)初?|\bnext week\b", "start", lambda m, t: weekday(t, "一", 1)),
    (rf"\bnext {DAYNAME}", "exact", lambda m, t: weekday(t, m[1], 1)),
    (rf"\bthis {DAYNAME}", "exact", lambda m, t: weekday(t, m[1], this=True)),
    (r"(?<!\d)(\d{1,2}|十[一二]?|[一二三四五六七八九])月(?:底|末)", "end", lambda m, t: of_month(t, m[1], 31)),
    (r"(?<!\d)(\d{1,2}|十[一二]?|[一二三四五六七八九])月中(?:旬)?", "start", lambda m, t: of_month(t, m[1], 15)),
    (r"(?<!\d)(\d{1,2}|十[一二]?|[一二三四五六七八九])月(?:初|上旬)", "start", lambda m, t: of_month(t, m[1], 1)),
    (r"(?:月底|月末|\bend of (?:the |this )?month\b|\bmonth[- ]end\b|\beom\b)", "end", lambda m, t: month_end(t)),
    (r"(?:下(?:个)?)月\s*(\d{1,2}|[一二三四五六七八九十]{1,3})\s*[日号]", "exact", lambda m, t: month_day(t, m[1], 1)),
    (r"(?:下(?:个)?月)(?:底|末)|\bend of next month\b", "end", lambda m, t: month_end(plus(t, 1))),
    (r"(?:下(?:个)?月)中(?:旬)?|\bmid(?:dle of)? next month\b", "start", lambda m, t: plus(t, 1).replace(day=15)),
    (r"下(?:个)?月(?:初|上旬)?(?!\d)|\b(?:early |(?:the )?(?:beginning|start) of )?next month\b", "start",
     lambda m, t: plus(t, 1).replace(day=1)),
    (r"月初", "start", lambda m, t: later_start(t.replace(day=1), t, 1)),
    (r"月中(?!国)", "start", lambda m, t: later_start(t.replace(day=15), t, 1)),
    (r"年底|年末|\bend of (?:the |this )?year\b|\byear[- ]end\b", "end", lambda m, t: t.replace(month=12, day=31)),
    (r"明年初|\bearly next year\b", "start", lambda m, t: dt.date(t.year + 1, 1, 1)),
    (rf"(?:再?过|隔)?(?<!\d)({NUMBER})\s*(?:天|日)(?:之后|以后|后|之内|以内|内)", "exact",
     lambda m, t: in_days(number(m[1]), t)),
    (rf"(?:再过|隔)({NUMBER})\s*(?:天|日)", "exact", lambda m, t: in_days(number(m[1]), t)),
    (r"半个?月(?:之后|以后|后|内)", "exact", lambda m, t: t + 15 * DAY),
    (r"半年(?:之后|以后|后)", "exact", lambda m, t: plus(t, 6)),
    (rf"(?:再?过)?(?<!\d)({NUMBER})\s*个?(?:周|星期|礼拜)(?:之后|以后|后|内)", "exact",
     lambda m, t: in_days((number(m[1]) or 0) * 7, t)),
    (rf"(?:再?过)?(?<!\d)({NUMBER})\s*个月(?:之后|以后|后|内)", "exact", lambda m, t: in_months(number(m[1]), t)),
    (r"\bin (?:a )?(?:couple of days|a couple days)\b", "exact", lambda m, t: t + 2 * DAY),
    (r"\bin (\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten) days?\b(?:'? time)?", "exact",
     lambda m, t: in_days(number(m[1]), t)),
    (r"\bin (\d{1,2}|an?|one|two|three|four|five|six|seven|eight|nine|ten) weeks?\b(?:'? time)?", "exact",
     lambda m, t: in_days(number(m[1]) * 7, t)),
    (r"\b(\d{1,2}|a|one|two|three|four) weeks? from now\b", "exact", lambda m, t: in_days(number(m[1]) * 7, t)),
    (r"\bin a fortnight\b", "exact", lambda m, t: t + 14 * DAY),
    (r"\bin (\d{1,2}|an?|one|two|three|four|five|six) months?\b(?:'? time)?", "exact",
     lambda m, t: in_months(number(m[1]), t)),
    (r"(?<![\d月第A-Za-z年/-])(\d{1,2}|十[一二三四五六七八九]?|二十[一二三四五六七八九]?|三十一?)\s*号", "exact",
     lambda m, t: month_day(t, m[1])),
    (r"(?<![\d月第A-Za-z年/.-])(\d{1,2})日(?![内游均报用])", "exact", lambda m, t: month_day(t, m[1])),
    (r"\b(?:on |by |before |until )?the (\d{1,2})(?:st|nd|rd|th)\b(?! (?:of|floor|time|round))", "exact",
     lambda m, t: month_day(t, m[1])),
    (rf"\b(?!sat\b|sun\b|may\b){DAYNAME}", "exact", lambda m, t: weekday(t, m[1])),
    (r"\b(?:on |by |until )(sat|sun)\b|(?-i:\b(Sat|Sun)\b)", "exact", lambda m, t: weekday(t, m[1] or m[2])),
]
RULES = [(re.compile(pattern, re.I), kind, make) for pattern, kind, make in RULES]

def dates_in(text, today, calendar=None):
    """[Found] in the order of the text. `calendar` (anything with works(day)) moves vague days to working ones."""
    text = text.translate(HALF_WIDTH)
    taken = [match.span() for match in NOT_DATES.finditer(text)]
    found = []
    for pattern, kind, make in RULES:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            day = make(match, today)
            taken.append(match.span())
            if day is None or not today <= day:
                continue
            if kind in ("end", "start"):
                day = backward(day, today, calendar) if kind == "end" else forward(day, calendar)
            found.append(_with_time(text, match, day, kind))
    return sorted(found, key=lambda one: one.start)


def _with_time(text, match, day, kind):
    start, end, time = clock_around(text, match.start(), match.end())
    return Found(start, end, day, time, kind == "year", kind in ("end", "start"))


def plan_in(text, today, calendar=None):
    """(Found, its sentence) of the last sentence with a date, its first date; None when the text names none.

    What the log offers as first chip of the next step.
    """
    best, start = None, 0
    for end in [*(match.start() for match in SENTENCE.finditer(text)), len(text)]:
        sentence = text[start:end].lstrip("。！？!?；;\n. ")
        if found := dates_in(sentence, today, calendar):
            best = (found[0], sentence.strip())
        start = end
    return best
