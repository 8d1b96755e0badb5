"""A join link: its page for those who are not here yet, and /setup/people/join for the admin (S24)."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import joining
from accounts.forms.joining import AskForm, LinkForm, Placed
from accounts.models import JoinAsk, JoinLink
from accounts.rights import for_admins
from accounts.views.waiting import ASKED
from core.errors import TooMany
from core.keys import deed
from core.reaching import address_for_others


@login_not_required
@never_cache
def enter(request, token):
    """Open to whoever holds the link: name and mobile, then waiting."""
    link = joining.find(token, now=timezone.now())
    if link is None:
        return render(request, "account/join.html", {"gone": True}, status=404)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="join"):
            raise TooMany(3600)
        one = joining.ask(link, **form.cleaned_data, now=timezone.now())
        request.session[ASKED] = one.pk
        return redirect("join_wait")
    return render(request, "account/join.html", {"form": form}, status=422 if form.errors else 200)


@for_admins
@deed
def links(request):
    """The links there are, who waits, and a new one."""
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        link = joining.open_link(by=request.user, now=timezone.now(), **form.cleaned_data)
        return redirect("setup_join_link", pk=link.pk)
    asks = list(JoinAsk.objects.visible_to(request.user).waiting().select_related("link__department", "link__team"))
    said = joining.doubts(asks)
    for one in asks:
        one.doubt = said.get(one.pk, "")
        one.form = Placed(initial=_as_the_link_says(one.link), auto_id=f"id_{one.pk}_%s")
    now = timezone.now()
    context = {"form": form, "links": JoinLink.objects.visible_to(request.user).open(now), "asks": asks}
    return render(request, "accounts/join_links.html", context, status=422 if form.errors else 200)


@require_GET
@for_admins
@never_cache
def link(request, pk):
    """The link with its QR, as large as a sheet on the wall wants it."""
    one = get_object_or_404(JoinLink.objects.visible_to(request.user).open(timezone.now()), pk=pk)
    address = address_for_others(request, reverse("join", args=[joining.token_of(one)]))
    return render(request, "accounts/join_link.html", {"one": one, "address": address})


@require_POST
@for_admins
@deed
def end(request, pk):
    one = get_object_or_404(JoinLink.objects.visible_to(request.user), pk=pk)
    joining.end_link(one, by=request.user, now=timezone.now())
    messages.success(request, _("The link has ended"))
    return redirect("setup_join")


@require_POST
@for_admins
@deed
def approve(request, pk):
    one = get_object_or_404(JoinAsk.objects.visible_to(request.user), pk=pk)
    form = Placed(request.POST)
    if not form.is_valid():
        said = " · ".join(error for errors in form.errors.values() for error in errors)
        messages.error(request, f"{one.name}: {said}")
        return redirect("setup_join")
    user = joining.approve(one, by=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("{name} is let in and sets a password on his device").format(name=user.name))
    return redirect("setup_join")


@require_POST
@for_admins
@deed
def refuse(request, pk):
    one = get_object_or_404(JoinAsk.objects.visible_to(request.user), pk=pk)
    joining.refuse(one, by=request.user, now=timezone.now())
    return redirect("setup_join")


def _as_the_link_says(link):
    return {"role": link.role, "department": link.department_id, "team": link.team_id}
