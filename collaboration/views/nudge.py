"""POST /requests/R-318/nudge: a reminder to whoever holds the request, from My day and from its page."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from collaboration import nudging, reading
from collaboration.views.page import fetch
from core.keys import deed


@require_POST
@deed
def nudge(request, number):
    """The button becomes what was done; without scripts back to where he came from."""
    one = fetch(request, number)
    event = nudging.nudge(one, by=request.user, now=timezone.now())
    if not request.htmx:
        messages.success(request, _("%(who)s got a reminder") % {"who": event.data["to"]})
        return redirect(reading.back(request.POST.get("back"), one))
    return render(request, "collaboration/_nudge.html", {"one": one, "nudged": True, "to": event.data["to"]})
