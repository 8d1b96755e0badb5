"""/targets, /targets/2024-03, /targets/2024-Q1: the sheet of targets, and the bar of the running month (S17)."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from core.asked import number
from core.errors import NotAllowed
from core.keys import deed
from core.periods import period_of, read_period, today
from reviews.aiming import copy_period, is_late, locks_at
from reviews.attained import Attained
from reviews.attaining import elapsed
from reviews.columns import SHEETS, offered
from reviews.goals import goal_of
from reviews.proposing import HOWS, propose
from reviews.rates import share
from reviews.saving import NoSuchCell, lay_over, save_sheet
from reviews.scopes import find_scope, scopes_of, survey, teams_below
from reviews.sheet import changes_of, sheet_of

AHEAD = 12  # months


def read_code(code, kinds=("month", "quarter")):
    """A month or quarter, at most a year ahead; else 404."""
    try:
        period = read_period(code)
    except ValueError:
        raise Http404 from None
    ahead = (period.first.year - today().year) * 12 + period.first.month - today().month
    if period.kind not in kinds or period.code != code or ahead > AHEAD:
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
def sheet(request, code):
    only_sales(request.user)
    return answer(request, read_sheet(request, read_code(code), request.GET.get("view", "")))


def read_sheet(request, period, view):
    known = survey()
    views = SHEETS if period.kind == "month" else [key for key, *_rest in offered(known.stages, every_detail(known))]
    found = sheet_of(request.user, period, view if view in views else views[0], known, now=timezone.now())
    found.known = known
    return found


def every_detail(known):
    """Stages out of use among them: an address that names one stays good."""
    return {str(stage.id) for stage in known.stages}


def answer(request, sheet, *, status=200, **said):
    """The page, or for htmx the sheet alone."""
    period, now = sheet.period, timezone.now()
    context = {
        "sheet": sheet, "period": period, "late": is_late(period, now), "locks_at": locks_at(period),
        "changes": changes_of(sheet), "metrics": offered(sheet.known.stages, sheet.kept), "month": month_of(period),
        "quarter": period_of("quarter", period.first), "time": share(*elapsed(period, now)), **said,
    }
    template = "reviews/_targets.html" if request.htmx else "reviews/targets.html"
    return render(request, template, context, status=status)


def month_of(period):
    """The month to show beside a quarter: the running one when it is inside, else its first."""
    day = today()
    return period_of("month", day if period.first <= day <= period.last else period.first)


@require_POST
@deed
def save(request, code):
    """Save the cells that were changed; or put a proposal into them, unsaved, to be saved by the next press."""
    only_sales(request.user)
    sheet = read_sheet(request, read_code(code), request.POST.get("view", ""))
    try:
        if request.POST.get("propose"):
            return proposed(request, sheet)
        outcome = save_sheet(sheet, request.POST, by=request.user, now=timezone.now())
    except NoSuchCell:
        raise Http404 from None
    if not outcome.saved and (outcome.wrong or outcome.clashes):
        return answer(request, sheet, status=409 if outcome.clashes else 422, outcome=outcome)
    if not (outcome.wrong or outcome.clashes) and not request.htmx:
        return redirect(address(sheet))
    fresh = read_sheet(request, sheet.period, sheet.view)
    for cell in sheet.cells:
        if cell.error:
            again = fresh.cell(cell.name)
            again.text, again.error = cell.text, cell.error
    return answer(request, fresh, outcome=outcome)


def proposed(request, sheet):
    how, _colon, name = request.POST["propose"].partition(":")
    lay_over(sheet, request.POST)
    if how not in HOWS:
        raise Http404
    filled = propose(sheet, how, name, before=attained_before(sheet) if how == "share" else None)
    return answer(request, sheet, proposed=len(filled))


def attained_before(sheet):
    """What a place attained in the period before, as a function of (column, scope)."""
    scopes, known = [row.scope for row in sheet.rows], sheet.known
    last = sheet.period.previous()
    attained = Attained(scopes, last, known.stages, now=timezone.now(), teams_below=teams_below(known))

    def before(column, scope):
        return attained.of(last, column.metric, column.detail, scope) or 0

    return before


def address(sheet):
    url = reverse("reviews:targets", args=[sheet.period.code])
    return f"{url}?{urlencode({'view': sheet.view})}"


@require_POST
@deed
def copy(request, code):
    """The targets of the period before for whoever has none, with some percent on top."""
    only_sales(request.user)
    if not request.user.is_manager:
        raise NotAllowed
    sheet = read_sheet(request, read_code(code), request.POST.get("view", ""))
    percent = number(request.POST.get("percent"), 3) or 0
    scopes = [row.scope for row in sheet.rows if row.cells[0].editable]
    copy_period(sheet.period, scopes, by=request.user, now=timezone.now(), percent=percent)
    return redirect(address(sheet))


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
