"""While the house is closed (core/maintenance.py) every page answers 503 in both languages, without the database."""

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from core import maintenance
from core.held import LEFT_OUT, MOST, NEVER

OTHER = {"zh-hans": "en", "en": "zh-hans"}


class Closed:
    """Before sessions and sign-in, after the headers. What a form was sent with stands in the page and is sent again
    with one press; a form with a password or a file is not kept."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        reason = maintenance.what_for()
        return _answer(request) if reason else self.get_response(request)


def _answer(request):
    if request.path == "/healthz":
        response = HttpResponse("status: maintenance\n", content_type="text/plain")
    else:
        language = translation.get_language_from_request(request)
        panel = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
        kept = [] if panel or request.method != "POST" else _kept(request)
        context = {"panel": panel, "status": 503, "kept": kept, "other": OTHER[language]}
        context |= {"path": request.get_full_path(), "seconds": maintenance.RETRY_AFTER}
        with translation.override(language):
            response = HttpResponse(render_to_string("errors/alone.html" if panel else "errors/closed.html", context))
        response["Content-Language"] = language
    response.status_code = 503
    response["Retry-After"] = str(maintenance.RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def _kept(request):
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    secret = any(word in name.lower() for name, _value in fields for word in NEVER)
    sent = [(name, value) for name, value in fields if name not in LEFT_OUT]
    if secret or request.FILES or not sent or sum(len(value) for _name, value in fields) > MOST:
        return []
    return fields
