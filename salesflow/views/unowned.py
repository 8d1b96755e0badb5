"""/team/unowned: open work nobody answers for, each line given to somebody in place (R18)."""

import json

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.accountable import Absent, check_of
from accounts.gates import only
from accounts.rights import may_see_team
from core.asked import number
from core.errors import NotAllowed, Refused
from core.keys import deed
from core.lists import answer
from core.periods import today
from salesflow.forms import GiveForm
from salesflow.unowned import counts, sections, takers


@only(may_see_team)
def unowned(request):
    found = sections(request.user, today(timezone.now()))
    context = {"sections": found, "count": sum(section.count for section in found)}
    return answer(request, "team/unowned.html", "team/_unowned.html", context)


@only(may_see_team)
def count(request):
    """How much there is, for the team home, which does not wait for it; nothing when there is none."""
    n = sum(counts(request.user, today(timezone.now())).values())
    return render(request, "team/_unowned_count.html", {"n": n})


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_team)
def give(request, kind, pk):
    """GET asks to whom; POST gives it by the kind's own verb. 409 when somebody answers for it by now."""
    check, now = check_of(kind), timezone.now()
    if check is None:
        raise Http404
    row = get_object_or_404(check.visible(check.base(), request.user), pk=pk)
    absent = Absent.load(today(now))
    if not check.rows(absent).filter(pk=pk).exists():
        raise Refused(_("Somebody answers for this by now."))
    if not check.may_give(row, request.user):
        raise NotAllowed
    form = GiveForm(request.POST or None, people=takers(check, row, request.user, today(now)))
    if request.method == "GET" or not form.is_valid():
        context = {"form": form, "check": check, "pk": pk, "line": check.line(row, absent), "seen": check.version(row)}
        return ask(request, context, bound=form.is_bound)
    seen = number(request.POST.get("version"))
    expect = -1 if seen is None else seen
    to = form.cleaned_data["to"]
    check.give(row, to, by=request.user, now=now, expect=expect, why=form.cleaned_data["why"])
    said = _("%(name)s answers for it now.") % {"name": to.name}
    if not request.htmx:
        messages.success(request, said)
        return redirect("unowned")
    response = HttpResponse(render_to_string("ui/toast.html", {"text": said}, request))
    response["HX-Trigger"] = json.dumps({"close-dialog": {}, "redraw": {}})
    response["HX-Reswap"] = "none"
    return response


def ask(request, context, *, bound):
    context["plain"] = not request.htmx or bool(request.htmx.boosted)
    template = "team/unowned_give.html" if context["plain"] else "team/_unowned_give.html"
    return render(request, template, context, status=422 if bound else 200)
