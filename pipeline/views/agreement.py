"""The stage agreement check (M15): one deal a card, judged without seeing the other's answer, and what came of it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.gates import only
from accounts.rights import may_see_pipeline, may_see_team, may_set_up
from core.keys import deed
from core.lists import answer
from core.periods import today
from pipeline import agreeing, agreement
from pipeline.models import AgreementSample


def on_only():
    """Off until switched on (D52): then there is no such page."""
    if not agreement.is_on():
        raise Http404


@require_GET
@only(may_see_pipeline)
def judging(request):
    on_only()
    return answer(request, "pipeline/agreement.html", "pipeline/_agreement.html", context_of(request))


def context_of(request):
    week = agreement.week_for(request.user, today(timezone.now()))
    card = agreement.card_of(week.next, request.user) if week.next else None
    return {"week": week, "card": card, "may_see_results": may_see_team(request.user)}


@require_POST
@deed
@only(may_see_pipeline)
def judge(request, pk):
    """404 for whoever does not judge it; 409 when both have."""
    on_only()
    now = timezone.now()
    rows = AgreementSample.objects.visible_to(request.user).of_judge(request.user).select_related("deal")
    sample = get_object_or_404(rows.filter(pk__in=agreement.mine(request.user, today(now))), pk=pk)
    said = request.POST.get("stage", "")
    stage = next((one for one in agreement.choices_of(sample.deal) if str(one.pk) == said), None)
    if stage is None and said != "unsure":
        context = context_of(request) | {"error": _("Choose one of the stages.")}
        template = "pipeline/_agreement.html" if request.htmx else "pipeline/agreement.html"
        return render(request, template, context, status=422)
    agreement.judge(sample, stage, by=request.user, now=now)
    if not request.htmx:
        messages.success(request, _("Saved"))
        return redirect("pipeline:agreement")
    return render(request, "pipeline/_agreement.html", context_of(request) | {"moved": True})


@require_GET
@only(may_see_team)
def results(request):
    """Counted over what this person leads; only what both have judged counts."""
    on_only()
    samples = AgreementSample.objects.visible_to(request.user)
    context = {
        "books": agreeing.books(samples, now=timezone.now()), "may_change": may_set_up(request.user),
        "limit": agreeing.LIMIT, "weeks": agreeing.BACK.days // 7,
    }  # fmt: skip
    return render(request, "pipeline/agreement_results.html", context)
