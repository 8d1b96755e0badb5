"""/setup/switches: rules and switches under 高级 (S18)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import switches as all_switches
from accounts.forms.switches import SwitchesForm
from accounts.rights import for_admins
from core.keys import deed


@for_admins
@deed
def switches(request):
    form = SwitchesForm(request.POST or None, values=all_switches.everything())
    if request.method == "POST" and form.is_valid():
        for name in form.changed_data:
            all_switches.set(name, form.cleaned_data[name], by=request.user, now=timezone.now())
        messages.success(request, _("Saved"))
        return redirect("setup_switches")
    return render(request, "setup/switches.html", {"form": form}, status=422 if form.errors else 200)
