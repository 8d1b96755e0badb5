"""The page on which somebody who asked by a join link waits, and goes on when he is let in (S24)."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts import joining

ASKED = "join_ask"  # in the session of the device that asked: which row is its own


@login_not_required
@never_cache
def enter(request):
    """How it stands with what this device asked for; POST: on to the first password."""
    one = joining.asked_by_device(request.session.get(ASKED))
    if one is None:
        return render(request, "account/join.html", {"gone": True}, status=404)
    if request.method == "POST":
        return redirect("invite", joining.take(one, now=timezone.now()))
    context = {"asked": one, "ready": joining.may_take(one, now=timezone.now())}
    return render(request, "account/join_wait.html", context)
