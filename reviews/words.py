"""The page of the dictionary: labels with how many words each has, the words of one, the newest changes (M8)."""

from django.db.models import Count, Q

from core.asked import number
from customers.models import Topic, TopicWord
from customers.teaching import changes, may_label, may_teach


def page_of(user, given):
    """The context of the page; `given` is the key of a label, "none" for what is left out, else the first label."""
    counted = Count("taught", filter=Q(taught__taken_at=None))
    topics = list(Topic.objects.filter(retired_at=None).annotate(n=counted).order_by("kind", "position", "pk"))
    chosen = next((topic for topic in topics if topic.pk == number(given)), None)
    left_out = given == "none"
    if chosen is None and not left_out:
        chosen = next(iter(topics), None)
    words = TopicWord.objects.in_use().filter(topic=chosen).select_related("by").order_by("-by", "key", "pk")
    told = list(changes())
    return {
        "topics": topics, "chosen": chosen, "left_out": left_out, "words": words, "may": may_teach(user),
        "may_label": may_label(user),
        "changes": [(event, user.is_admin or event.by_id == user.pk) for event in told],
        "n_left_out": len(words) if left_out else TopicWord.objects.in_use().filter(topic=None).count(),
    }
