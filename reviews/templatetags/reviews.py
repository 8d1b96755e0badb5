"""Small words of the review pages."""

from django import template
from django.utils.http import urlencode
from django.utils.translation import get_language

from core import words
from core.periods import read_period

register = template.Library()


@register.filter
def behind(cell):
    """The query string of the list behind a cell, without empty parts."""
    return urlencode({name: value for name, value in cell.behind.items() if value not in (None, "")})


@register.filter
def period(code):
    """2024-W10 → 3月4日–10日（第 10 周）, 2024-03 → 2024年3月."""
    found = read_period(code)
    say = words.week if found.kind == "week" else words.month
    return say(found.first, get_language())


@register.filter
def item(mapping, key):
    return mapping.get(key) if mapping else None


@register.simple_tag
def say(column, what, value):
    """A number of a column as it is read: {% say column "said" value %}, "brief", "actual_said"."""
    return getattr(column, what)(value)


@register.filter
def minus(a, b):
    return a - b


@register.filter
def abs_of(value):
    return abs(value)
