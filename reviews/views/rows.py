"""/reviews/rows: the list behind a number, with exactly that many lines."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from reviews.behind import Asked, UnknownFigure, behind
from reviews.listing import shown, title_of_figure
from reviews.views.pages import address, find, kind_of

PER_PAGE = 50


@require_GET
def rows(request):
    asked = read_asked(request.GET)
    code = request.GET.get("period", "")
    reading = find(request, kind_of(code), code, request.GET.get("scope", ""), timezone.now())
    if not reading.may_list(asked.of):
        raise Http404
    try:
        lines = behind(
            reading.period, reading.scope, asked, as_of=reading.as_of, stages=reading.known.stages,
            settings=reading.settings, stale=reading.figures.get("stale", {}).get("ids"),
        )
    except UnknownFigure:
        raise Http404 from None
    page = Paginator(lines.lines, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "reading": reading, "page": page, "what": lines.what, "total": len(lines.lines),
        "rows": shown(lines.what, page.object_list, request.user), "title": title_of_figure(asked, reading),
        "sum": sum(value for *_r, value in lines.lines if value) if lines.what == "deal" else None,
        "back": address(reading),
    }
    return render(request, "reviews/rows.html", context)


def read_asked(query):
    """The figure a query string names; a number that is none is as good as unknown."""

    def number(name):
        text = query.get(name, "")
        if text and not (text.isdecimal() and text.isascii() and len(text) < 19):
            raise Http404
        return int(text) if text else None

    return Asked(
        query.get("of", "")[:20], number("stage"), number("reason"), number("topic"), query.get("word", "")[:40],
        number("team"), number("person"),
    )
