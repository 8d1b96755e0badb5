"""/targets/2024-03/contract: what is between day one and now, the lists behind it, the pace of every day (M6)."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from reviews.contracts import HINTS, PART_WORDS, contract_page, lines_behind, this_month
from reviews.frozen import place_named
from reviews.listing import by_tag, deals_shown
from reviews.scopes import find_scope, scopes_of, survey
from reviews.views.targets import only_sales, read_code

PER_PAGE = 50


def read_scope(request):
    """(the scope asked for, those that may be asked for, the places known); 404 for one that is not his."""
    only_sales(request.user)
    known = survey()
    scopes = [scope for scope in scopes_of(request.user, known) if scope.sells]
    scope = find_scope(request.GET.get("scope", ""), scopes)
    if scope is None:
        raise Http404
    return scope, scopes, known


@require_GET
def contract(request, code):
    scope, scopes, known = read_scope(request)
    shown = contract_page(scope, read_code(code, ("month",)), known, now=timezone.now())
    context = {"shown": shown, "scope": scope, "scopes": scopes, "period": shown.period}
    return render(request, "reviews/contract.html", context)


@require_GET
def course(request):
    """The panel of team home: the pace of the running month and what changed since day one."""
    scope, _scopes, known = read_scope(request)
    shown = contract_page(scope, this_month(timezone.now()), known, now=timezone.now())
    template = "reviews/_course.html" if request.htmx else "reviews/course.html"
    return render(request, template, {"shown": shown, "scope": scope, "period": shown.period})


def place_words(code, known):
    """Which line of the table of places a list is of."""
    kind, _dash, pk = code.partition("-")
    return place_named(kind, int(pk), known).label if pk else _("Others") if code else ""


@require_GET
def lines(request, code):
    """The list behind one figure: exactly as many lines, and their sum."""
    scope, _scopes, known = read_scope(request)
    period, part = read_code(code, ("month",)), request.GET.get("of", "")
    live, place = request.GET.get("live") == "1", request.GET.get("place", "")
    found = lines_behind(scope, period, known, part, now=timezone.now(), live=live, place=place)
    if found is None:
        raise Http404
    found, bar = by_tag("deal", found, request.user, request.GET)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "period": period, "scope": scope, "place": place_words(place, known),
        "title": PART_WORDS[part](), "hint": HINTS[part]() if part in HINTS else "",
        "page": page, "rows": deals_shown(page.object_list, request.user), "total": len(found),
        "sum": sum(value for *_ends, value in found), "both": part in HINTS, "live": live, "bar": bar,
    }
    return render(request, "reviews/lines.html", context)
