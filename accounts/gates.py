"""Pages that are known but not for every role: 403, drawn as S22 (D8). What is not yours is 404, by visible_to."""

import functools

from core.errors import NotAllowed


def only(predicate):
    """Decorator: the page is for those of whom `predicate(user)` of accounts/rights.py holds."""

    def decorate(view):
        @functools.wraps(view)
        def guarded(request, *args, **kwargs):
            if not predicate(request.user):
                raise NotAllowed
            return view(request, *args, **kwargs)

        return guarded

    return decorate
