"""After signing in again: what was typed when the session had ended, to be sent once more (B34)."""

from django.shortcuts import redirect, render

from core.held import held_for, let_go, texts_of
from core.keys import deed


@deed
def resume(request):
    """GET: the first held text with its form, for its writer only; POST: it is not wanted any more."""
    found = held_for(request)
    if request.method == "POST":
        let_go(request, request.POST.get("held", ""))
        return redirect("resume")
    if found is None:
        return redirect("home")
    return render(request, "accounts/resume.html", {"held": found, "texts": texts_of(found["fields"])})
