"""What is answered when something cannot be done: a page, or a short panel in place of the fragment (S22).

Nothing here may read the database: the page of a failure must not fail. 404 and 403 are drawn inside the house when
that works; the rest stand alone.
"""

import secrets

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

WORDS = {
    400: (_("We can't read this request"), _("Go back and try again.")),
    403: (_("This page is not open to you"), _("It belongs to another role. Ask an admin if you need it.")),
    404: (_("We can't find this page"), _("It may have been moved, or it is not yours to see.")),
    405: (_("This address is not opened this way"), _("Go back and use the button again.")),
    409: (_("Somebody was faster"), _("This was changed a moment ago. Look at it again, then decide.")),
    413: (_("This file is too large"), _("The limit is 20 MB for a file, 10 MB for a workbook.")),
    415: (
        _("This kind of file is not taken"),
        _("Save it as xlsx or csv, or attach a PDF or an image."),
    ),
    422: (_("Not saved yet"), _("Something is missing or not right.")),
    429: (_("Too many tries"), _("Wait a little, then try again.")),
    500: (_("Our mistake. Try again."), _("It has been written down with the code below.")),
    503: (_("SalesFlow is being looked after"), _("It will be back in a few minutes.")),
}
INSIDE = {403, 404, 405, 409, 413, 415, 422, 429}


def answer(request, status, *, title="", text="", wait=None, code="", **context):
    """The answer of this status: for htmx a panel, else a page. `wait` is in seconds (429, 503)."""
    said, way_out = WORDS[status]
    context.update(status=status, heading=title or said, text=text or way_out, wait=wait, code=code)
    htmx = bool(getattr(request, "htmx", False)) and not getattr(request.htmx, "boosted", False)
    if htmx:
        response = HttpResponse(render_to_string("errors/_panel.html", context), status=status)
    else:
        response = HttpResponse(_page(request, status, context), status=status)
    if wait:
        response["Retry-After"] = str(int(wait))
    response["Cache-Control"] = "no-store"
    return response


def _page(request, status, context):
    if status in INSIDE and request is not None:
        try:
            return render_to_string(f"errors/{status}.html", context, request)
        except Exception:  # noqa: BLE001, S110  the house itself is broken: say it without the house
            pass
    return render_to_string(f"errors/{status}.html" if status not in INSIDE else "errors/alone.html", context)


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
