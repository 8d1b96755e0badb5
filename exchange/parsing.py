"""What people type into sheets, read one way: dates, money, sizes, phones, tags, methods, plans (B14–B17, D46).

Every function takes text and gives a value or raises Wrong with the words for the person; an empty cell and "-" are
"nothing said" (None or ""). Nothing here touches the database.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from core.text import phone_key, plain
from exchange.problems import Wrong, gettext_noop

NOTHING = {"", "-", "--", "—", "——", "–", "/", "\\", "无", "n/a", "na", "none", "null", "暂无", "未定", "待定", "tbd"}

BAD_DATE = gettext_noop("“%(value)s” is not a date. Write it as 2024-03-01.")
NO_SUCH_DAY = gettext_noop("There is no such day as “%(value)s”.")
AMBIGUOUS_DATE = gettext_noop("“%(value)s” can be read two ways. Write it as 2024-03-01.")
FAR_DATE = gettext_noop("“%(value)s” is too far away to be a date of this table.")
BAD_AMOUNT = gettext_noop("“%(value)s” is not an amount. Write it as 480000 or 48万.")
NEGATIVE = gettext_noop("“%(value)s” is less than nothing.")
LARGE_AMOUNT = gettext_noop("“%(value)s” is too large an amount.")
BAD_PHONE = gettext_noop("“%(value)s” is not a phone number.")
LOST_DIGITS = gettext_noop("“%(value)s” has lost digits. Format the column as text and type the number again.")
LONG_TEXT = gettext_noop("This text has %(length)s characters, the limit is %(limit)s.")
CONTROL = gettext_noop("This text contains a control character that cannot be stored.")
TWO_TAGS = gettext_noop("More than one tag is ticked: %(value)s.")
NOT_ALLOWED = gettext_noop("“%(value)s” is not one of: %(allowed)s.")

FIRST_YEAR, LAST_YEAR = 1990, 2100
SEPARATED = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
SQUEEZED = re.compile(r"(\d{4})(\d\d)(\d\d)")
NO_YEAR = re.compile(r"(\d{1,2})\s*(?:月\s*(\d{1,2})\s*[日号]?|[-/.](\d{1,2}))")
CLOCK = re.compile(
    r"(?:(上午|下午|晚上|早上|中午|am|pm)\s*)?(\d{1,2})[:：](\d{2})(?::\d{2}(?:\.\d+)?)?\s*(am|pm)?", re.I
)
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
IN_TEXT = re.compile(
    r"(?<!\d)(?:(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?"
    r"|(\d{1,2})/(\d{1,2})(?=\D|$))(?!\d)"
)


@dataclass(frozen=True)
class Day:
    """A day, its clock time when one was given, and whether the year was chosen by rule (shown and flagged)."""

    day: dt.date
    time: dt.time | None = None
    year_chosen: bool = False


def is_nothing(text):
    return plain(text) in NOTHING


def text(value, limit):
    """A text within its limit, outer space gone, breaks kept. A cell that says "-" says "-"."""
    value = value.replace("\r\n", "\n").replace("\r", "\n").strip(" \n\u3000\ufeff")
    if any(unicodedata.category(char) == "Cc" and char not in "\t\n" for char in value):
        raise Wrong(CONTROL)
    if len(value) > limit:
        raise Wrong(LONG_TEXT, length=f"{len(value):,}", limit=f"{limit:,}")
    return value


def date(value, *, today, from_day=None):
    """A date column. Without a year: the nearest past one, or with `from_day` (a plan) the first on or after it."""
    if is_nothing(value):
        return None
    typed = unicodedata.normalize("NFKC", value).strip()
    bare, time = _without_clock(typed)
    if match := SEPARATED.fullmatch(bare) or SQUEEZED.fullmatch(bare):
        return Day(_day(*match.groups(), value), time)
    if SERIAL.fullmatch(bare) and 32874 <= float(bare) < 73415:
        return Day(dt.date(1899, 12, 30) + dt.timedelta(days=int(float(bare))), time)
    if match := NO_YEAR.fullmatch(bare):
        month, day = int(match[1]), int(match[2] or match[3])
        return Day(choose_year(month, day, value, today=today, from_day=from_day), time, year_chosen=True)
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})", bare):
        raise Wrong(NO_SUCH_DAY if _impossible(bare) else AMBIGUOUS_DATE, value=value)
    raise Wrong(BAD_DATE, value=value)


def only_a_date(value):
    """Whether a cell says a day, and perhaps a time, and nothing else."""
    try:
        return date(value, today=dt.date(2000, 1, 1)) is not None
    except Wrong:
        return False


def choose_year(month, day, value, *, today, from_day=None):
    """D46: a plan is the first such date on or after `from_day`, a date column the nearest past one."""
    start = from_day or today
    for step in range(9):  # 29 February comes round within eight years
        year = start.year + step if from_day else start.year - step
        try:
            found = dt.date(year, month, day)
        except ValueError:
            continue
        if (from_day and found >= from_day) or (not from_day and found <= today):
            return found
    raise Wrong(NO_SUCH_DAY, value=value)


def date_in(words, *, from_day):
    """The first date inside a plan's words ("3月3日上门演示") on or after `from_day`, or None. Never raises."""
    for match in IN_TEXT.finditer(unicodedata.normalize("NFKC", words)):
        year, month, day, *short = match.groups()
        try:
            if year:
                return Day(_day(year, month, day, match[0]))
            month, day = (int(part) for part in short if part)
            return Day(choose_year(month, day, match[0], today=from_day, from_day=from_day), None, True)
        except Wrong:
            continue
    return None


