"""The door of the API: a bearer token in, JSON out, every refusal a problem (RFC 9457) with the id of the request.

    @door({"GET": listed, "POST": made})      one view an address; a handler takes (call, **kwargs) and gives a value

A handler is a page's view without the page: it starts at visible_to(call.user), fills the page's form from the body and
calls the page's verb. What a page says with a status the API says with the same one. Session cookies open nothing here,
so no other site can act by a browser that is signed in, and no CSRF token is asked. One transaction a write; with an
Idempotency-Key a second try gets the first answer (core/keys.py).
"""

import hashlib
import json
from dataclasses import dataclass

from allauth.core.internal import ratelimit  # the outer one counts no GET
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse, QueryDict
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_supported_language_variant, gettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts import switches
from accounts.tokens import note_use, read_token
from core import refusals
from core.errors import Conflict, NotAllowed, Refused, TooMany
from core.keys import deed, new_key

SECONDS = 60  # of the throttle: settings.ACCOUNT_RATE_LIMITS["api"]


@dataclass
class Call:
    """One request of a program: who, when, and what it sent."""

    request: object
    user: object
    now: object
    sent: dict

    def version(self):
        """What the program saw. Raises Problem: a change without it is not taken."""
        seen = self.sent.get("version")
        if not isinstance(seen, int) or isinstance(seen, bool):
            raise Problem(422, errors={"version": [_("The version you read is needed.")]})
        return seen


class Problem(Exception):
    """A refusal with its status; `more` are members of the problem beside title and detail."""

    def __init__(self, status, detail="", **more):
        super().__init__(status)
        self.status, self.detail, self.more = status, detail, more


def invalid(form):
    """The problem of a form that was not accepted, by field, in the language of the caller."""
    named = {("" if name == "__all__" else name): list(sentences) for name, sentences in form.errors.items()}
    return Problem(422, errors=named)


def door(handlers):
    """The view of one address; `handlers` {method: (handler, status when done)}."""

    @login_not_required
    def view(request, **kwargs):
        language = _language(request)
        if language:
            translation.activate(language)
        try:
            response = _answer(request, handlers, kwargs, language)
        except Exception as error:
            problem = _problem_of(error)
            if problem is None:
                raise
            response = _draw(request, problem)
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Authorization", "Accept-Language"])
        return response

    view.csrf_exempt = True  # nothing a browser sends by itself is taken for who somebody is
    view.handlers = handlers
    return view


def _answer(request, handlers, kwargs, language):
    if not switches.get("api"):
        raise Http404
    now, method = timezone.now(), "GET" if request.method == "HEAD" else request.method
    token = _token(request, now)
    request.user = token.user
    if not language and token.user.language:
        translation.activate(token.user.language)
    if not ratelimit.consume(request, app="allauth.account", action="api", key=f"token {token.pk}", limit_get=True):
        raise TooMany(SECONDS)
    if method not in handlers:
        raise Problem(405, allow=sorted(handlers))
    handler, status = handlers[method]
    note_use(token, now=now)
    if method == "GET":
        return _json(handler(Call(request, token.user, now, {}), **kwargs), status)
    if not token.writes:
        raise Problem(403, _("This token only reads."))
    call = Call(request, token.user, now, _sent(request))

    @deed
    def once(request):
        return _json(handler(call, **kwargs), status)

    request.POST = QueryDict(mutable=True)
    request.POST["key"] = _key(request)
    said, request.method = request.method, "POST"  # a deed is a POST to the one-time key, whatever the program calls it
    try:
        response = once(request)
    finally:
        request.method = said
    if response.status_code == 409:  # the same key is being worked on
        raise Problem(409, _("The same request is still being worked on."))
    return response


def _token(request, now):
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    token = read_token(text.strip(), now=now) if kind.lower() == "bearer" and text.strip() else None
    if token is None:
        raise Problem(401, _("Send a valid token: Authorization: Bearer …"))
    return token


def _sent(request):
    """The JSON object of the body."""
    if request.content_type != "application/json":
        raise Problem(415, _("Send JSON: Content-Type: application/json."))
    try:
        found = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise Problem(400, _("This is not JSON.")) from None
    if not isinstance(found, dict):
        raise Problem(400, _("Send a JSON object."))
    return found


def _key(request):
    """The one-time key: the program's own for this address, else a fresh one."""
    given = request.headers.get("Idempotency-Key", "")
    if not given:
        return new_key("api")
    if not 8 <= len(given) <= 200:
        raise Problem(400, _("An Idempotency-Key has 8 to 200 characters."))
    text = f"{request.method} {request.get_full_path()} {given}"
    return f"api.{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _language(request):
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return ""


def _problem_of(error):
    """The problem that says what a page would have said, or None for what is our own mistake."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Http404):
        return Problem(404)
    if isinstance(error, NotAllowed):
        return Problem(403, str(error))
    if isinstance(error, Refused):
        return Problem(409, error.message, holder=str(error.holder or "") or None)
    if isinstance(error, Conflict):
        clashes = [
            {"field": one.field, "before": one.before, "now": _plain(one.now), "yours": _plain(one.yours)}
            for one in error.clashes
        ]
        return Problem(409, version=error.obj.version, clashes=clashes)
    if isinstance(error, TooMany):
        return Problem(429, retry_after=error.seconds)
    if isinstance(error, RequestDataTooBig):
        return Problem(413)
    if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        return Problem(422, errors=error.message_dict)
    return None


def _plain(value):
    return {"id": value.pk, "name": str(value)} if hasattr(value, "pk") else value


def _json(value, status):
    return HttpResponse(_text(value), status=status, content_type="application/json")


def _text(value):
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


TITLES = {401: gettext_lazy("Sign in with a token"), 415: gettext_lazy("This kind of content is not taken")}


def _draw(request, problem):
    status = problem.status
    title, _text_of_page = refusals.WORDS.get(status, ("", ""))
    body = {"type": "about:blank", "title": str(TITLES.get(status) or title), "status": status}
    body |= {"detail": problem.detail} if problem.detail else {}
    body |= {name: value for name, value in problem.more.items() if value is not None}
    body["request_id"] = getattr(request, "id", "")
    response = HttpResponse(_text(body), status=status, content_type="application/problem+json")
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if status == 405:
        response["Allow"] = ", ".join(problem.more["allow"])
    if status == 429:
        response["Retry-After"] = str(problem.more["retry_after"])
    return response
