"""/setup/quiet: the limits of quiet, tried on today's data, saved, taken back (M12)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import switches
from accounts.rights import for_admins
from core.keys import deed
from core.lists import answer
from core.periods import today
from customers.forms.limits import LimitsForm
from customers.limits import change_limits, changes, preview


@for_admins
@deed
def limits(request):
    """GET: the form, with ?preview= what would come and go. POST: saved."""
    asked = request.POST if request.method == "POST" else request.GET if "preview" in request.GET else None
    form = LimitsForm(asked, values=switches.everything())
    if request.method == "POST" and form.is_valid():
        change_limits(form.wanted(), by=request.user, now=timezone.now())
        messages.success(request, _("Saved"))
        return redirect("setup_quiet")
    context = {"form": form, "changes": changes()}
    if form.is_bound and form.is_valid():
        context["preview"] = preview(request.user, form.wanted(), on=today())
    if request.method == "POST" or form.errors:
        return render(request, "setup/quiet.html", context, status=422)
    return answer(request, "setup/quiet.html", "setup/_quiet_preview.html", context)
