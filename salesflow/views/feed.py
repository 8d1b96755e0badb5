"""The calendar feed: its secret address, and the text behind it (Q10)."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from accounts import switches
from accounts.feeds import make_address, read_address, revoke_address
from accounts.models import User
from accounts.rights import for_admins
from core.keys import deed
from core.reaching import address_for_others
from salesflow.feeding import calendar_of


@login_not_required
@require_safe
def feed(request, token):
    """Open to whoever holds the address; made up, revoked and switched off are one 404."""
    user = read_address(token)
    if user is None:
        raise Http404
    with translation.override(user.language or translation.get_language()):
        text = calendar_of(
            user, now=timezone.now(), base=request.build_absolute_uri("/").rstrip("/"),
            visit_hours=switches.get("visit_hours"),
        )
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
@deed
def make(request):
    """A fresh address, shown this once."""
    token = make_address(request.user, now=timezone.now())
    address = address_for_others(request, f"/calendar/{token}.ics")
    response = render(request, "accounts/feed.html", {"address": address})
    response.shown_once = True  # the answer to a repeated press must not keep the token
    return response


@require_POST
@deed
def revoke(request):
    revoke_address(request.user, by=request.user, now=timezone.now())
    return redirect("me")


@for_admins
@require_POST
@deed
def revoke_of(request, pk):
    """An admin ends somebody's address."""
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    revoke_address(person, by=request.user, now=timezone.now())
    return redirect("setup_person", pk)
