"""What a form offers to choose from, printed in one pass: a house has a hundred people, and a select lists them all.

Registered as builtins. `rows` are pairs of (value, words), or records, named by their key and str().
"""

from django import template
from django.utils.translation import gettext as _

from core.markup import format_html, format_html_join

register = template.Library()


def _pairs(rows):
    for row in rows:
        value, words = row if isinstance(row, tuple | list) else (row.pk, row)
        yield "" if value is None else str(value), words


@register.simple_tag
def options(rows, chosen=None):
    """The <option>s of a select; one without words shows a dash."""
    chosen = "" if chosen is None else str(chosen)
    said = ((value, " selected" if value == chosen else "", words or "–") for value, words in _pairs(rows))
    return format_html_join("", '<option value="{}"{}>{}</option>', said)


@register.simple_tag
def chips(name, rows, chosen=None):
    """One chip to tick for each value; the empty one is left out."""
    return _ticks("radio", name, rows, {"" if chosen is None else str(chosen)})


@register.simple_tag
def chips_many(name, rows, chosen=(), said=()):
    """As chips(), of which several may be on; those `said` in a text are marked as offered by it."""
    return _ticks("checkbox", name, rows, {str(one) for one in chosen or ()}, {str(one) for one in said or ()})


def _ticks(kind, name, rows, chosen, said=()):
    mark = format_html(" <small>{}</small>", _("in text")) if said else ""
    found = (
        (" hinted" if value in said else "", kind, name, value, " checked" if value in chosen else "", words,
         mark if value in said else "")
        for value, words in _pairs(rows) if value
    )
    chip = '<label class="chip{}"><input type="{}" name="{}" value="{}"{}><span>{}{}</span></label>'
    return format_html_join("", chip, found)
