"""What is answered when something cannot be done: a page, or a short panel in place of the fragment (S22).

Nothing here may read the database: the page of a failure must not fail. 404 and 403 are drawn inside the house when
that works; the rest stand alone.
"""

import secrets
import sys

from django.core import exceptions
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from core.room import is_full

INSIDE = {403, 404, 405, 409, 413, 415, 422, 429}


def answer(request, status, *, title="", text="", wait=None, code="", **context):
    """The answer of this status: for htmx a panel, else a page. `wait` is in seconds (429, 503)."""
    context.update(heading=title, text=text, seconds=wait, code=code)
    response = HttpResponse(_draw(request, status, context), status=status)
    if wait:
        response["Retry-After"] = str(int(wait))
    response["Cache-Control"] = "no-store"
    return response


def _draw(request, status, context):
    if status in INSIDE and request is not None:
        try:
            return render_to_string(f"errors/{status}.html", context, request)
        except Exception:  # noqa: BLE001, S110  (the house itself is broken: say it without the house)
            pass
    htmx = getattr(request, "htmx", False)
    context |= {"status": status, "panel": htmx and not htmx.boosted}
    context.setdefault("code", "")
    context["code"] = context["code"] or getattr(request, "id", "")
    try:
        return render_to_string("errors/alone.html", context)
    except ValueError:  # the list of static files is not there: plain, but said
        return render_to_string("errors/alone.html", context | {"plain": True})


def bad_request(request, exception=None):
    """400; what was too much is 413 and says how much is taken (REL13)."""
    if isinstance(exception, exceptions.RequestDataTooBig):
        text = gettext("At most 2.5 MB of text are taken at once. Go back: what you typed is still there. Shorten it.")
    elif isinstance(exception, exceptions.TooManyFieldsSent):
        text = gettext("At most 2,000 fields are taken at once. Go back and choose fewer rows.")
    elif isinstance(exception, exceptions.TooManyFilesSent):
        text = gettext("At most 10 files are taken at once. Go back and send the others after.")
    else:
        return answer(request, 400)
    return answer(request, 413, title=gettext("This is too much at once"), text=text)


def permission_denied(request, exception=None):
    return answer(request, 403, text=str(exception) if exception and str(exception) else "")


def page_not_found(request, exception=None):
    return answer(request, 404)


def server_error(request):
    """500; when it is the database that could not, 503 with the seconds to wait and what to do (REL7, REL9)."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError) or is_full(error):
        title, text, wait = _why(error)
        return answer(request, 503, title=title, text=text, wait=wait)
    return answer(request, 500, code=getattr(request, "id", "") or secrets.token_hex(4))


def _why(error):
    """(title, what to do, seconds) of what the database could not do. PostgreSQL says it by number, SQLite in words."""
    number, words = getattr(error.__cause__, "sqlstate", None) or "", str(error).lower()
    kept = gettext("Nothing was saved by this. Go back: what you typed is still there.")
    if is_full(error) or number == "53100" or "disk is full" in words or "disk i/o" in words:
        title, wait = gettext("The server's disk is full"), 60
        text = gettext("Tell an admin: as soon as there is room, everything works again.")
    elif number == "57014":
        title, wait = gettext("This took too long and was stopped"), 5
        text = gettext("Choose a shorter period or more filters, then try again.")
    elif number in ("55P03", "40P01") or "locked" in words:
        title, wait = gettext("Somebody else is saving the same thing"), 2
        text = gettext("Try again in a moment.")
    else:
        title, wait = gettext("The database does not answer"), 10
        text = gettext("It mostly comes back by itself within a minute. If it does not, tell an admin.")
    return title, f"{text} {kept}", wait


def csrf_failure(request, reason=""):
    return answer(
        request,
        403,
        title=gettext("This form is too old"),
        text=gettext("Load the page again; what you typed in a follow-up is kept."),
        reload=True,
    )
