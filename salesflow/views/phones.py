"""/setup/phones: how phones get in; /reach: the page a phone opens to try it (S24)."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.rights import for_admins
from core.lists import answer
from salesflow import phones


@require_GET
@for_admins
@never_cache
def index(request):
    now = timezone.now()
    port = int(request.META.get("SERVER_PORT") or 80)
    local = [_with_code(one, now) for one in phones.local(port)]
    found = phones.outside()
    context = {
        "local": local, "outside": _with_code(found, now) if found else None, "secure": phones.is_safe(request),
        "https": request.is_secure() or bool(found and found.secure), "here": request.get_host(),
        "reached": any(one["address"].reached_at for one in local),
    }  # fmt: skip
    return answer(request, "setup/phones.html", "setup/_phones.html", context)


@login_not_required
@never_cache
def enter(request, token):
    """What a phone sees that scanned the code. POST: it tells the admin's page that it came in."""
    host = phones.read(token, now=timezone.now())
    if host is None:
        return render(request, "setup/reach.html", {"gone": True}, status=404)
    told = request.method == "POST"
    if told:
        phones.tell(host, secure=request.is_secure(), now=timezone.now())
    context = {"host": host, "secure": phones.is_safe(request), "told": told}
    return render(request, "setup/reach.html", context)


def _with_code(address, now):
    return {"address": address, "link": address.url + reverse("reach", args=[phones.token(address.host, now=now)])}
