"""Improvements of a closed month: planned from its bottleneck page, each with a page of its own (R42)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.keys import deed
from core.periods import read_period, today
from reviews.forms import ImprovementForm, OutcomeForm
from reviews.improving import close, courses, may_close, owners, plan
from reviews.models import Improvement
from reviews.scopes import Scope, find_scope, scopes_of
from reviews.tellingimproving import measures_of, tell
from reviews.views.pages import find


def form_of(reading, user, data=None, *, measure=""):
    """The form to plan one, `measure` chosen, or None for who may not."""
    if not reading.may_write or reading.running:
        return None
    return ImprovementForm(
        data, initial={"measure": measure}, measures=measures_of(reading),
        owners=owners(user, reading.scope, reading.known), on=today(reading.now),
    )


def readable(user, improvement):
    """Its scope where the person reads that one's figures, else None: an owner may not be among its readers."""
    place = Scope(improvement.scope, improvement.scope_id)
    return find_scope(place.code, scopes_of(user))


@require_POST
@deed
def new(request, code):
    now = timezone.now()
    reading = find(request, "month", code, request.POST, now)
    if not reading.sells:
        raise Http404
    form = form_of(reading, request.user, request.POST)
    if form is not None and not form.is_valid():
        context = {"reading": reading, "period": reading.period, "scope": reading.scope, "form": form}
        return render(request, "reviews/improve.html", context, status=422)
    data = form.cleaned_data if form is not None else {}
    metric, _dash, detail = data.get("measure", "").partition("-")
    plan(reading, metric=metric, detail=detail, text=data.get("text", ""), owner=data.get("owner"),
         due_on=data.get("due_on"), by=request.user, now=now)
    messages.success(request, _("Saved"))
    return redirect(f"{reverse('reviews:bottleneck', args=[code])}?scope={reading.scope.code}#part-improvements")


@deed
def page(request, pk):
    rows = Improvement.objects.visible_to(request.user).select_related("owner", "made_by")
    improvement = get_object_or_404(rows, pk=pk)
    may = may_close(request.user, improvement)
    first = {"state": improvement.state, "outcome": improvement.outcome, "version": improvement.version}
    form = OutcomeForm(request.POST or None, initial=first)
    if request.method == "POST" and (not may or form.is_valid()):
        data = form.cleaned_data if may else {}
        close(improvement, data.get("state"), data.get("outcome"), by=request.user, now=timezone.now(),
              expect=data.get("version"))
        messages.success(request, _("Saved"))
        return redirect(improvement)
    context = {
        "one": tell(courses([improvement]))[0], "form": form if may else None,
        "period": read_period(improvement.period), "scope": readable(request.user, improvement),
    }
    return render(request, "reviews/improvement.html", context, status=422 if form.errors else 200)
