"""How numbers, dates and spans are said, in Chinese and in English. Pure: language, today and now come in.

`core.templatetags.words` gives them to templates with the reader's language and the company's clock.
"""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

NOTHING = "–"
WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def tongue(language):
    """ "zh-hans" → "zh", anything else → "en"."""
    return "zh" if (language or "").lower().startswith("zh") else "en"


def _round(number, places):
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _plain(number):
    """Thousands separated, trailing zeros gone: 1,260 · 48.5 · 48."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _significant(number):
    """Three figures: 4.85 · 12.6 · 126."""
    places = 2 if number < 10 else 1 if number < 100 else 0
    return _round(number, places)


# --- Money -------------------------------------------------------------------------------------------------
def money(amount, language):
    """¥8,600 · ¥48万 · ¥48.5万 · ¥1.26亿; ¥8,600 · ¥480K · ¥4.85M · ¥126M."""
    if amount is None or amount == "":
        return NOTHING
    amount = Decimal(amount)
    sign, size = ("−" if amount < 0 else ""), abs(amount)
    if _round(size, 0) < 10_000:
        return f"{sign}¥{_plain(_round(size, 0))}"
    if tongue(language) == "zh":
        wan = _round(size / 10_000, 1)
        if wan < 10_000:
            return f"{sign}¥{_plain(wan)}万"
        return f"{sign}¥{_plain(_round(size / 100_000_000, 2))}亿"
    for letter, unit, limit in (("K", 1_000, 1_000), ("M", 1_000_000, 1_000), ("B", 1_000_000_000, None)):
        number = _significant(size / unit)
        if limit is None or number < limit:
            return f"{sign}¥{_plain(number)}{letter}"
    raise AssertionError


def money_full(amount):
    """The whole value: ¥480,000 · ¥480,000.50."""
    if amount is None or amount == "":
        return NOTHING
    amount = Decimal(amount)
    text = f"{abs(amount):,.2f}".removesuffix(".00")
    return f"{'−' if amount < 0 else ''}¥{text}"


def money_in_wan(amount):
    """The number alone for a column whose head says 金额（万元）."""
    return NOTHING if amount is None or amount == "" else _plain(_round(Decimal(amount) / 10_000, 1))


def percent(share):
    """0.314 → 31%. None → –."""
    return NOTHING if share is None or share == "" else f"{_round(Decimal(str(share)) * 100, 0):f}%"


# --- Days ----------------------------------------------------------------------------------------------------
def day(on, today, language):
    """3月8日 周五 · Fri 8 Mar; another year: 2023年12月3日 · 3 Dec 2023."""
    if on is None:
        return NOTHING
    if on.year != today.year:
        return day_long(on, language)
    names = WEEKDAYS[tongue(language)]
    if tongue(language) == "zh":
        return f"{on.month}月{on.day}日 {names[on.weekday()]}"
    return f"{names[on.weekday()]} {on.day} {MONTHS[on.month - 1]}"


def day_long(on, language):
    if on is None:
        return NOTHING
    if tongue(language) == "zh":
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def day_plain(on, today, language):
    """Without the weekday, for the middle of a sentence: 3月15日 · 15 Mar."""
    if on is None:
        return NOTHING
    if on.year != today.year:
        return day_long(on, language)
    return f"{on.month}月{on.day}日" if tongue(language) == "zh" else f"{on.day} {MONTHS[on.month - 1]}"


def day_dense(on, today, language):
    """For cells and cards: 3/08 · 8 Mar; another year: 2023/12/03 · 3 Dec 2023."""
    if on is None:
        return NOTHING
    if tongue(language) == "en":
        return day_plain(on, today, language)
    return f"{on.month}/{on.day:02d}" if on.year == today.year else f"{on.year}/{on.month}/{on.day:02d}"


def day_chip(on, today, language):
    """For date chips: 今天 · 周一 3/11; Today · Mon 11 Mar."""
    zh = tongue(language) == "zh"
    if on == today:
        return "今天" if zh else "Today"
    name = WEEKDAYS[tongue(language)][on.weekday()]
    return f"{name} {on.month}/{on.day}" if zh else f"{name} {on.day} {MONTHS[on.month - 1]}"


def week(any_day, language):
    """3月4日–10日（第 10 周） · 4–10 Mar (week 10)."""
    monday = any_day - timedelta(days=any_day.weekday())
    sunday = monday + timedelta(days=6)
    number = monday.isocalendar().week
    same = monday.month == sunday.month
    if tongue(language) == "zh":
        end = f"{sunday.day}日" if same else f"{sunday.month}月{sunday.day}日"
        return f"{monday.month}月{monday.day}日–{end}（第 {number} 周）"
    end = f"{sunday.day} {MONTHS[sunday.month - 1]}"
    if same:
        return f"{monday.day}–{end} (week {number})"
    return f"{monday.day} {MONTHS[monday.month - 1]} – {end} (week {number})"


def month(any_day, language):
    """2024年3月 · March 2024."""
    if tongue(language) == "zh":
        return f"{any_day.year}年{any_day.month}月"
    return f"{LONG_MONTHS[any_day.month - 1]} {any_day.year}"


def listed(parts, language):
    """a、b、c · a, b, c."""
    return ("、" if tongue(language) == "zh" else ", ").join(map(str, parts))


# --- Moments -------------------------------------------------------------------------------------------------
def when(moment, now, language):
    """Both in the company's zone. 刚刚 · 18 分钟前 · 14:20 · 3月8日 周五 · 2023年12月3日."""
    if moment is None:
        return NOTHING
    zh = tongue(language) == "zh"
    minutes = (now - moment).total_seconds() / 60
    if 0 <= minutes < 1:
        return "刚刚" if zh else "Just now"
    if 0 < minutes < 60:
        return f"{int(minutes)} 分钟前" if zh else f"{int(minutes)} min ago"
    if moment.date() == now.date():
        return f"{moment:%H:%M}"
    return day(moment.date(), now.date(), language)


def when_dense(moment, now, language):
    """For timelines and tables, always with the clock: 3/06 14:20 · 6 Mar 14:20."""
    return NOTHING if moment is None else f"{day_dense(moment.date(), now.date(), language)} {moment:%H:%M}"


def exact(moment, language):
    """For `title`: the whole of it. 2024年3月6日 14:20 · 6 Mar 2024 14:20."""
    if isinstance(moment, datetime):
        return f"{day_long(moment.date(), language)} {moment:%H:%M}"
    return day_long(moment, language) if isinstance(moment, date) else ""


def span(minutes, language):
    """18 分钟 · 3 小时 · 3 小时 20 分 · 2 天; 18 min · 3 h · 3 h 20 min · 2 days."""
    if minutes is None:
        return NOTHING
    minutes = int(minutes)
    zh = tongue(language) == "zh"
    if minutes < 60:
        return f"{minutes} 分钟" if zh else f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        text = f"{hours} 小时" if zh else f"{hours} h"
        return text + (f" {rest} 分" if zh else f" {rest} min") if rest else text
    return days(hours // 24, language)


def days(number, language):
    if tongue(language) == "zh":
        return f"{number} 天"
    return "1 day" if number == 1 else f"{number} days"


# --- People --------------------------------------------------------------------------------------------------
def is_han(character):
    return "\u3400" <= character <= "\u9fff"


def initials(name):
    """李强 → 李, Li Qiang → LQ, ada → AD."""
    name = (name or "").strip()
    if not name:
        return "?"
    if is_han(name[0]):
        return name[0]
    words = name.replace("@", " ").replace(".", " ").split()
    return (words[0][0] + words[1][0] if len(words) > 1 else name[:2]).upper()
