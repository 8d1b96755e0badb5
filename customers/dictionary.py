"""The team's dictionary as it stands, remembered for a moment: a log that is typed asks for it several times (D41)."""

from collections import defaultdict

from core.kept import Kept
from customers.hinting import GAP, Dictionary, topics_in
from customers.models import TopicWord


def _read():
    rows = TopicWord.objects.in_use().filter(topic__retired_at=None).order_by("pk")  # those without a label as well
    return Dictionary(rows.values_list("key", "topic_id"))


def _read_taught():
    found = defaultdict(list)
    rows = TopicWord.objects.in_use().filter(topic__retired_at=None, topic__isnull=False, by__isnull=False)
    for topic, text in rows.order_by("pk").values_list("topic_id", "text"):
        if not GAP.search(text):
            found[topic].append(text)
    return dict(found)


_kept, _taught = Kept(_read), Kept(_read_taught)


def implied(text):
    """Ids of the labels in use that a text implies (customers/hinting.py). No query while the words are remembered,
    one else; none for an empty text."""
    return topics_in(text, _kept.get()) if text.strip() else []


def whole():
    """The dictionary itself, for who reads many texts at once: topics_in(text, whole())."""
    return _kept.get()


def taught():
    """{label: words} that people taught, less those with an ellipsis: what a log line and a pasted chat tick beside the
    usual words of a list of their own (customers/linewords.py). What else the dictionary implies they offer."""
    return _taught.get()
