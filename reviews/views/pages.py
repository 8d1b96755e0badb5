"""/reviews, /reviews/week/2024-W10, /reviews/month/2024-03 and what is done there (S14, S15)."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.asked import VERSION, number
from core.keys import deed
from core.past import Past, read_past
from core.periods import period_of, today
from reviews.books import Books
from reviews.bottleneck import bottleneck
from reviews.correcting import correct, correct_all
from reviews.forms import ReasonForm, TextsForm
from reviews.reading import NoSuchReview, read_review
from reviews.showing import gated, page_context
from reviews.tellingbottleneck import sentence
from reviews.texts import keep_texts, note_export
from reviews.themes import themes_of
from reviews.waits import Waits
from reviews.workbook import as_workbook
from reviews.writing import as_picture, title_of


def find(request, kind, code, data, now, as_of=None):
    """The review that `data` asks for by scope and edition, or 404: no such period, version, or a scope that is not
    his."""
    number_of, text = None, data.get("edition", "")
    if text and (number_of := number(text)) is None:
        raise Http404
    try:
        return read_review(request.user, kind, code, data.get("scope", ""), now=now, as_of=as_of, number=number_of)
    except NoSuchReview:
        raise Http404 from None


def kind_of(code):
    return "week" if "W" in code else "month"


def address(reading, name=None):
    """The page of a review as an URL."""
    url = reverse(f"reviews:{name or reading.kind}", args=[reading.period.code])
    asked = {"scope": reading.scope.code} | ({"as_of": today(reading.now).isoformat()} if reading.past else {})
    asked |= {"playbook": reading.books.code} if reading.books.code else {}
    asked |= {} if reading.is_newest else {"edition": reading.number}
    return f"{url}?{urlencode(asked)}"


@require_GET
def home(request):
    return redirect("reviews:week", period_of("week", today()).code)


@require_GET
def week(request, code):
    return show(request, "week", code)


@require_GET
def month(request, code):
    return show(request, "month", code)


def show(request, kind, code):
    now = timezone.now()
    past = past_of(request.GET, kind, code, today(now))
    reading = find(request, kind, code, request.GET, now, as_of=past.moment if past.day else None)
    reading.books = Books.load(request.GET.get("playbook", ""))
    reading.themes, reading.topics = themes_of(reading)
    context = page_context(reading) | gated(reading, request.user) | {"past": past}
    context["bottleneck"] = bottleneck_said(reading)
    if kind == "month" and not reading.past:
        context["waits"] = Waits.read(reading.scope, reading.period, now=now, months=1).departments()
    return render(request, "reviews/review.html", context)


def bottleneck_said(reading):
    """The sentence about the bottleneck; nothing where none is looked for."""
    verdict = None if reading.past else bottleneck(reading)
    return sentence(reading, verdict) if verdict else ""


def past_of(data, kind, code, on):
    """The day gone by a report is asked of; a day before its period began is left out."""
    past = read_past(data, on)
    if past.day and period_of(kind, past.day).code < code:
        of_week = _("The week had not begun on that day: the day was left out.")
        of_month = _("The month had not begun on that day: the day was left out.")
        return Past(None, on, of_month if kind == "month" else of_week)
    return past


def version_seen(data):
    """The version a form was opened with; 0 when there was no row yet."""
    return number(data.get("version"), VERSION) or 0


@require_POST
@deed
def texts(request, code):
    """Save the three texts of a review, with its version (409 when somebody changed the same one)."""
    now = timezone.now()
    reading = find(request, kind_of(code), code, request.POST, now)
    form = TextsForm(request.POST, instance=reading.review)
    if not form.is_valid():
        context = page_context(reading) | gated(reading, request.user) | {"form": form}
        return render(request, "reviews/_texts.html" if request.htmx else "reviews/review.html", context, status=422)
    keep_texts(reading, form, by=request.user, now=now, expect=version_seen(request.POST))
    if request.htmx:
        fresh = find(request, kind_of(code), code, request.POST, now)
        return render(request, "reviews/_texts.html", page_context(fresh) | {"saved": True})
    return redirect(address(reading))


@require_POST
@deed
def recount(request, code):
    """Count a closed period again: a version beside those there are."""
    now = timezone.now()
    reading = find(request, kind_of(code), code, {"scope": request.POST.get("scope", "")}, now)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        context = page_context(reading) | gated(reading, request.user) | {"again": form}
        return render(request, "reviews/review.html", context, status=422)
    said = form.cleaned_data
    again = correct_all if said["also"] else correct
    again(reading, said["reason"], by=request.user, now=now, expect=said["seen"])
    return redirect(address(find(request, kind_of(code), code, {"scope": reading.scope.code}, now)))


@require_POST
@deed
def export(request, code):
    """Note the export and lead to the file, which is written within the rights of that moment."""
    now = timezone.now()
    reading = find(request, kind_of(code), code, request.POST, now)
    reading.books = Books.load(request.POST.get("playbook", ""))
    note_export(reading, by=request.user, now=now)
    return redirect(address(reading, "file"))


@require_GET
def file(request, code):
    reading = find(request, kind_of(code), code, request.GET, timezone.now())
    reading.books = Books.load(request.GET.get("playbook", ""))
    reading.themes, reading.topics = themes_of(reading)
    response = HttpResponse(
        as_workbook(reading), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    name = f"{title_of(reading)}.xlsx"
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response


@require_GET
def picture(request, code):
    """The long picture: an SVG, which the browser turns into a PNG when it has scripts."""
    reading = find(request, kind_of(code), code, request.GET, timezone.now())
    reading.books = Books.load(request.GET.get("playbook", ""))
    response = HttpResponse(as_picture(reading, said=bottleneck_said(reading)), content_type="image/svg+xml")
    response.headers["Content-Disposition"] = content_disposition_header(False, f"{title_of(reading)}.svg")
    return response
