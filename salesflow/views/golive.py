"""/setup/go-live: from the demo to the company's own (S25)."""

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import sessions, switches
from accounts.rights import for_admins
from accounts.second_factor import note
from core.held import keep_only_for
from core.keys import deed
from salesflow import goinglive
from salesflow.forms import BeginForm
from salesflow.making.removing import Going


@sensitive_post_parameters("password1", "password2")
@never_cache
@for_admins
@deed
def index(request):
    """What is still to do. POST by an admin of the demo: his own account, in which he goes on."""
    form = BeginForm(request.POST or None, initial={"company": switches.get("company_name")})
    if request.method == "POST" and request.user.is_demo and form.is_valid():
        user = goinglive.begin(**form.wanted(), by=request.user, now=timezone.now())
        login(request, user, backend="accounts.backends.SignIn")
        keep_only_for(request, user)
        sessions.begin(request)
        note(request, user)
        return redirect("setup_go_live")
    context = {
        "form": form, "going": Going.look(), "zone": settings.COMPANY_ZONE, "things": goinglive.first_things(),
        "company": switches.get("company_name"),
    }  # fmt: skip
    return render(request, "setup/golive.html", context, status=422 if form.errors else 200)


@require_POST
@for_admins
@reauthentication_required
@deed
def remove(request):
    """Copy, then remove the demo and its accounts."""
    said, copy = goinglive.remove_demo(by=request.user, now=timezone.now())
    text = _("The demo is gone: {customers} customers, {accounts} accounts.").format(**said)
    if copy:
        text += " " + _("The copy from just before: {file}").format(file=copy.name)
    messages.success(request, text)
    return redirect("setup_go_live")
