"""/pipeline/changes: what changed since a day, up to now or to a day gone by (M13)."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.gates import only
from accounts.models import User
from accounts.rights import may_see_pipeline
from core.past import asked_day, read_past
from core.periods import day_before_end, period_of, today
from pipeline.asof import books_at
from pipeline.changes import WORDS, changed_between
from pipeline.models import Deal
from pipeline.playbooks import Playbooks

PER_PAGE = 50


@require_GET
@only(may_see_pipeline)
def changes(request):
    now = timezone.now()
    past, since, wrong = read_days(request.GET, today(now))
    end = past.moment if past.day else now
    books = books_at(end) if past.day else Playbooks.load()
    found = changed_between(request.user, day_before_end(since), end, books.stages)
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in WORDS else ""
    page = Paginator(found.of(kind), PER_PAGE).get_page(request.GET.get("page"))
    name_rows(page.object_list, request.user)
    context = {
        "changes": found, "page": page, "kind": kind, "word": WORDS.get(kind, ""), "since": since, "past": past,
        "notes": [said for said in (past.wrong, wrong) if said], "on": past.day or past.on, "words": WORDS,
    }
    brief = request.htmx and request.GET.get("brief")
    return render(request, "pipeline/_changes_brief.html" if brief else "pipeline/changes.html", context)


def read_days(data, on):
    """(the Past that is the later end, the first day whose changes count, what is left out in words). Without a day:
    since Monday of the later end's week."""
    past = read_past(data, on)
    since, wrong = asked_day(data.get("since", ""), on)
    if since and past.day and since > past.day:
        since, wrong = None, _("The first day is after the last one and was left out.")
    return past, since or period_of("week", past.day or on).first, wrong


def name_rows(found, user):
    """The names of deals and people on the rows of a page, as they are now."""
    deals = Deal.objects.visible_to(user).select_related("customer").in_bulk([change.deal for change in found])
    ends = [end for change in found for end in (change.before, change.after) if end]
    people = User.objects.visible_to(user).in_bulk({pk for end in ends for pk in (end.owner, end.rep) if pk})
    for change in found:
        change.obj = deals.get(change.deal)
        change.who = [people.get(end.owner or end.rep) if end else None for end in (change.before, change.after)]
