"""Where a message leads, in the bell and in mail: said by the app that owns the thing or the kind (activity/topics.py).

    leads(Customer, lambda customer: reverse("customer", args=[customer.pk]))         from an app's noticing.py
    leads("today.due", lambda notice: reverse("today"))

A kind goes before its thing; a thing that nobody spoke for is asked for get_absolute_url().

    finishes(CollaborationRequest, noticing.finish)     the one button that ends it where it is read (S19)
"""

from dataclasses import dataclass

_places = {}
_finishes = {}


def leads(what, function):
    """`what` is a model, its function taking an object; or a kind, its function taking the message."""
    _places[what] = function


def url_of(notice, subject):
    """The path, empty where there is nothing to open."""
    if notice.kind in _places:
        return _places[notice.kind](notice)
    if type(subject) in _places:
        return _places[type(subject)](subject)
    return subject.get_absolute_url() if hasattr(subject, "get_absolute_url") else ""


@dataclass(frozen=True)
class Finish:
    """A form of one button: where it posts, its words, its hidden fields, and the name of its one-time key."""

    url: str
    label: str
    fields: dict
    key: str


def finishes(model, function):
    """function(user, keys, now=) gives {key: Finish} of those things one press of the person finishes, however many."""
    _finishes[model] = function


def finish_all(user, subjects, *, now):
    """{(model, key): Finish} of things that were fetched through the person's gate."""
    found, by_model = {}, {}
    for subject in subjects:
        if type(subject) in _finishes:
            by_model.setdefault(type(subject), set()).add(subject.pk)
    for model, keys in by_model.items():
        found |= {(model, key): finish for key, finish in _finishes[model](user, keys, now=now).items()}
    return found
