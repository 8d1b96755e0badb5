"""/targets, /targets/2024-03: the grid of targets, and the bar of the running month (S17)."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.errors import NotAllowed
from core.keys import deed
from core.periods import period_of, read_period, today
from reviews.aiming import METRICS, NeedsReason, aim, copy_month, grid, is_late, may_aim
from reviews.forms import TargetCell
from reviews.goals import goal_of
from reviews.scopes import find_scope, scopes_of, survey
from reviews.views.pages import version_seen

AHEAD = 12  # months


def read_month(code):
    """A month, at most a year ahead; else 404."""
    try:
        period = read_period(code)
    except ValueError:
        raise Http404 from None
    ahead = (period.first.year - today().year) * 12 + period.first.month - today().month
    if period.kind != "month" or period.code != code or ahead > AHEAD:
        raise Http404
    return period


def only_sales(user):
    if user.is_support:
        raise NotAllowed


@require_GET
def home(request):
    only_sales(request.user)
    return redirect("reviews:targets", period_of("month", today()).code)


@require_GET
def month(request, code):
    only_sales(request.user)
    return render(request, "reviews/targets.html", context_of(request.user, read_month(code)))


def context_of(user, period):
    known = survey()
    lines = grid(user, period, known)
    return {
        "period": period, "lines": lines, "metrics": METRICS, "late": is_late(period, timezone.now()),
        "empty": not any(box.target for line in lines for box in line.cells), "may_aim": user.is_manager and lines,
    }


@require_POST
@deed
def cell(request, code):
    """Save one target. Wrong input marks its cell and leaves the rest."""
    only_sales(request.user)
    period, known = read_month(code), survey()
    scope = find_scope(request.POST.get("scope", "-"), scopes_of(request.user, known))
    metric = request.POST.get("metric")
    if scope is None or metric not in METRICS:
        raise Http404
    if not may_aim(request.user, scope, known):
        raise NotAllowed
    form, error = TargetCell(request.POST), ""
    if form.is_valid():
        try:
            aim(period, metric, scope, form.cleaned_data["value"], by=request.user, now=timezone.now(),
                expect=version_seen(request.POST) or None, reason=form.cleaned_data["reason"])
        except NeedsReason:
            error = _("Say why the target changes")
    else:
        error = next(iter(form.errors.values()))[0]
    return answer_cell(request, period, scope, metric, error)


def answer_cell(request, period, scope, metric, error):
    context = context_of(request.user, period)
    for line in context["lines"]:
        for box in line.cells:
            if error and line.scope == scope and box.metric == metric:
                box.error, box.typed = error, request.POST.get("value", "")[:40]
    if not error and not request.htmx:
        return redirect("reviews:targets", period.code)
    template = "reviews/_targets.html" if request.htmx else "reviews/targets.html"
    return render(request, template, context, status=422 if error else 200)


@require_POST
@deed
def copy(request, code):
    """Last month's targets for whoever has none, with some percent on top."""
    only_sales(request.user)
    if not request.user.is_manager:
        raise NotAllowed
    period, known = read_month(code), survey()
    percent = request.POST.get("percent", "0")
    percent = int(percent) if percent.isdecimal() and len(percent) < 4 else 0
    scopes = [scope for scope in scopes_of(request.user, known) if may_aim(request.user, scope, known)]
    copy_month(period, scopes, by=request.user, now=timezone.now(), percent=percent)
    return redirect("reviews:targets", period.code)


@require_GET
def goal(request):
    """The fragment the board loads: the goal of the scope shown first, or of ?scope=."""
    only_sales(request.user)
    known = survey()
    scope = find_scope(request.GET.get("scope", ""), scopes_of(request.user, known))
    if scope is None:
        raise Http404
    goal = goal_of(scope, now=timezone.now(), stages=known.stages)
    page = "reviews/_goal.html" if request.htmx else "reviews/goal.html"
    return render(request, page, {"goal": goal, "scope": scope})
