"""Saved filters of board and table: one list for both, as they share their query string (S7, S8)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.gates import only
from accounts.models import SavedView, Team, User
from accounts.rights import may_see_pipeline
from core import periods
from core.keys import deed
from core.lists import answer
from core.past import read_past
from customers.forms.view import SaveViewForm
from customers.saving import remove_view, save_view, tidy
from exchange.defined import load
from exchange.ownfilters import STATES, boxes, parameters
from pipeline import listed
from pipeline.asking import Asked
from pipeline.asof import AskedThen
from pipeline.filters import DealFilter
from pipeline.lanes import CHOICES
from pipeline.own import OF, own_fields
from pipeline.sums import bar_of, read_sums

PAGE = "pipeline:board"
NAMES = frozenset({*DealFilter.base_filters, "playbook", "lanes", "sort", "group", "state", "more"})
TARGETS = {"table": "pipeline:table", "pipeline:table": "pipeline:table"}


@require_GET
@only(may_see_pipeline)
def filters(request):
    """The panel behind 筛选: person, tag, key action, team, saved filters. A page of its own without scripts."""
    target = TARGETS.get(request.GET.get("on"), PAGE)
    return answer(request, "pipeline/filters.html", "pipeline/_filters.html", panel(request, request.GET, target))


def panel(request, query, target):
    here = tidy(query.urlencode(), names_of())
    saved = list(_views(request.user))
    past = read_past(query, periods.today())
    asked = AskedThen(request.user, query, past, tell_tags=True) if past.day else Asked(request.user, query, past.on)
    bar = bar_of(read_sums(asked), asked)[0] if past.day else None
    return {
        "past": past, "bar": bar,
        "asked": asked,
        "query": query,
        "people": User.objects.visible_to(request.user).sellers().order_by("team", "id").values_list("pk", "name"),
        "teams": Team.objects.visible_to(request.user).order_by("id"),
        "chosen_tags": asked.tags,
        "kinds": listed.live_kinds(), "chosen_kinds": query.getlist("action"),
        "views": saved, "here": here, "known": any(view.query == here for view in saved),
        "boxes": boxes(asked.filterset, own_fields(), query), "states": STATES, "more": query.getlist("more"),
        "own_on": any(query.get(name) for name in parameters(own_fields())),
        "lanes": CHOICES.items(),
        "target": target,
    }


def names_of():
    """What a saved filter holds."""
    return NAMES | parameters(load().every.get(OF, ()))


def _views(user):
    return SavedView.objects.visible_to(user).filter(page=PAGE).select_related("owner", "team")


@require_POST
@deed
@only(may_see_pipeline)
def save(request):
    """A name for the filter on screen; the same name is replaced."""
    target, form = TARGETS.get(request.POST.get("on"), PAGE), SaveViewForm(request.POST)
    if not form.is_valid():
        query = request.GET.__class__(request.POST.get("query", "")[:4000])
        return render(request, "pipeline/filters.html", panel(request, query, target) | {"form": form}, status=422)
    data = form.cleaned_data
    view = save_view(
        data["name"], data["query"], by=request.user, now=timezone.now(), shared=data["shared"], page=PAGE,
        names=names_of(),
    )  # fmt: skip
    messages.success(request, _("Saved"))
    return redirect(f"{reverse(target)}?{view.query}")


@require_POST
@deed
@only(may_see_pipeline)
def remove(request, pk):
    view = get_object_or_404(SavedView.objects.visible_to(request.user).filter(page=PAGE), pk=pk)
    remove_view(view, by=request.user, now=timezone.now())
    messages.success(request, _("Removed"))
    return redirect(TARGETS.get(request.POST.get("on"), PAGE))
