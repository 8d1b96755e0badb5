"""Small words of the review pages."""

from itertools import groupby

from django import template
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import words
from core.markup import format_html, format_html_join
from core.periods import period_of, read_period
from core.templatetags.chosen import options
from reviews.aimcell import aim_html

register = template.Library()

KINDS = {"company": _("Company"), "department": _("Department"), "team": _("Team"), "person": _("Team member")}


@register.simple_tag
def draw_cell(cell, rows_url=""):
    """A cell as a page prints it: its words, as the link of the list behind it where there is one."""
    whole = format_html(' title="{}"', cell.whole) if cell.whole else ""
    if cell.url:
        return format_html('<a class="num" href="{}"{}>{}</a>', cell.url, whole, cell.said)
    if rows_url and cell.behind and cell.value is not None and cell.value != "":
        asked = urlencode({name: value for name, value in cell.behind.items() if value not in (None, "")})
        return format_html('<a class="num" href="{}&amp;{}"{}>{}</a>', rows_url, asked, whole, cell.said)
    way = (" up" if cell.value > 0 else " dn" if cell.value < 0 else "") if cell.kind == "signed" and cell.value else ""
    return format_html('<span class="num{}"{}>{}</span>', way, whole, cell.said)


@register.simple_tag
def draw_cells(cells, rows_url=""):
    """The cells of a line of a table, in one pass: a company's tables have hundreds."""
    shown = ((cell, draw_cell(cell, rows_url)) for cell in cells)
    return format_html_join("", "<td class=\"{}\">{}</td>", (
        ("words" if cell.kind == "words" else "num", format_html("<b>{}</b>", text) if cell.strong else text)
        for cell, text in shown
    ))


@register.simple_tag
def scope_options(scopes, chosen):
    """Whose figures there are to choose from, under their kinds."""
    kinds = groupby(scopes, lambda one: one.kind)
    listed = ((KINDS[kind], options([(one.code, one.label) for one in each], chosen.code)) for kind, each in kinds)
    return format_html_join("", '<optgroup label="{}">{}</optgroup>', listed)


@register.simple_tag
def draw_aims(row):
    """The cells of a line of the sheet of targets."""
    has_parts = bool(row.parts)
    return format_html_join("", "{}", ((aim_html(cell, has_parts=has_parts),) for cell in row.cells))


@register.filter
def quarter_code(day):
    """2024-Q1 of a company day."""
    return period_of("quarter", day).code


@register.filter
def month_code(day):
    """2024-03 of a company day."""
    return period_of("month", day).code


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
