"""Socket: what happened to people and settings, told to the floor that keeps events.

Verbs of this floor call happened(); activity plugs its record() in from its apps.py (arrows point down only).
"""

_listeners = []


def listen(function):
    """Register function(verb, subject, *, by, at, tell=(), **data)."""
    if function not in _listeners:
        _listeners.append(function)


def happened(verb, subject, *, by, at, tell=(), **data):
    for function in _listeners:
        function(verb, subject, by=by, at=at, tell=tell, **data)
