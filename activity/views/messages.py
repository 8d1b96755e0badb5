"""/messages and the bell panel (S19)."""

from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from activity.messages import inbox, mark
from core.asked import number
from core.keys import deed
from core.lists import answer


def messages(request):
    """The page; for htmx only its fragment, which is the bell panel as well."""
    context = {"inbox": inbox(request.user, now=timezone.now())}
    return answer(request, "activity/messages.html", "activity/_messages.html", context)


@require_POST
@deed
def read(request):
    """Mark read (`read=1`) or unread (`read=0`): those of `notice`, or with `all` everything for information."""
    keys = [key for text in request.POST.getlist("notice") if (key := number(text))]
    if not keys and "all" not in request.POST:
        return HttpResponseBadRequest()
    mark(request.user, keys or None, read=request.POST.get("read") != "0", now=timezone.now())
    if request.htmx:
        return render(request, "activity/_messages.html", {"inbox": inbox(request.user, now=timezone.now())})
    return redirect("activity:messages")
