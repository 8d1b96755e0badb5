"""Where a message leads, in the bell and in mail: said by the app that owns the thing or the kind (activity/topics.py).

    leads(Customer, lambda customer: reverse("customer", args=[customer.pk]))         from an app's noticing.py
    leads("today.due", lambda notice: reverse("today"))

A kind goes before its thing; a thing that nobody spoke for is asked for get_absolute_url().
"""

_places = {}


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
