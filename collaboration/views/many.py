"""/requests/many: accept or hand over several chosen requests (S12)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from collaboration.many import DEEDS, MOST, ManyForm, do_many, sort_out
from collaboration.models import CollaborationRequest
from collaboration.reading import given as given_in
from core.asked import number
from core.keys import deed


@require_http_methods(["GET", "POST"])
@deed
def many(request):
    """GET asks, naming the requests; POST does it to each that is still his to do it to."""
    user, now = request.user, timezone.now()
    given = request.POST if request.method == "POST" else request.GET
    do, keys = given.get("do", ""), [number(text) for text in given.getlist("ids")[:MOST]]
    rows = CollaborationRequest.objects.visible_to(user).with_faces().filter(number__in=[key for key in keys if key])
    found = list(rows.order_by("due_at", "number"))
    if do not in DEEDS or not found:
        raise Http404
    fit, left = sort_out(found, do, user, now=now)
    form = ManyForm(request.POST or None, do=do, requests=fit, by=user)
    if request.method == "GET" or not form.is_valid():
        context = {"do": do, "fit": fit, "left": left, "form": form}
        status = 422 if request.method == "POST" else 200
        return render(request, "collaboration/many.html", context, status=status)
    done, refused = do_many(fit, do, by=user, now=now, **given_in(form.cleaned_data))
    saved = ngettext("%(n)d request: saved", "%(n)d requests: saved", len(done)) % {"n": len(done)}
    rest = [_("%(code)s was left as it is.") % {"code": one.code} for one in left] + [words for _one, words in refused]
    messages.success(request, " · ".join([saved, *rest]))
    return redirect(f"{reverse('collaboration:queue')}?tab={'mine' if do == 'accept' else 'accept'}")
