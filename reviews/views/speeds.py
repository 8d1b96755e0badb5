"""/targets/2024-03/response and /approval: the two figures of time, by rep and source, and the lists behind them."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.periods import today
from reviews.approvals import approval_days
from reviews.listing import ROWS, by_tag
from reviews.speedpages import (
    approvals_of,
    by_person,
    by_source,
    compared_with,
    earlier,
    leads_of,
    narrowed,
    on_both_clocks,
    response_lines,
    shift,
)
from reviews.views.contract import PER_PAGE, read_scope
from reviews.views.forecast import named
from reviews.views.targets import month_of, read_code


def asked(request, code):
    """(period, context of every page here, now): of a period that has begun and a scope that is his; else 404."""
    scope, scopes, known = read_scope(request)
    period, now = read_code(code), timezone.now()
    if period.first > today(now):
        raise Http404
    following = period.next()
    context = {"period": period, "scope": scope, "scopes": scopes, "known": known, "month": month_of(period),
               "next": following if following.first <= today(now) else None}
    return period, context, now


@require_GET
def response(request, code):
    period, context, now = asked(request, code)
    leads = leads_of(period, context["scope"], now=now)
    context |= {"clocks": on_both_clocks(leads), "leads": len(leads), "sources": by_source(leads),
                "people": by_person(leads, on_both_clocks, context["known"])}
    return render(request, "reviews/response.html", context)


@require_GET
def approval(request, code):
    period, context, now = asked(request, code)
    then = compared_with(period, request.GET.get("with", ""))
    if then is None:
        raise Http404
    approvals, before = (approvals_of(one, context["scope"], now=now) for one in (period, then))
    context |= {
        "waited": approval_days(approvals), "then": then, "before": approval_days(before),
        "shift": (moved := shift(approvals, before)), "shift_size": abs(moved or 0), "earlier": earlier(period),
        "people": by_person(approvals, approval_days, context["known"]),
    }
    return render(request, "reviews/approval.html", context)


def asked_person(request):
    return named(request.GET["person"]) if request.GET.get("person") else None


@require_GET
def response_rows(request, code):
    """The leads one figure counts: exactly as many lines."""
    period, context, now = asked(request, code)
    leads = narrowed(leads_of(period, context["scope"], now=now), person=asked_person(request),
                     source=request.GET.get("source") or None)
    found = response_lines(leads, request.GET.get("of", ""))
    if found is None:
        raise Http404
    clock, _dash, state = request.GET["of"].partition("-")
    return lines(request, context | {"what": "response", "clock": clock, "state": state}, found, "customer")


@require_GET
def approval_rows(request, code):
    """The approved contracts one figure counts."""
    period, context, now = asked(request, code)
    found = narrowed(approvals_of(period, context["scope"], now=now), person=asked_person(request))
    return lines(request, context | {"what": "approval"}, found, "request")


def lines(request, context, found, kind):
    """One page of lines, each through its own gate: one that is hidden stays a line without a name."""
    found, bar = by_tag(kind, [(row.id, row) for row in found], request.user, request.GET)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    known = ROWS[kind](request.user).in_bulk([pk for pk, _row in page.object_list])
    context |= {"page": page, "total": len(found), "bar": bar,
                "rows": [{"obj": known.get(pk), "row": row} for pk, row in page.object_list]}
    return render(request, "reviews/speed_rows.html", context)
