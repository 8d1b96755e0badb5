"""Socket: hand-over when somebody leaves or changes team.

    on_leaving(function)      from an upper app's apps.py; function(user, to, *, by, now) -> int, how many things moved
    on_leaving(function, counting=count)      count(user) -> int, what is still open, for the dialog
    on_closing(function)      function(department), before it goes out of use; raises Refused while it is needed
"""

from django.db import transaction

_handlers = []
_counters = {}
_closers = []


def on_leaving(function, *, counting=None):
    """Register what moves a person's open things to somebody else."""
    if function not in _handlers:
        _handlers.append(function)
    if counting is not None:
        _counters[function] = counting


def on_closing(function):
    """Register what may need a department that is about to go out of use."""
    if function not in _closers:
        _closers.append(function)


def may_close(department):
    """Raises Refused, saying who needs it."""
    for function in _closers:
        function(department)


@transaction.atomic
def hand_over(user, to, *, by, now):
    """Everything of `user` to `to`, all or nothing. Returns how many things moved."""
    return sum(function(user, to, by=by, now=now) or 0 for function in _handlers)


def open_things(user):
    """How many things a hand-over would move, as far as the floors above count them."""
    return sum(count(user) for count in _counters.values())
