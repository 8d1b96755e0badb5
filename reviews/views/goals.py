"""/reviews/goals: the method scoreboard, a goal's own page and the cases behind each number (R10–R13, M7)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.asked import VERSION, number
from core.errors import NotAllowed
from core.keys import deed
from core.periods import today
from reviews import scoreboard
from reviews.forms import MethodGoalForm
from reviews.improving import owners
from reviews.listing import by_tag, shown
from reviews.measures import MEASURES, OTHER_CLOCK, sample_of
from reviews.models import MethodGoal
from reviews.scopes import Scope, find_scope, scopes_of
from reviews.tellingscores import Told, case_words, said
from reviews.views.contract import PER_PAGE, read_scope
from reviews.views.targets import only_sales


@require_GET
def page(request):
    """The goals of a scope, and the three of the method that are not set yet, ready to be switched on."""
    scope, scopes, _known = read_scope(request)
    goals = scoreboard.goals_of(request.user, scope)
    may, running = scoreboard.may_set(request.user), {goal.metric for goal in goals if goal.ends_on >= today()}
    context = {
        "told": [Told(one) for one in scoreboard.scored(goals, timezone.now())], "scope": scope, "scopes": scopes,
        "may": may, "presets": [name for name, preset in scoreboard.PRESETS.items() if preset[0] not in running],
    }
    return render(request, "reviews/goals.html", context)


@deed
def new(request):
    scope, _scopes, known = read_scope(request)
    if not scoreboard.may_set(request.user):
        raise NotAllowed
    now = timezone.now()
    offered = [name for name in MEASURES if scoreboard.may_measure(request.user, scope, name)]
    form = MethodGoalForm(
        request.POST or None, initial=scoreboard.proposal(request.GET.get("preset", ""), request.user, now),
        measures=[(name, MEASURES[name].label) for name in offered],
        shares={name for name in offered if MEASURES[name].is_share},
        owners=owners(request.user, scope, known), on=today(now),
        was=lambda data: scoreboard.baseline(scope, data, now),
    )
    if request.method == "POST" and form.is_valid():
        scoreboard.set_goal(scope, by=request.user, now=now, **form.cleaned_data)
        messages.success(request, _("Saved"))
        return redirect(f"{reverse('reviews:goals')}?scope={scope.code}")
    return render(request, "reviews/goal_new.html", {"form": form, "scope": scope}, status=422 if form.errors else 200)


def find(request, pk):
    """A goal that somebody reads, and its scope where he reads that one's figures, else None; 404 for others."""
    only_sales(request.user)
    rows = MethodGoal.objects.visible_to(request.user).select_related("owner", "made_by")
    goal = get_object_or_404(rows, pk=pk)
    scope = find_scope(Scope(goal.scope, goal.scope_id).code, scopes_of(request.user))
    if scope is not None and not scoreboard.may_measure(request.user, scope, goal.metric):
        raise Http404
    return goal, scope


@deed
def goal(request, pk):
    """What it was, what it is, and the verdict; POST gives it up."""
    found, scope = find(request, pk)
    now = timezone.now()
    if request.method == "POST":
        if scope is None:
            raise NotAllowed
        scoreboard.drop(found, by=request.user, now=now, expect=number(request.POST.get("version"), VERSION))
        messages.success(request, _("Given up"))
        return redirect(f"{reverse('reviews:goals')}?scope={scope.code}")
    other = MEASURES.get(OTHER_CLOCK.get(found.metric))
    sides = [sample_of(other, scoreboard.stretch_of(found, side, now)) for side in ("before", "now")] if other else []
    context = {
        "told": Told(scoreboard.scored([found], now)[0]), "scope": scope, "other": other,
        "sides": [said(side.value, other) for side in sides],
        "may": scope is not None and scoreboard.may_set(request.user) and found.dropped_at is None,
    }
    return render(request, "reviews/method_goal.html", context)


@require_GET
def rows(request, pk):
    """The cases behind one number: side before or now; of all, or on for those that count for the share."""
    found, scope = find(request, pk)
    measure, side, of = MEASURES[found.metric], request.GET.get("side", ""), request.GET.get("of", "all")
    known = side in ("before", "now") and of in (("all", "on") if measure.is_share else ("all",))
    if scope is None or not known:
        raise Http404
    cases = measure.read(scoreboard.stretch_of(found, side, timezone.now()))
    lines = [(case.id, case.at, None) for case in cases if of == "all" or case.value]
    values = {case.id: case.value for case in cases}
    lines, bar = by_tag(measure.what, lines, request.user, request.GET)
    listed = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    found_rows = shown(measure.what, listed.object_list, request.user)
    for row, (key, *_rest) in zip(found_rows, listed.object_list, strict=True):
        row["case"] = case_words(measure, values[key])
    context = {"goal": found, "measure": measure, "scope": scope, "side": side, "of": of, "page": listed, "bar": bar,
               "what": measure.what, "total": len(lines), "rows": found_rows}
    return render(request, "reviews/goal_rows.html", context)
