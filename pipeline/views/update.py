"""End-of-day update (S2): the page, one row, all that are on plan."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gates import only
from accounts.rights import may_see_pipeline
from core import periods
from core.companions import along
from core.entryforms import saved
from core.keys import deed
from core.lists import answer
from pipeline import risks, updating
from pipeline.forms import UpdateForm
from pipeline.models import Deal


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def update(request):
    """GET: the page. POST: everything on plan confirmed in one press, stored as confirmed with others."""
    if request.method == "POST":
        return confirm_all(request)
    context = updating.day_of(request.user, periods.today()).narrowed(request.GET)
    return answer(request, "pipeline/update.html", "pipeline/_update.html", context)


@require_POST
@deed
@only(may_see_pipeline)
def update_row(request, pk):
    """One deal: no change, one line of key action, or a risk."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer", "stage"), pk=pk)
    form = UpdateForm(request.POST)
    if not form.is_valid():
        deal.errors, deal.typed = form.errors.get("key_action") or form.errors["risk"], form.data.get("key_action", "")
        context = {"deal": deal} | updating.day_of(request.user, periods.today()).narrowed(request.GET)
        template = "pipeline/_update_row.html" if request.htmx else "pipeline/update.html"
        context["look"] = [deal if one == deal else one for one in context["look"]]
        return render(request, template, context, status=422)
    line, risk = form.cleaned_data["key_action"], form.cleaned_data["risk"]
    now = timezone.now()
    if risk:
        risks.set_risk(deal, text=risk, by=request.user, now=now)
    how = "action" if line or risk else "same"
    day = updating.mark([deal], how, request.user, now, line=line)
    _timed(request, day)
    if not request.htmx:
        return redirect("pipeline:update")
    deal.line = line or deal.key_action
    html = render_to_string("pipeline/_update_done.html", {"deal": deal}, request)
    return HttpResponse(html + counts(request, day) + along("pipeline.updated", request, deal=deal))


def confirm_all(request):
    shown = updating.day_of(request.user, periods.today()).narrowed(request.GET)
    day = updating.mark(shown["on_plan"], "bulk", request.user, timezone.now())
    _timed(request, day)
    if not request.htmx:
        return redirect("pipeline:update")
    return render(request, "pipeline/_update.html", day.narrowed(request.GET))


def _timed(request, day):
    """The whole update counts, from the page as it opened to its last deal. Without scripts each row is answered by a
    page that opens anew: that says nothing."""
    if day.is_done and request.htmx:
        saved(request, "update")


def counts(request, day):
    return render_to_string("pipeline/_update_count.html", {"day": day, "oob": True}, request)
