"""Refusals become pages, an ended session becomes a redirect header, nothing signed in is cached."""

import logging
import time
import uuid

from django.http import HttpResponse
from django.shortcuts import render

from core import held
from core.errors import Conflict, NotAllowed, Refused, TooMany

log = logging.getLogger("salesflow.request")


SECRET_PATHS = ("/calendar/", "/invite/", "/password/new/")  # what follows is a secret of somebody


def said(path):
    """A path as the log may say it."""
    secret = next((start for start in SECRET_PATHS if path.startswith(start)), None)
    return f"{secret}…" if secret else path.encode("unicode_escape").decode()[:200]


class RequestLog:
    """A request id on every answer and one line a request: no names, no bodies (S-LOG)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = uuid.uuid4().hex[:12]
        started = time.monotonic()
        response = self.get_response(request)
        response["X-Request-Id"] = request.id
        user = getattr(request, "_cached_user", None)  # who was asked for: to ask now may fail, or cost a query
        log.info(
            "%s %s %s %.0fms user=%s id=%s",
            request.method,
            said(request.path),
            response.status_code,
            (time.monotonic() - started) * 1000,
            getattr(user, "pk", None),
            request.id,
        )
        return response


class HtmxSignIn:
    """An ended session: what was typed is held for its writer; an htmx call is answered with a redirect header, or the
    login page would land inside a card."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated:
            if request.method == "POST":
                held.settle(request, response)
            return response
        if request.method == "POST" and response.status_code == 302:
            try:
                response["Location"] = held.hold(request) or response["Location"]
            except TooMany as error:
                return _too_many(request, error)  # the page that was sent still has the text
        if request.htmx and response.status_code == 302:
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = response["Location"]
            return answer
        return response


class Answers:
    """Refused, Conflict, NotAllowed and TooMany as 409, 409, 403, 429; `no-store` for whoever is signed in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = _said(request, self.get_response(request))
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        response.setdefault("Permissions-Policy", "")
        response.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response

    def process_exception(self, request, error):
        if isinstance(error, Refused):
            holder = "" if str(error.holder or "") in error.message else error.holder  # said once is enough
            return render(request, "errors/409.html", {"message": error.message, "holder": holder}, status=409)
        if isinstance(error, Conflict):
            context = {"conflict": error, "kept": _kept(request, error)}
            return render(request, "errors/conflict.html", context, status=409)
        if isinstance(error, NotAllowed):
            return render(request, "errors/403.html", {"message": str(error)}, status=403)
        if isinstance(error, TooMany):
            return _too_many(request, error)
        return None


def _said(request, response):
    """A refusal without a word (a method that is not for this address, a key that is missing) as its page (REL20)."""
    if response.status_code not in (400, 403, 404, 405, 409, 413, 415, 429) or response.streaming or response.content:
        return response
    panel = request.htmx and not request.htmx.boosted
    page = render(request, f"errors/{response.status_code}.html", {"panel": panel}, status=response.status_code)
    for name in ("Allow", "Retry-After"):
        if name in response:
            page[name] = response[name]
    return page


def _too_many(request, error):
    response = render(request, "errors/429.html", {"seconds": error.seconds}, status=429)
    response["Retry-After"] = str(error.seconds)
    return response


def _kept(request, conflict):
    """The other fields of a posted page, to be sent again with the choice (REL1); None where that cannot be: the form
    is still on the page (htmx), it carried files, or nobody can say which fields were changed."""
    clashing = {clash.field for clash in conflict.clashes}
    if request.htmx or request.FILES or not clashing or not clashing | {"version"} <= set(request.POST):
        return None
    said_anew = clashing | {"version", "key", "csrfmiddlewaretoken"}
    return [(name, value) for name, values in request.POST.lists() if name not in said_anew for value in values]
