"""Headers as they are compared: the one way a column of a file is known by its name (B10)."""

import functools
import re
import unicodedata
from dataclasses import dataclass, field

from exchange.sheets import KEY

LONGEST = 60  # characters of a header


@functools.lru_cache(maxsize=8192)
def header_key(text):
    """A header as compared: NFKC, casefold, without space, breaks, what stands in brackets, and punctuation."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[(\[【].*?[)\]】]|[(\[【].*$", "", text, flags=re.S)
    return re.sub(r"[\s\-/\\、，,:：.。*＊#_'\"“”‘’]+", "", text)


@dataclass
class Table:
    """One table found: its sheet, header and which column is which field; `rows` are reading.Line with whole cells."""

    part: str
    slug: str
    header_row: int
    header: list
    columns: dict  # column index → field
    rows: list = field(default_factory=list)
    form: bool = False
    known: str = ""  # the name of the other system's export it was recognised as
    made: list = field(default_factory=list)  # [(rule, indexes)] of the cells that are made of others
    open: bool = False  # nothing is known yet: the person matches the columns


def match(cells, sheet):
    """{column index: field} of the cells that are headers of this sheet; a word fits the first column that has it."""
    words = names_of(sheet)
    keys = [header_key(cell) if len(cell) <= LONGEST else "" for cell in cells]
    return {i: words[key] for i, key in enumerate(keys) if key in words}


def names_of(sheet):
    """{normalised header: field}, made once for a sheet and its columns (an upper app may add some)."""
    made = sheet.__dict__.get("names")
    if made is None or made[0] != len(sheet.all_columns):
        made = sheet.names = (len(sheet.all_columns), _make_names(sheet))
    return made[1]


def _make_names(sheet):
    words = {header_key(KEY): KEY}
    for column in sheet.all_columns:
        for name in (*column.words, *column.synonyms):
            words.setdefault(header_key(name), column.field)
    words.pop("", None)
    return words
