"""/targets/2024-03/rows: the list behind an attained figure of the sheet of targets (S17)."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from reviews.attainedlines import FATES, counted
from reviews.behind import UnknownFigure
from reviews.columns import offered
from reviews.listing import by_tag, shown
from reviews.views.contract import PER_PAGE
from reviews.views.speeds import asked
from reviews.views.targets import every_detail


@require_GET
def rows(request, code):
    """The lines one figure counts; of a conversion all that entered the stage, each with what became of it."""
    period, context, now = asked(request, code)
    name = request.GET.get("of", "")
    choices = offered(context["known"].stages, every_detail(context["known"]))
    known = {key: (label, metric, detail) for key, label, metric, detail, _stage in choices}
    if name not in known:
        raise Http404
    label, metric, detail = known[name]
    try:
        found = counted(period, metric, detail, context["scope"], context["known"], now=now)
    except UnknownFigure:
        raise Http404 from None
    lines, bar = by_tag(found.what, found.lines, request.user, request.GET)
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    lined = shown(found.what, page.object_list, request.user)
    if found.fates:
        for row, (key, *_rest) in zip(lined, page.object_list, strict=True):
            row["case"] = FATES[found.fates[key]]()
    values = [value for *_key, value in lines if value is not None]
    context |= {"title": label, "of": name, "what": found.what, "found": found, "page": page, "bar": bar,
                "rows": lined, "total": len(lines), "sum": sum(values) if values else None}
    return render(request, "reviews/attained_rows.html", context)
