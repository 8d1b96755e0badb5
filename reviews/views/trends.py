"""/reviews/trends: one figure over twelve months, as a chart and the table it is drawn from; the cases of a month."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.periods import period_of, read_period, today
from reviews.listing import by_tag, shown
from reviews.scoreboard import may_measure
from reviews.tellingscores import case_words
from reviews.tellingtrends import TABS, told_months, told_waits
from reviews.trends import MEASURED, SHOWN, cases, trend, year_of
from reviews.views.contract import PER_PAGE, read_scope
from reviews.waits import Waits


@require_GET
def page(request):
    scope, scopes, _known = read_scope(request)
    now, of = timezone.now(), request.GET.get("of", "cycle")
    tabs = [(name, label()) for name, label in TABS.items() if may_measure(request.user, scope, name)]
    if of not in dict(tabs):
        raise Http404
    if of == "waiting":
        series, rows = told_waits(Waits.read(scope, period_of("month", today(now)), now=now))
    else:
        year = year_of(scope, now)
        measures = [MEASURED[name] for name in SHOWN[of]]
        series, rows = told_months(measures, [trend(measure, year) for measure in measures])
    context = {"scope": scope, "scopes": scopes, "of": of, "tabs": tabs, "series": series, "rows": rows,
               "running": period_of("month", today(now)).code, "keep": {"of": of}}
    return render(request, "reviews/trends.html", context)


@require_GET
def rows(request):
    """The cases of one measure in one month: all, or on for those that count for the share."""
    scope, _scopes, _known = read_scope(request)
    name, part, now = request.GET.get("of", ""), request.GET.get("part", "all"), timezone.now()
    try:
        month = read_period(request.GET.get("month", ""))
    except ValueError:
        raise Http404 from None
    shares = name in MEASURED and MEASURED[name].is_share
    if name not in MEASURED or month.kind != "month" or part not in ("all", "on") or (part == "on" and not shares):
        raise Http404
    if not may_measure(request.user, scope, name):
        raise Http404
    measure = MEASURED[name]
    behind = cases(measure, scope, month, now=now)
    if behind is None:
        raise Http404
    lines = [(case.id, case.at, None) for case in behind if part == "all" or case.value]
    values = {case.id: case.value for case in behind}
    lines, bar = by_tag(measure.what, lines, request.user, request.GET)
    listed = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    found = shown(measure.what, listed.object_list, request.user)
    for row, (key, *_rest) in zip(found, listed.object_list, strict=True):
        row["case"] = case_words(measure, values[key])
    context = {"measure": measure, "scope": scope, "month": month, "part": part, "page": listed, "bar": bar,
               "tab": next((tab for tab, names in SHOWN.items() if name in names), "cycle"),
               "what": measure.what, "total": len(lines), "rows": found}
    return render(request, "reviews/trend_rows.html", context)
