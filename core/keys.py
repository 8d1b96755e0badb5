"""One record for twenty clicks (REL2, D36): forms carry a one-time key; a second submit gets the first answer."""

import functools

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.http import HttpResponse, HttpResponseBadRequest

from core.models import SubmittedKey

KEPT_HEADERS = ("Location", "HX-Redirect", "HX-Trigger", "HX-Retarget", "HX-Reswap", "HX-Push-Url", "Content-Type")


def deed(view):
    """Decorator of every view that writes: one transaction a POST, and the form's one-time key.

    The view answers 2xx or 3xx when the deed is done; anything else (422, 409) rolls the transaction back and
    leaves the key unused. A raised Refused, Conflict or Http404 rolls back as well.
    """

    @functools.wraps(view)
    def once(request, *args, **kwargs):
        if request.method != "POST":
            return view(request, *args, **kwargs)
        key = request.POST.get("key", "")
        if not 8 <= len(key) <= 80 or "\x00" in key:
            return HttpResponseBadRequest("The form's key is missing.")
        try:
            with transaction.atomic():
                claimed = _claim(request.user, key)
                if claimed is None:
                    return _replay(request.user, key)
                response = view(request, *args, **kwargs)
                if response.status_code >= 400:
                    transaction.set_rollback(True)
                else:
                    _remember(claimed, response)
        except OperationalError as error:
            if "lock" not in str(error).lower():
                raise
            return _busy()
        return response

    return once


def _claim(user, key):
    try:
        with transaction.atomic():
            return SubmittedKey.objects.create(user=user, key=key)
    except IntegrityError:
        return None


def _remember(claimed, response):
    claimed.status = response.status_code
    claimed.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    if not getattr(response, "streaming", False) and not getattr(response, "shown_once", False):
        claimed.body = response.content.decode("utf-8", "replace")[:200_000]
    claimed.save(update_fields=["status", "headers", "body"])


def _replay(user, key):
    first = SubmittedKey.objects.filter(user=user, key=key).first()
    if first is None or first.status is None:
        return _busy()
    response = HttpResponse(first.body, status=first.status)
    for name, value in first.headers.items():
        response[name] = value
    response["X-Replayed"] = "1"
    return response


def _busy():
    response = HttpResponse("", status=409)
    response["Retry-After"] = "2"
    return response


KEEP_HOURS = getattr(settings, "SUBMITTED_KEY_HOURS", 24)
