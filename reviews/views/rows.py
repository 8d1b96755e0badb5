"""/reviews/rows: the list behind a number, with exactly that many lines."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.asked import number
from core.periods import today
from reviews.behind import Asked, UnknownFigure, behind
from reviews.books import Books
from reviews.listing import by_tag, shown, title_of_figure
from reviews.views.pages import address, find, kind_of, past_of

PER_PAGE = 50


@require_GET
def rows(request):
    asked = read_asked(request.GET)
    code = request.GET.get("period", "")
    kind, now = kind_of(code), timezone.now()
    past = past_of(request.GET, kind, code, today(now))
    reading = find(request, kind, code, request.GET, now, as_of=past.moment if past.day else None)
    if not reading.may_list(asked.of, asked.person):
        raise Http404
    reading.books = Books.load(request.GET.get("playbook", ""))
    try:
        lines = behind(
            reading.period, reading.scope, asked, as_of=reading.as_of, stages=reading.known.stages,
            settings=reading.settings, stale=(reading.figures.get("stale") or {}).get("ids"), then=reading.then,
            again=bool(reading.editions),
        )
    except UnknownFigure:
        raise Http404 from None
    found, bar = by_tag(lines.what, lines.lines, request.user, request.GET)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "reading": reading, "page": page, "what": lines.what, "total": len(found), "bar": bar,
        "rows": shown(lines.what, page.object_list, request.user), "title": title_of_figure(asked, reading),
        "sum": sum(line[2] for line in found if line[2]) if lines.what == "deal" else None,
        "back": address(reading), "past": past, "case_head": "time" if lines.days else "",
    }
    return render(request, "reviews/rows.html", context)


def read_asked(query):
    """The figure a query string names; a number that is none is as good as unknown."""

    def named(name):
        text = query.get(name, "")
        key = number(text)
        if text and key is None:
            raise Http404
        return key

    return Asked(
        query.get("of", "")[:20], named("stage"), named("reason"), named("topic"), query.get("word", "")[:40],
        named("team"), named("person"),
    )
