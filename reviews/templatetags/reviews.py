"""Small words of the review pages."""

from django import template
from django.utils.http import urlencode

from core import words
from reviews.models import Target

register = template.Library()


@register.filter
def behind(cell):
    """The query string of the list behind a cell, without empty parts."""
    return urlencode({name: value for name, value in cell.behind.items() if value not in (None, "")})


@register.filter
def item(mapping, key):
    return mapping.get(key) if mapping else None


@register.filter
def typed(box):
    """A target as one types it: no separators, no needless zeros."""
    if box.target is None:
        return ""
    text = f"{box.target.value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def said(box, value):
    return words.money_full(value) if box.metric == Target.Metric.SIGNED else f"{value:f}".split(".")[0]


@register.filter
def first_said(box):
    return said(box, box.target.first_value)


@register.filter
def gap_said(box):
    return said(box, abs(box.gap))