def _without_clock(typed):
    match = CLOCK.search(typed)
    if not match:
        return typed, None
    hour, minute = int(match[2]), int(match[3])
    late = (match[1] or match[4] or "").lower() in ("下午", "晚上", "pm")
    hour = hour + 12 if late and hour < 12 else hour
    if hour > 23 or minute > 59:
        raise Wrong(BAD_DATE, value=typed)
    return (typed[: match.start()] + typed[match.end() :]).strip(" T,，"), dt.time(hour, minute)


def _day(year, month, day, value):
    try:
        found = dt.date(int(year), int(month), int(day))
    except ValueError as none:
        raise Wrong(NO_SUCH_DAY, value=value) from none
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Wrong(FAR_DATE, value=value)
    return found


def _impossible(bare):
    first, second, year = (int(part) for part in re.split(r"[-/.]", bare))
    return (first > 12 and second > 12) or first == 0 or second == 0 or first > 31 or second > 31 or year > LAST_YEAR


def money(value):
    """CNY as Decimal with two places: 48万, ¥1,200.50, 1.2亿, 450K, 300000元."""
    if is_nothing(value):
        return None
    typed = unicodedata.normalize("NFKC", value).strip().casefold().replace(" ", "")
    match = re.fullmatch(r"(?:人民币|rmb|cny|¥|￥)?([+-]?[\d,]*\.?\d+)(万|亿|千|k|m|w)?(?:元|圆|rmb|cny|整)*", typed)
    if not match or not re.fullmatch(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?", match[1]):
        raise Wrong(BAD_AMOUNT, value=value)
    scale = {"万": 10_000, "w": 10_000, "亿": 100_000_000, "千": 1000, "k": 1000, "m": 1_000_000}.get(match[2], 1)
    try:
        amount = (Decimal(match[1].replace(",", "")) * scale).quantize(Decimal("0.01"))
    except InvalidOperation as broken:
        raise Wrong(BAD_AMOUNT, value=value) from broken
    if amount < 0:
        raise Wrong(NEGATIVE, value=value)
    if amount >= Decimal(10) ** 12:
        raise Wrong(LARGE_AMOUNT, value=value)
    return amount


def size(words):
    """(smallest, largest) staff of the template's words: 500-1000人, 1000人以上, 50人以下. Unclear: None, None."""
    typed = unicodedata.normalize("NFKC", words).replace(",", "").replace(" ", "")
    if re.search(r"营收|万元|亿元|revenue", typed):
        return None, None
    if match := re.search(r"(\d+)\s*(?:人)?[-~—–至到]+(\d+)", typed):
        low, high = sorted((int(match[1]), int(match[2])))
    elif match := re.search(r"(\d+)", typed):
        number = int(match[1])
        if re.search(r"以上|\+|>|超过|不少于|more|over", typed):
            low, high = number, None
        elif re.search(r"以下|以内|<|不超过|不足|less|under|fewer", typed):
            low, high = 0, number
        else:
            low = high = number
    else:
        return None, None
    return (low, high) if max(low, high or 0) < 2**31 else (None, None)


def phone(value):
    """The number as typed. A number that Excel shortened (1.38E+10) cannot be saved; masked ones keep their stars."""
    if is_nothing(value):
        return ""
    typed = unicodedata.normalize("NFKC", value).strip()
    if re.fullmatch(r"[+-]?\d+(\.\d+)?E[+-]?\d+", typed, re.I):
        raise Wrong(LOST_DIGITS, value=value)
    if not re.fullmatch(r"[\d\s+()\-*#./、,;转extEXT分机]{5,40}", typed) or not len(phone_key(typed)) >= 5:
        raise Wrong(BAD_PHONE, value=value)
    return typed


PHONE_IN_TEXT = re.compile(
    r"(?:\+?86[\s-]?)?1[3-9][\d*][\s-]?[\d*]{4}[\s-]?[\d*]{4}(?![\d*])|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?"
)


def name_and_phone(value):
    """D48: "张三 13812345678" in one cell → ("张三", "13812345678"); several numbers: the first, the others kept."""
    typed = unicodedata.normalize("NFKC", value).strip()
    found = PHONE_IN_TEXT.search(typed)
    if not found:
        return typed, ""
    name = (typed[: found.start()] + " " + typed[found.end() :]).strip(" \t\n:：,，;；/、()（）-")
    return re.sub(r"\s*(电话|手机|tel|mobile|联系人|phone)\s*[:：]?\s*$", "", name, flags=re.I).strip(), found[
        0
    ].strip()


BOX = re.compile(r"([□☐◻▢○口]|[☑☒■✓✔√●]|\[\s?\]|\[[xX√✓]\])\s*([^\s□☐◻▢○☑☒■✓✔√●\[\]]+)")
TICKED = set("☑☒■✓✔√●")


def has_boxes(value):
    return len(BOX.findall(value)) >= 2


def ticked(value):
    """The ticked words of "□潜在客户 ☑高意向"; without boxes the whole text. Two ticks are an error."""
    if not has_boxes(value):
        return value.strip()
    chosen = [words for box, words in BOX.findall(value) if box in TICKED or re.fullmatch(r"\[[xX√✓]\]", box)]
    if len(chosen) > 1:
        raise Wrong(TWO_TAGS, value="、".join(chosen))
    return chosen[0] if chosen else ""


def tag_and_stage(value):
    """ "高意向(商务谈判)", half or full width → ("高意向", "商务谈判"); a single word → (word, "")."""
    typed = unicodedata.normalize("NFKC", value).strip()
    match = re.fullmatch(r"([^()\[\]]*?)\s*[(\[]\s*([^()\[\]]*?)\s*[)\]]", typed)
    return (match[1].strip(), match[2].strip()) if match else (typed, "")


def several(value):
    """ "电话+微信", "电话、邮件", "phone / mail" → the single words, in order, each once."""
    parts = re.split(r"[+＋、,，;；/／&|\n]|\s+和\s*|\s+and\s+", value)
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def choose(value, words, allowed):
    """The code `words` (a dict of plain() spellings) gives for a value; otherwise Wrong, listing what is allowed."""
    found = words.get(plain(value))
    if found is None:
        raise Wrong(NOT_ALLOWED, value=value, allowed=list(allowed))
    return found


DATED = re.compile(
    r"^\s*[【\[(（]?\s*((?:\d{4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}(?!\d|\s*[-/.]\d)\s*[日号]?"
    r"|\d{8}(?!\d))\s*[】\])）]?\s*[:：,，、.。]?\s*(.*)$",
    re.S,
)


def dated_lines(value):
    """D48: many dated lines in one cell → (lead text, [(date words, text), …]) in the order written. Nothing dropped:
    a line without a date belongs to the dated line before it, or to the lead."""
    lead, lines = [], []
    for line in re.split(r"[\r\n]+", value):
        if not line.strip():
            continue
        folded = unicodedata.normalize("NFKC", line)
        same = len(folded) == len(line)  # then the words are taken as they were typed
        if match := DATED.match(folded):
            lines.append([match[1].strip(), (line[match.start(2) :] if same else match[2]).strip()])
        elif lines:
            lines[-1][1] = f"{lines[-1][1]}\n{line.strip()}".strip()
        else:
            lead.append(line.strip())
    return "\n".join(lead), [(words, said) for words, said in lines]
