"""{% event_words event %}: the sentence of an event; {{ event|undoable }}: whether it may still be taken back."""

from django import template
from django.utils import timezone

from activity import wording
from activity.undoing import can_undo
from core.markup import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def event_words(context, event):
    # the template was rendered with escaping on, so its result is safe to place
    return format_html("{}", wording.event_words(event, getattr(context.get("request"), "user", None)))


@register.filter
def undoable(event):
    return can_undo(event, timezone.now())
