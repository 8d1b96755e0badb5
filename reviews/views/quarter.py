"""/reviews/quarter/2024-Q1 (S16): which fields are worth their seconds, the lists behind the numbers, one field tried
otherwise, and the change itself."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.gates import only
from accounts.rights import for_admins, may_see_team
from core.asked import VERSION, number
from core.keys import deed
from customers.models import Phrase
from pipeline.models import Stage
from reviews import besides, trying
from reviews.advising import DEEDS, advise
from reviews.listing import by_tag, shown
from reviews.quarter import NoSuchQuarter, page_of, read_quarter
from reviews.usage import PARTS, behind_field, one_use

PER_PAGE = 50


def find(request, code):
    try:
        return read_quarter(request.user, code, now=timezone.now())
    except NoSuchQuarter:
        raise Http404 from None


def find_use(quarter, key):
    use = one_use(quarter.user, quarter.period, key, now=quarter.now)
    if use is None:
        raise Http404
    use.advice = advise(use)
    return use


@require_GET
@only(may_see_team)
def page(request, code):
    return render(request, "reviews/quarter.html", page_of(find(request, code)))


@require_GET
@only(may_see_team)
def rows(request, code):
    """The list behind a number: ?field=customer.industry&of=filled, ?stage=3 or ?phrase=5; exactly as many lines."""
    quarter = find(request, code)
    what, title, lines = _behind(request, quarter)
    found, bar = by_tag(what, lines, request.user, request.GET)
    listed = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "quarter": quarter, "period": quarter.period, "page": listed, "what": what, "total": len(found), "bar": bar,
        "rows": shown(what, listed.object_list, request.user), "title": title,
    }  # fmt: skip
    return render(request, "reviews/quarter_rows.html", context)


def _behind(request, quarter):
    given = request.GET
    if "stage" in given:
        live = Stage.objects.visible_to(request.user).live()
        stage = get_object_or_404(live, pk=number(given["stage"]))
        return "deal", stage.words, besides.stays_in(request.user, quarter.period, stage)
    if "phrase" in given:
        phrase = get_object_or_404(Phrase, pk=number(given["phrase"]), retired_at=None)
        return "talk", f"“{phrase.words}”", besides.phrase_talks(request.user, quarter.period, phrase)
    use, part = find_use(quarter, given.get("field", "")), given.get("of", "")
    if part not in PARTS:
        raise Http404
    title = _("%(figure)s · %(stage)s") % {"figure": use.label, "stage": PARTS[part]()}
    return use.place.what, title, behind_field(use, part, request.user, quarter.period)


@require_GET
@only(may_see_team)
def field(request, code, key):
    """One field tried otherwise: ?do=hide. Without it, by what is proposed."""
    quarter = find(request, code)
    use = find_use(quarter, key)
    deeds = trying.deeds_of(use)
    do = request.GET.get("do") or (use.advice.do if use.advice else next(iter(deeds), ""))
    if do not in deeds:
        raise Http404
    return render(request, "reviews/quarter_field.html", _context(quarter, use, do, deeds))


def _context(quarter, use, do, deeds):
    trial = trying.try_out(use, do, user=quarter.user, period=quarter.period, now=quarter.now)
    tabs = [(name, DEEDS[name]) for name in deeds]
    return {"quarter": quarter, "period": quarter.period, "use": use, "do": do, "trial": trial, "tabs": tabs,
            "deed": DEEDS[do]}  # fmt: skip


@require_POST
@for_admins
@deed
def change_field(request, code, key):
    """Carry it out, with the version that was seen."""
    quarter = find(request, code)
    use, do = find_use(quarter, key), request.POST.get("do", "")
    deeds = trying.deeds_of(use)
    if do not in deeds:
        messages.info(request, _("It is so already."))
        return redirect("reviews:quarter", code)
    seen = number(request.POST.get("version"), VERSION) or 0
    try:
        event = trying.change(use, do, by=request.user, now=quarter.now, expect=seen)
    except ValidationError as wrong:
        context = _context(quarter, use, do, deeds) | {"wrong": wrong.messages}
        return render(request, "reviews/quarter_field.html", context, status=422)
    messages.success(
        request, _("%(field)s: %(deed)s. It can be undone for 30 days.") % {"field": use.label, "deed": DEEDS[do]}
    )
    return redirect(reverse("reviews:quarter", args=[code]) + (f"#decision-{event.pk}" if event else ""))
