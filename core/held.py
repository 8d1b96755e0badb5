"""A form sent after the session had ended: held for its writer until he signs in again, for nobody else (B34, B35).

The form's key says by signature whose page it was (core/keys.py). What was typed waits in the session of this browser,
on the server and nowhere else; whoever signs in as another person, that session loses it. Files are not held, nor is
a form with a password or a secret.
"""

from allauth.core import ratelimit
from django.conf import settings
from django.shortcuts import resolve_url
from django.utils import timezone

from core.errors import TooMany
from core.keys import writer_of

NAME, RESUME, SAVED = "held_forms", "resume", "draft_saved"
MOST = 300_000  # characters of all fields; a page takes no more than 2.5 MB anyway
LONG, LONG_CHINESE = 12, 4  # characters: shorter words are typed again sooner than read again
MOST_FORMS = 5  # a writer; the oldest gives way
LEFT_OUT = ("csrfmiddlewaretoken", "spent")  # what is not typed: the token, how long fields had the focus
NEVER = ("password", "secret")  # a form with a field of such a name


def hold(request):
    """Keep what was sent, when it holds a text and its key is true. Returns where to sign in, or None.
    Raises TooMany when this address has sent too many."""
    if any(word in name.lower() for name in request.POST for word in NEVER):
        return None
    key = request.POST.get("key", "")
    writer = writer_of(key)
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name not in LEFT_OUT]
    if writer is None or sum(len(value) for _name, value in fields) > MOST or not texts_of(fields):
        return None
    if not ratelimit.consume(request, action="hold"):
        raise TooMany(3600)
    typed_at = timezone.now().isoformat()  # "just now" was said when it was sent, not when he signs in again
    fields = [(name, value or typed_at if name == "kept_at" else value) for name, value in fields]
    path, files = request.get_full_path(), sorted(request.FILES)
    others = [one for one in _all(request) if one["for"] != writer]
    mine = [one for one in _all(request) if one["for"] == writer and one["key"] != key]
    mine.append({"for": writer, "key": key, "path": path, "fields": fields, "files": files})
    request.session[NAME] = others + mine[-MOST_FORMS:]
    return f"{resolve_url(settings.LOGIN_URL)}?next={resolve_url(RESUME)}"


def _all(request):
    return request.session.get(NAME, [])


def held_for(request):
    """What waits longest for the person signed in, or None."""
    return next((one for one in _all(request) if one["for"] == request.user.pk), None)


def keep_only_for(request, user):
    """At sign-in: another person's texts go before he can see a page."""
    _keep(request, [one for one in _all(request) if one["for"] == user.pk])


def let_go(request, key):
    """The form with this key waits no more."""
    _keep(request, [one for one in _all(request) if one["key"] != key])


def _keep(request, those):
    if those:
        request.session[NAME] = those
    else:
        request.session.pop(NAME, None)


def settle(request, response):
    """The answer to a form that was held: once it is accepted it goes, and the next one that waits is shown."""
    key = request.POST.get("key")
    sent = next((one for one in _all(request) if one["key"] == key and one["for"] == request.user.pk), None)
    if sent is None or response.status_code >= 400:
        return
    let_go(request, key)
    fields = dict(sent["fields"])
    customer = fields.get("customer", "")
    if "client_uuid" in fields and customer.isascii() and customer.isdigit():  # a log: static/js/draft.js has a copy
        said = f"{request.user.pk}:{customer}"
        response.set_cookie(SAVED, said, max_age=600, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    if response.status_code == 302 and not request.htmx and held_for(request):
        response["Location"] = resolve_url(RESUME)


def texts_of(fields):
    """What somebody wrote in these fields, as against chosen and hidden values."""
    known = ("key", "client_uuid", "draft_started_at", "kept_at", "read_at", "version", "next")
    return [
        value for name, value in fields
        if name not in known and len(value.strip()) >= (LONG if value.isascii() else LONG_CHINESE)
    ]
