"""The hidden key of an exported row: which record it was, in which version, and what each of its cells said (D46, M1).

C5.7.Zm9vYmFyYmF6.q1w2e3r4… is customer 5 in version 7, a seal of this installation, and four characters a cell. The
seal keeps the row of another company's workbook, or a key that was typed, from meeting a record here by chance; what
the person may see is asked all the same. By the four characters a cell that was changed in the file is told from one
that was changed here meanwhile, in csv too, where nothing else of the export is left.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from core.asked import VERSION, number

SALT = "exchange.keys"
SEAL, CELL = 12, 4  # characters
AMOUNT = re.compile(r"-?(?:[1-9]\d{0,2}(?:,\d{3})+|0|[1-9]\d*)(?:\.\d+)?")  # 0571 is no number: it has its zero
MOMENT = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::\d{2}(?:\.0+)?)?)?")


@dataclass(frozen=True)
class Key:
    """A key read back: `letter` and `pk` of the record, its version then, and the cells as they were, unreadably."""

    letter: str
    pk: int
    version: int
    cells: frozenset

    def said(self, field, text):
        """Whether the cell of this field held this text when it left."""
        return _cell(field, text) in self.cells


def seal(slug, key, cells):
    """The key cell of a row whose record is `key` (C5.7) and whose cells are {field: text}."""
    marks = "".join(_cell(field, text) for field, text in cells.items())
    return f"{key}.{_seals(slug, key, marks)[0]}.{marks}"


def opened(text, slug):
    """The Key of a key cell, or None for one that this installation did not give out for this table."""
    parts = text.strip().split(".")
    if len(parts) != 4 or len(parts[3]) % CELL:
        return None
    record, version, sealed, marks = parts
    pk, version = number(record[1:]), number(version, digits=VERSION)
    if pk is None or version is None:
        return None
    if not any(constant_time_compare(sealed, one) for one in _seals(slug, f"{record}.{parts[1]}", marks)):
        return None
    return Key(record[0], pk, version, frozenset(marks[i : i + CELL] for i in range(0, len(marks), CELL)))


def same(text):
    """A cell's text less what Excel does to it: 2024/3/1 is 2024-03-01, 1,200.00 is 1200."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if AMOUNT.fullmatch(text) and len(text) < 40:
        return f"{Decimal(text.replace(',', '')).normalize():f}"
    if found := MOMENT.fullmatch(text):
        year, month, day, hour, minute = found.groups()
        clock = "" if hour is None or int(hour) + int(minute) == 0 else f" {int(hour):02}:{minute}"
        return f"{year}-{int(month):02}-{int(day):02}{clock}"
    return text


def _cell(field, text):
    digest = hashlib.blake2s(f"{field}\0{same(text)}".encode(), digest_size=3).digest()
    return base64.urlsafe_b64encode(digest).decode()


def _seals(slug, key, marks):
    """By the secret of today, then by those that were in use before."""
    found = []
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        digest = salted_hmac(SALT, f"{slug}|{key}|{marks}", secret=secret, algorithm="sha256").digest()
        found.append(base64.urlsafe_b64encode(digest).decode()[:SEAL])
    return found
