"""One record for twenty clicks (REL2, D36): forms carry a one-time key; a second submit gets the first answer."""

import functools
import secrets
import time

from django.conf import settings
from django.core.signing import b62_decode, b62_encode
from django.db import IntegrityError, OperationalError, transaction
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from core.models import SubmittedKey

KEPT_HEADERS = ("Location", "HX-Redirect", "HX-Trigger", "HX-Retarget", "HX-Reswap", "HX-Push-Url", "Content-Type")
KEEP_HOURS = getattr(settings, "SUBMITTED_KEY_HOURS", 24)  # an older page says nobody's name any more


def new_key(form_name, writer=None, *, opened=None):
    """A one-time key, as a form carries it. `writer` is the key of the person whose page it is: signed into it with
    the time, so that what is sent after his session has ended can wait for him and nobody else (core/held.py).
    `opened` (seconds since 1970) is when a form that is shown again was first opened (core/entryforms.py)."""
    nonce = secrets.token_urlsafe(12)
    if not writer:
        return f"{nonce}.{form_name}"
    page = f"{writer}~{b62_encode(int(time.time()) if opened is None else opened)}~{nonce}"
    return f"{page}~{_sign(page)}.{form_name}"


def writer_of(key):
    """The key of the person on whose page a form stood, or None when its key does not truly say so, or is too old."""
    writer, opened = _signed(key)
    return writer if writer is not None and time.time() - opened <= KEEP_HOURS * 3600 else None


def opened_at(key, writer):
    """When the form with this key was opened, in seconds since 1970; None when it was not shown to `writer`."""
    signed_for, opened = _signed(key)
    return opened if writer is not None and signed_for == writer else None


def _signed(key):
    """(key of the person, second it was made) as signed into a form's key, or (None, 0)."""
    page, _tilde, sign = key.partition(".")[0].rpartition("~")
    writer, made_at, _nonce = [*page.split("~"), "", ""][:3]
    known = writer.isascii() and writer.isdigit() and len(writer) < 19
    if not known or not constant_time_compare(sign, _sign(page)):
        return None, 0
    return int(writer), b62_decode(made_at)


def _sign(page):
    return salted_hmac("core.keys.page", page, algorithm="sha256").hexdigest()[:20]


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
            return HttpResponseBadRequest()
        try:
            with transaction.atomic():
                claimed = _claim(request.user, key)
                if claimed is None:
                    return _replay(request, key)
                response = view(request, *args, **kwargs)
                if response.status_code >= 400:
                    transaction.set_rollback(True)
                else:
                    _remember(claimed, response)
        except OperationalError as error:
            if "lock" not in str(error).lower():
                raise
            return _busy(request)
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


def _replay(request, key):
    first = SubmittedKey.objects.filter(user=request.user, key=key).first()
    if first is None or first.status is None:
        return _busy(request)
    response = HttpResponse(first.body, status=first.status)
    for name, value in first.headers.items():
        response[name] = value
    response["X-Replayed"] = "1"
    return response


def _busy(request):
    words = {"heading": _("This is still being saved"), "message": _("Wait a moment, then look whether it is there.")}
    response = render(request, "errors/409.html", words, status=409)
    response["Retry-After"] = "2"
    return response
