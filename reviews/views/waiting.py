"""/reviews/waiting/2024-03: what waiting for other departments cost, and the deals behind each number (M11)."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.rights import sees_amounts
from collaboration.models import CollaborationRequest
from collaboration.waiting import IN_APPROVAL
from core.asked import number
from core.periods import today
from pipeline.models import Deal
from reviews.listing import by_tag
from reviews.scopes import find_scope, scopes_of, survey
from reviews.views.contract import PER_PAGE
from reviews.views.targets import read_code
from reviews.waits import Waits, by_deal, narrowed, takes_requests

CAUSES = {IN_APPROVAL, *CollaborationRequest.State.values}


def asked(request, code):
    """(Waits, context of both pages) of a month that has begun and a scope that is his; else 404."""
    period, now = read_code(code, ("month",)), timezone.now()
    scopes = scopes_of(request.user, survey())
    scope = find_scope(request.GET.get("scope", ""), scopes)
    if scope is None or period.first > today(now):
        raise Http404
    following = period.next()
    context = {
        "period": period, "scope": scope, "scopes": scopes, "serves": takes_requests(scope),
        "next": following if following.first <= today(now) else None,
    }
    return Waits.read(scope, period, now=now), context


@require_GET
def waiting(request, code):
    waits, context = asked(request, code)
    inside = waits.inside()
    cost = waits.cost(inside)
    context |= {
        "total": waits.shown([("", "", cost)])[0], "tables": waits.tables(), "trend": waits.trend(), "cost": cost,
        "now": waits.cost([one for one in inside if one.running]), "month_runs": context["next"] is None,
        "amounts": sees_amounts(request.user),
    }
    return render(request, "reviews/waiting.html", context)


@require_GET
def waiting_rows(request, code):
    """The deals one figure counts: exactly as many lines, each through its own gate."""
    waits, context = asked(request, code)
    found = by_deal(waits, narrowed(chosen(waits, request.GET), read_asked(request.GET)))
    found, bar = by_tag("deal", found, request.user, request.GET)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    user, lines = request.user, page.object_list
    deals = Deal.objects.visible_to(user).select_related("customer", "stage").in_bulk([pk for pk, *_rest in lines])
    mine = CollaborationRequest.objects.visible_to(user).in_bulk([one for *_pk, rows in lines for one in rows])
    context |= {"page": page, "total": len(found), "bar": bar, "amounts": sees_amounts(user), "rows": [
        {"deal": deals.get(pk), "cost": cost, "requests": [mine[one] for one in rows if one in mine]}
        for pk, cost, rows in lines
    ]}
    return render(request, "reviews/waiting_rows.html", context)


def chosen(waits, query):
    """The stretches of the month; with ?of=running those that have not ended."""
    stretches = waits.inside()
    if query.get("of") != "running":
        return stretches
    return [one for one in stretches if one.running]


def read_asked(query):
    """{"department" or "kind": key, "cause": word}; 404 for what is none."""
    found = {name: number(query[name]) for name in ("department", "kind") if query.get(name)}
    if query.get("cause"):
        found["cause"] = query["cause"]
    if None in found.values() or found.get("cause", IN_APPROVAL) not in CAUSES:
        raise Http404
    return found
