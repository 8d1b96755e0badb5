"""How dates and amounts are spelled in a file, where that can be read two ways: settled once for the whole file (M1).

Nothing is converted: an amount in another currency is an error until the person says that the figures are to be taken
as they are. A moment with Z is UTC and becomes company time.
"""

import datetime as dt
import re

from core.periods import zone
from exchange.problems import Wrong, gettext_noop

FOREIGN = gettext_noop("“%(value)s” is in another currency. Amounts here are CNY; say above how to take them.")

ORDERS = ("mdy", "dmy")
AS_IS = "as-is"
TWO_WAYS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)(.*)", re.S)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)")
SIGN = r"(?:US\$|HK\$|NT\$|[$€£₩₹]|USD|EUR|GBP|HKD|TWD|JPY|KRW|INR|SGD|AUD|CAD|CHF)"
SIGNED = re.compile(rf"\s*{SIGN}\s*(.*\d.*)|\s*(.*\d.*?)\s*{SIGN}\s*", re.I | re.S)
YUAN = re.compile(r"\s*(?:CN¥|CNY)\s*(?=[\d.])", re.I)


def spelled(text, column, spelling):
    """The cell's text as our own readers take it. Raises Wrong for an amount of another currency."""
    if column.kind == "date":
        return _date(text, spelling.get("dates", ""))
    if column.kind == "money" and (found := SIGNED.fullmatch(text)):
        if spelling.get("money") != AS_IS:
            raise Wrong(FOREIGN, value=text)
        return found[1] or found[2]
    return YUAN.sub("", text) if column.kind == "money" else text


def _date(text, order):
    if INSTANT.fullmatch(text.strip()):
        moment = dt.datetime.fromisoformat(text.strip()).astimezone(zone())
        return f"{moment:%Y-%m-%d %H:%M}"
    found = TWO_WAYS.fullmatch(text.strip()) if order in ORDERS else None
    if not found:
        return text
    first, second, year, rest = found.groups()
    month, day = (first, second) if order == "mdy" else (second, first)
    return f"{year if len(year) == 4 else f'20{year}'}-{month}-{day}{rest}"


def order_of(texts):
    """What the dates of a column say of their order: "" none is unclear, "mdy", "dmy", or "?" where all may be both."""
    seen = ""
    for text in texts:
        if found := TWO_WAYS.fullmatch(text.strip()):
            seen = seen or "?"
            if int(found[1]) > 12 >= int(found[2]):
                return "dmy"
            if int(found[2]) > 12 >= int(found[1]):
                return "mdy"
    return seen


def foreign_in(texts):
    """The first amount of another currency, or ""."""
    return next((text for text in texts if SIGNED.fullmatch(text)), "")
