"""The team's dictionary as it stands, remembered for a moment: a log that is typed asks for it several times (D41)."""

from core.kept import Kept
from customers.hinting import Dictionary, topics_in
from customers.models import TopicWord


def _read():
    rows = TopicWord.objects.in_use().filter(topic__retired_at=None).order_by("pk")  # those without a label as well
    return Dictionary(rows.values_list("key", "topic_id"))


_kept = Kept(_read)


def implied(text):
    """Ids of the labels in use that a text implies (customers/hinting.py). No query while the words are remembered,
    one else; none for an empty text."""
    return topics_in(text, _kept.get()) if text.strip() else []
