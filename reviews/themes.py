"""The themes of a week as a page shows them: what was kept, the lists behind it, what the team made of each (M8)."""

from dataclasses import dataclass
from decimal import Decimal

from core.text import plain
from customers.models import FollowUp, Topic, TopicWord
from customers.teaching import may_label, may_teach
from reviews.behind import Behind
from reviews.mining import Theme
from reviews.models import Themes
from reviews.telling import named

LISTS = ("logs", "won", "lost", "open")


@dataclass(frozen=True)
class Shelf:
    """Under which label each theme was put since, {phrase: TopicWord}; the labels there are; what the reader may."""

    words: dict
    topics: list
    may: bool
    may_label: bool


def themes_of(reading):
    """([Theme] of a week somebody reads, {topic: Theme} of its needs and objections); none for a person's own week, a
    day gone by, or before the job found any."""
    if reading.kind != "week" or not reading.sells or reading.past:
        return [], {}
    row = Themes.objects.of(reading.scope).filter(period=reading.period.code).first()
    if row is None:
        return [], {}
    return [Theme(**theme) for theme in row.found], {int(pk): Theme(**theme) for pk, theme in row.topics.items()}


def topic_name(reading, pk):
    """What a need or objection of the week is called in its figures."""
    lines = [*reading.figures["needs"], *reading.figures["objections"]]
    return next((named(line) for line in lines if line["topic"] == pk), "")


def shelf_of(themes, user):
    """The Shelf of themes; None where there is none. Two queries."""
    if not themes:
        return None
    keys = {plain(theme.phrase): theme.phrase for theme in themes}
    words = TopicWord.objects.in_use().filter(key__in=keys).select_related("topic")
    topics = list(Topic.objects.filter(retired_at=None).order_by("kind", "position", "pk"))
    return Shelf({keys[word.key]: word for word in words}, topics, may_teach(user), may_label(user))


def behind_theme(theme, of):
    """The lines of one number of a theme, as reviews/behind.py gives those of a figure. Raises KeyError for no list."""
    if of not in LISTS:
        raise KeyError(of)
    if of == "logs":
        at = dict(FollowUp.objects.filter(pk__in=theme.logs).values_list("pk", "happened_at"))
        return Behind("talk", [(pk, at.get(pk), None) for pk in theme.logs])
    if of == "open":
        return Behind("deal", [(pk, None, Decimal(amount) if amount else None) for pk, amount in theme.open])
    return Behind("deal", [(pk, None, None) for pk in getattr(theme, of)])
