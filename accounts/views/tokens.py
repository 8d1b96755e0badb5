"""Own tokens for other programs: made by who confirmed lately that it is he, shown once, ended at any time."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import switches
from accounts import tokens as all_tokens
from accounts.confirming import confirmed
from accounts.forms.profile import TokenForm
from accounts.models import ApiToken
from core.keys import deed


@deed
def tokens(request):
    if not switches.get("api"):
        raise Http404
    now, user = timezone.now(), request.user
    form = TokenForm(request.POST or None)
    context = {"form": form, "made": ""}
    if request.method == "POST" and form.is_valid():
        confirmed(request)
        context["made"] = all_tokens.make_token(user, now=now, **form.cleaned_data)
        context["form"] = TokenForm()
    context["tokens"] = all_tokens.live_tokens(user, now=now)
    response = render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)
    response.shown_once = bool(context["made"])  # the answer to a repeated press must not keep the token
    return response


@require_POST
@deed
def end(request, pk):
    """One's own, or as an admin anybody's."""
    token = get_object_or_404(ApiToken.objects.visible_to(request.user).select_related("user"), pk=pk)
    all_tokens.end_token(token, by=request.user, now=timezone.now())
    return redirect("me_tokens") if token.user_id == request.user.pk else redirect("setup_person", token.user_id)
