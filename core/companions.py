"""Socket: fragments to send along after a deed, htmx only (D34).

An upper app registers a function for a deed's name from its apps.py; the lower view calls
`along(deed, request, **about)` and appends the html of each function (each renders one or more hx-swap-oob
fragments). Order of registration.
"""

_companions = {}


def accompany(deed, function):
    """Register `function(request, **about) -> str` for the deed ("customers.logged", "pipeline.moved", …)."""
    _companions.setdefault(deed, []).append(function)


def along(deed, request, **about):
    """The html of every companion of a deed, joined; empty without htmx."""
    if not getattr(request, "htmx", False):
        return ""
    return "".join(function(request, **about) for function in _companions.get(deed, []))
