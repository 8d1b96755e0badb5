"""What is answered when something cannot be done: a page, or a short panel in place of the fragment (S22).

Nothing here may read the database: the page of a failure must not fail. 404 and 403 are drawn inside the house when
that works; the rest stand alone.
"""

import secrets

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

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
    return render_to_string("errors/alone.html", context | {"status": status, "panel": htmx and not htmx.boosted})


def bad_request(request, exception=None):
    return answer(request, 400)


def permission_denied(request, exception=None):
    return answer(request, 403, text=str(exception) if exception and str(exception) else "")


def page_not_found(request, exception=None):
    return answer(request, 404)


def server_error(request):
    return answer(request, 500, code=getattr(request, "id", "") or secrets.token_hex(4))


def csrf_failure(request, reason=""):
    return answer(
        request,
        403,
        title=gettext("This form is too old"),
        text=gettext("Load the page again; what you typed in a follow-up is kept."),
        reload=True,
    )
