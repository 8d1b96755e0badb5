"""Words of requests in templates: names kept with an event, a department in the reader's language, its clock."""

import datetime as dt

from django import template
from django.utils.translation import get_language

from collaboration import buttons, cards, clocks, queuerow
from collaboration.verbs import POSTPONE_REASONS

register = template.Library()


@register.filter
def inlang(data, name):
    """{{ data|inlang:"department" }}: the name kept with an event, in the reader's language."""
    english = (get_language() or "").startswith("en")
    return (english and data.get(f"{name}_en")) or data.get(name, "")


@register.filter
def as_date(text):
    """A date kept as text in an event."""
    try:
        return dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


@register.filter
def as_moment(text):
    """A moment kept as text in an event."""
    try:
        return dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


@register.filter
def postpone_reason(code):
    return POSTPONE_REASONS.get(code, code)


@register.filter
def place(department):
    return cards.place_words(department) if department else ""


@register.filter
def verb_label(verb):
    return buttons.label_of(verb)


@register.filter
def side(name):
    return clocks.side_words(name)


@register.filter
def working(minutes):
    """3 小时, a length of working time."""
    return clocks.span_words(minutes)


@register.filter
def exact(minutes):
    """27 小时 20 分, a length of working time of which nothing is rounded."""
    return clocks.exact_words(minutes)


@register.filter
def tone(state):
    """The class of the dot before a state."""
    return queuerow.TONES.get(state, "")


@register.simple_tag(takes_context=True)
def queue_row(context, row):
    return queuerow.row_html(row, _page_of(context))


@register.simple_tag(takes_context=True)
def queue_card(context, row, tab):
    return queuerow.card_html(row, _page_of(context), tab)


def _page_of(context):
    """What the rows of one page share, put together once."""
    if "_queue_page" not in context:
        context.dicts[0]["_queue_page"] = queuerow.Page(context)
    return context["_queue_page"]
