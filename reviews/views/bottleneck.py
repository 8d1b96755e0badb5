"""/reviews/bottleneck/2024-03: each stage beside its own months before, and what was lost where it is named (M5)."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.periods import period_of, today
from reviews.books import Books
from reviews.bottleneck import LEAST_MONTHS, bottleneck
from reviews.improving import courses
from reviews.models import Improvement
from reviews.showing import rows_address
from reviews.tellingbottleneck import lost_there, sentence, told_lines
from reviews.tellingimproving import tell
from reviews.views.improvements import form_of
from reviews.views.pages import find


@require_GET
def page(request, code):
    now = timezone.now()
    reading = find(request, "month", code, request.GET, now)
    if not reading.sells:
        raise Http404
    reading.books = Books.load()
    verdict = bottleneck(reading)
    context = {
        "reading": reading, "period": reading.period, "verdict": verdict, "rows_url": rows_address(reading),
        "scope": reading.scope, "scopes": [scope for scope in reading.scopes if scope.sells],
        "next": reading.next, "least": LEAST_MONTHS, "last": period_of("month", today(now)).previous(),
    }
    if verdict:
        rows = Improvement.objects.visible_to(request.user).of(reading.scope).shown_in(reading.period)
        shown = rows.select_related("owner")
        context |= {"sentence": sentence(reading, verdict), "lines": told_lines(reading, verdict)}
        context["improvements"] = tell(courses(shown))
        named = verdict.named
        context["form"] = form_of(reading, request.user, measure=f"rate-{named.stage}" if named else "")
        if named:
            context["lost"] = lost_there(reading, named.stage)
    return render(request, "reviews/bottleneck.html", context)
