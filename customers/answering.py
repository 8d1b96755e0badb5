"""Socket: what the team answers to an objection, offered where the objection is picked in a log (R35, D34).

reviews plugs in from its apps.py: `answering(function)`; function(topics) -> {topic id: Shown} of those that have one,
in one query. Which of them somebody said comes back as Entry.answered, the ids of topics (customers/logging.py)."""

from dataclasses import dataclass

from customers.models import Topic

_functions = []


@dataclass(frozen=True)
class Shown:
    """An answer as a log shows it."""

    topic: Topic
    number: int  # its version
    text: str


def answering(function):
    if function not in _functions:
        _functions.append(function)
    return function


def answers_to(topics):
    """[Shown] in the order of the topics; nothing is read where none of them is an objection."""
    objections = [topic for topic in topics if topic.kind == Topic.Kind.OBJECTION]
    found = {}
    for function in _functions:
        found |= function(objections) if objections else {}
    return [found[topic.pk] for topic in objections if topic.pk in found]
