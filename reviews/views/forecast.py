"""/forecast: open deals by the month they are expected to close in, and the list behind each number."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.asked import number
from core.periods import today
from reviews.forecast import amount_and_likely, bucket_words, forecast, lines_of
from reviews.likely import likely_cents, money
from reviews.listing import by_tag, deals_shown
from reviews.views.contract import PER_PAGE, read_scope


@require_GET
def page(request):
    scope, scopes, known = read_scope(request)
    found = forecast(scope, known, on=today(timezone.now()))
    return render(request, "reviews/forecast.html", {"forecast": found, "scope": scope, "scopes": scopes})


def named(text):
    """The key of a team or a person; what is none is as good as unknown."""
    if (key := number(text)) is None:
        raise Http404
    return key


@require_GET
def lines(request):
    scope, _scopes, _known = read_scope(request)
    bucket, slipped = request.GET.get("month", "all"), request.GET.get("slipped") == "1"
    place = next(((kind, named(request.GET[kind])) for kind in ("team", "person") if request.GET.get(kind)), None)
    rows = lines_of(scope, bucket, on=today(timezone.now()), slipped=slipped, place=place)
    if rows is None:
        raise Http404
    found, bar = by_tag("deal", rows.values_list("pk"), request.user, request.GET)
    rows = rows.filter(pk__in=[pk for pk, in found]) if bar.chosen else rows
    sums = rows.order_by().aggregate(count=Count("pk"), likely=likely_cents())
    page = Paginator(rows.values_list("pk", flat=True), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "scope": scope, "title": bucket_words(bucket), "slipped": slipped, "page": page, "total": sums["count"],
        "sum": money(sums["likely"]), "rows": deals_shown(amount_and_likely(page.object_list), request.user),
        "forecast": True, "both": True, "bar": bar,
    }
    return render(request, "reviews/lines.html", context)
