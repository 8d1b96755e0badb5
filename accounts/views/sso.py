"""Sign-in by the company's directory: the way there and back, one's own links, and how Setup says where it is."""

from allauth.account.decorators import reauthentication_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.dingtalk.views import oauth2_callback as from_dingtalk
from allauth.socialaccount.providers.feishu.views import oauth2_callback as from_feishu
from allauth.socialaccount.providers.openid_connect.views import callback as from_oidc
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from accounts import sso
from accounts.confirming import confirmed
from accounts.forms.sso import WayForm
from accounts.rights import for_admins
from core.keys import deed


@login_not_required
@require_POST
def go(request, way):
    """To the directory. A page leads there, since the policy of this one sends forms nowhere else."""
    if request.user.is_authenticated:
        return redirect("home")
    return _away(request, sso.open_way(way), "login", request.POST.get("next", ""))


@require_POST
def link(request, way):
    """The same for somebody who is in, to link it to himself."""
    found = sso.open_way(way)
    confirmed(request)
    return _away(request, found, "connect", "")


@require_POST
@deed
def unlink(request, pk):
    row = get_object_or_404(request.user.socialaccount_set, pk=pk)
    confirmed(request)
    sso.unlink(row, by=request.user, now=timezone.now())
    return redirect("me")


def _away(request, way, process, then):
    request.GET = request.GET.copy()
    request.GET.clear()  # nothing a link says changes what the directory is asked
    request.GET["process"] = process
    if then:
        request.GET["next"] = then
    try:
        found = get_adapter(request).get_provider(request, way.app.provider_id or way.app.provider)
        there = found.redirect_from_request(request)["Location"]
    except (RequestException, KeyError, ValueError):
        messages.error(request, _("The directory does not answer. Sign in with name and password."))
        return redirect("me" if request.user.is_authenticated else "account_login")
    response = render(request, "account/away.html", {"there": there, "way": way})
    response["Refresh"] = f"0; url={there}"
    return response


def _back(view):
    """Off while somebody was away: nobody comes in by it."""

    @login_not_required
    @require_safe
    def back(request, **kwargs):
        try:
            return view(request, **kwargs)
        except sso.SocialApp.DoesNotExist:
            raise Http404 from None

    return back


oidc_back = _back(from_oidc)
feishu_back = _back(from_feishu)
dingtalk_back = _back(from_dingtalk)


@for_admins
@require_safe
def ways(request):
    return render(request, "setup/sso.html", {"ways": sso.all_ways()})


@for_admins
@reauthentication_required
@deed
def way(request, way):
    """How one directory is reached, for who confirmed lately that it is he."""
    found = sso.way_named(way)
    form = WayForm(request.POST or None, way=found)
    if request.method == "POST" and form.is_valid():
        sso.save_way(found, by=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Saved"))
        return redirect("setup_sso")
    context = {"form": form, "way": found, "back": request.build_absolute_uri(found.back)}
    return render(request, "setup/sso_way.html", context, status=422 if form.errors else 200)
