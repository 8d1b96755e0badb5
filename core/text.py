"""Text as people type it: names compared the same way everywhere, control characters refused, phones masked."""

import re
import unicodedata

from pypinyin import Style, lazy_pinyin

ZERO_WIDTH = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
SUFFIXES = (
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "股份",
    "集团",
    "公司",
)
LATIN_SUFFIXES = re.compile(r"(?<![a-z0-9])(?:co|ltd|inc|llc|limited|corporation|corp|company|group|plc|gmbh)$", re.I)
OUTER = " .,，。()（）"  # what stands around a company's suffix


def plain(text):
    """NFKC, casefolded, without zero-width characters and outer space (REL12)."""
    return unicodedata.normalize("NFKC", text).translate(ZERO_WIDTH).casefold().strip()


def without_suffixes(name):
    """星澜科技 of 星澜科技股份有限公司: a name less what says only that it is a company. Never all of it."""
    short, before = name.strip().rstrip(OUTER), None
    while short != before:
        before = short
        for suffix in SUFFIXES:
            if short.endswith(suffix) and len(short) > len(suffix) + 1:
                short = short[: -len(suffix)].rstrip(OUTER)
        latin = LATIN_SUFFIXES.sub("", short).rstrip(OUTER)
        short = latin if len(latin) > 1 else short
    return short


def name_key(name):
    """What two spellings of one company share: plain(), no space or punctuation, no company suffix."""
    key = re.sub(r"[\s\-_.,，。·()（）\"'“”‘’&/]+", "", without_suffixes(plain(name)))
    return (key or plain(name))[:200]


def pinyin(text):
    """Toneless pinyin, for sorting: 重庆 → chongqing."""
    return "".join(lazy_pinyin(text)).lower()[:400]


def initials(text):
    """First letters, for searching: 李强 → lq."""
    return "".join(part[:1] for part in lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()[:200]


def phone_key(phone):
    """Digits only, stars of a masked number kept, +86 dropped."""
    key = re.sub(r"[^\d*]", "", unicodedata.normalize("NFKC", phone))
    return (key[2:] if key.startswith("86") and len(key) == 13 else key)[:20]


def is_masked(phone):
    return "*" in phone


def mask_phone(phone):
    """138****5678; numbers too short to mask keep their last two digits only."""
    digits = phone_key(phone)
    if len(digits) >= 9:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if digits else ""


def mask_words(text):
    """A mail address or WeChat name as admins see it: its first two characters, a mail's house."""
    name, at, house = str(text or "").partition("@")
    return f"{name[:2]}****{at}{house}" if name else ""


def grams(text):
    """The set of its 1- and 2-character grams after plain(), without spaces: what the search table stores."""
    squeezed = re.sub(r"\s+", "", plain(text))
    return set(squeezed) | {squeezed[i : i + 2] for i in range(len(squeezed) - 1)}


def controls(text):
    """Control characters that no field accepts (tab and line breaks are fine)."""
    return [char for char in text if unicodedata.category(char) == "Cc" and char not in "\t\n\r"]
