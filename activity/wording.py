"""Sentences of events and messages: each app keeps its own in templates/<app>/events/ and notices/ (D9)."""

from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.safestring import SafeString


def words(kind, name, context, fallback):
    """templates/<app>/<kind>/<word>.html for "app.word", else the fallback template. Whitespace is squeezed."""
    app, _dot, word = name.partition(".")
    try:
        template = get_template(f"{app}/{kind}/{word}.html")
    except TemplateDoesNotExist:
        template = get_template(fallback)
    return SafeString(template.render(context).strip())  # rendered with escaping on; strip() alone forgets that


def event_words(event, viewer=None):
    """The sentence of an event with the names used then."""
    context = {"event": event, "data": event.data, "viewer": viewer, "by": event.by}
    return words("events", event.verb, context, "activity/_event_plain.html")


def notice_words(notice, subject, viewer):
    """The sentence of a message; `subject` was fetched through the viewer's own gate."""
    context = {"notice": notice, "data": notice.data, "subject": subject, "viewer": viewer, "event": notice.event}
    return words("notices", notice.kind, context, "activity/_notice_plain.html")
