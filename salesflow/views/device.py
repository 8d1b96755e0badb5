"""What a browser needs to keep SalesFlow on a device: the service worker, the manifest, the page without a connection.

All three are for everybody and hold nothing of anybody: no name, no session, no token. The worker caches them and the
static files, and nothing else.
"""

import hashlib
import json
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers import choices

FILES = (
    "css/app.css", "js/app.js", "js/offline.js", "icons.svg", "favicon.svg", "chevron.svg", "icons/app-192.png",
)  # what the page without a connection needs
ICONS = (("icons/app-192.png", "192x192", "any"), ("icons/app-512.png", "512x512", "any"),
         ("icons/maskable-512.png", "512x512", "maskable"))  # fmt: skip
PAGE = "/offline"


@login_not_required
@require_safe
def worker(request):
    """/sw.js: the file static/sw.js with the names it caches. Its version changes with any of them, and with a word."""
    files = [staticfiles_storage.url(name) for name in FILES]
    text = _read("sw.js").decode()
    parts = [text.encode(), _page().encode(), *(name.encode() for name in files), *map(_read, FILES)]
    stamp = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]
    head = f"const VERSION = {json.dumps(stamp)};\nconst FILES = {json.dumps([PAGE, *files])};\n"
    response = HttpResponse(head + text, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_safe
def manifest(request):
    """/manifest.webmanifest: the name in the reader's language, so that it stands so on the home screen."""
    icons = [
        {"src": staticfiles_storage.url(name), "sizes": size, "type": "image/png", "purpose": purpose}
        for name, size, purpose in ICONS
    ]
    body = {
        "name": _("SalesFlow: sales follow-up"), "short_name": "SalesFlow", "lang": _language(), "id": "/",
        "start_url": "/", "scope": "/", "display": "standalone", "icons": icons, "theme_color": "#2a4fa6",
        "background_color": "#f6f5f1", "shortcuts": [{"name": _("Log a follow-up"), "url": "/log"}],
    }  # fmt: skip
    response = JsonResponse(body, content_type="application/manifest+json")
    response["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_safe
def offline(request):
    """/offline: what is shown when a page cannot be had, with a log to write. Drawn without the request."""
    response = HttpResponse(_page())
    response["Cache-Control"] = "no-store"
    return response


def _page():
    methods = choices.load().methods.values()
    return render_to_string("device/offline.html", {"methods": [m for m in methods if m.code != "meeting"]})


def _language():
    return "en" if (get_language() or "").startswith("en") else "zh-CN"


def _read(name):
    """The bytes of a static file: without hashed names its address does not say that it changed."""
    return Path(finders.find(name)).read_bytes()
