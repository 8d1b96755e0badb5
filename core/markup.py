"""Markup put together in Python, as django.utils.html does it, without asking each part whether it is a lazy one.

The lines of a list, the cards of a board and a timeline are printed by the thousand a page, and that question was most
of what they cost. Words of setup and translations are strings by then; a lazy one is turned into its words here.
"""

from html import escape

from django.utils.safestring import SafeString


def format_html(pattern, *parts, **named):
    """`pattern` with every part escaped that is not markup already: django.utils.html.format_html."""
    return SafeString(pattern.format(*map(_safe, parts), **{name: _safe(part) for name, part in named.items()}))


def format_html_join(between, pattern, rows):
    """`pattern` once for each row (a tuple of parts), with `between` between them."""
    return SafeString(_safe(between).join([pattern.format(*map(_safe, row)) for row in rows]))


def _safe(part):
    if type(part) is SafeString:
        return part
    if type(part) is str:
        return escape(part)
    return part.__html__() if hasattr(part, "__html__") else escape(str(part))
