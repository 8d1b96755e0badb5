"""Refusals become pages, an ended session becomes a redirect header, nothing signed in is cached."""

import logging
import time
import uuid

from django.http import HttpResponse
from django.shortcuts import render

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
        user = getattr(request, "user", None)
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
    """An ended session answers an htmx call with a redirect header, or the login page would land inside a card."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.htmx and response.status_code == 302 and not request.user.is_authenticated:
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = response["Location"]
            return answer
        return response


class Answers:
    """Refused, Conflict, NotAllowed and TooMany as 409, 409, 403, 429; `no-store` for whoever is signed in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        response.setdefault("Permissions-Policy", "")
        response.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response

    def process_exception(self, request, error):
        if isinstance(error, Refused):
            return render(request, "errors/409.html", {"message": error.message, "holder": error.holder}, status=409)
        if isinstance(error, Conflict):
            return render(request, "errors/conflict.html", {"conflict": error}, status=409)
        if isinstance(error, NotAllowed):
            return render(request, "errors/403.html", {"message": str(error)}, status=403)
        if isinstance(error, TooMany):
            response = render(request, "errors/429.html", {"seconds": error.seconds}, status=429)
            response["Retry-After"] = str(error.seconds)
            return response
        return None
