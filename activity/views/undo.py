"""Undo: 10 seconds from the toast, 30 days from the record of changes."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from activity.models import Event
from activity.parents import gate
from activity.undoing import undo
from core.keys import deed


@require_POST
@deed
def take_back(request, pk):
    """Whoever did it, or an admin, while he still sees the thing. 409 when somebody built on it since."""
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    model = event.subject_type.model_class()
    if model is None or not gate(model, request.user).filter(pk=event.subject_id).exists():
        raise Http404
    said = undo(event, by=request.user, now=timezone.now())
    messages.success(request, " · ".join([_("Undone"), *said]))
    back = request.POST.get("next") or (request.htmx.current_url_abs_path if request.htmx else "") or "/"
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    back = back if back.startswith("/") and ours else "/"
    if not request.htmx:
        return redirect(back)
    response = HttpResponse()
    response["HX-Redirect"] = back  # the page as it was before, the toast with it
    return response
