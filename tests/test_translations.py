"""Every string a person sees is there in Chinese, and what is compiled is what is written (two languages)."""

import io
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ["core", "accounts", "activity", "exchange", "customers", "pipeline", "collaboration", "reviews", "salesflow"]
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3), "N_": None,
}


def strings(path):
    """(context, msgid, is plural) of every translatable string in a Python file or template."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    for _, message, _, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
        first = message[0] if isinstance(message, tuple) else message
        if first:
            yield context, first, isinstance(message, tuple) and len([part for part in message if part]) > 1


def sources():
    for floor in FLOORS:
        yield from sorted(p for p in (ROOT / floor).rglob("*.py") if "migrations" not in p.parts)
    yield from sorted(p for p in (ROOT / "templates").rglob("*") if p.suffix in (".html", ".txt"))


def catalogs():
    return sorted((ROOT / "locale").rglob("*.po"))


def chinese(*, plural=False):
    """{(context, msgid): words}; with `plural` only the entries that answer to ngettext."""
    known = {}
    for path in catalogs():
        with path.open("rb") as file:
            for message in read_po(file):
                msgid = message.id[0] if isinstance(message.id, tuple) else message.id
                words = message.string[0] if isinstance(message.string, tuple) else message.string
                if msgid and words and not message.fuzzy and (not plural or isinstance(message.id, tuple)):
                    known[(message.context, msgid)] = words
    return known


def test_no_string_is_missing_in_chinese():
    known, counted, missing = chinese(), chinese(plural=True), {}
    for path in sources():
        for context, msgid, plural in strings(path):
            if (context, msgid) not in (counted if plural else known):
                missing.setdefault(str(path.relative_to(ROOT)), set()).add(msgid)
    assert missing == {}


def test_placeholders_are_the_same_in_both_languages():
    import re

    wrong = []
    for (_, msgid), words in chinese().items():
        if set(re.findall(r"%\((\w+)\)", msgid)) - set(re.findall(r"%\((\w+)\)", words)) - {"counter", "n"}:
            wrong.append((msgid, words))
    assert wrong == []


@pytest.mark.parametrize("path", catalogs(), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_compiled_is_what_is_written(path):
    with path.open("rb") as source, path.with_suffix(".mo").open("rb") as compiled:
        written, kept = plain(read_po(source)), plain(read_mo(compiled))
    assert kept == written


def plain(catalog):
    """{(context, msgid): words} without empty and fuzzy entries, singular and plural alike."""
    found = {}
    for message in catalog:
        msgid = message.id if isinstance(message.id, str) else message.id[0]
        words = [message.string] if isinstance(message.string, str) else list(message.string)
        if msgid and any(words) and not message.fuzzy:
            context = message.context.decode() if isinstance(message.context, bytes) else message.context
            found[(context, msgid)] = words
    return found
