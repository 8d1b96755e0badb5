"""/search: the page, and the palette's results (S20)."""

from django.http import Http404
from django.utils import timezone

from accounts.rights import may_see_pipeline
from core.lists import answer
from core.pace import Pace
from customers.tagbar import tags_in
from salesflow.doing import actions_of
from salesflow.finding import search as find
from salesflow.finding import tally_of

SEARCHES = Pace(times=120, seconds=60)  # the palette asks while one types


def search(request):
    SEARCHES.take(request.user.pk)
    text, now = request.GET.get("q", "").replace("\x00", ""), timezone.now()
    if about := request.GET.get("about"):  # → on a line: what can be done with it
        found = actions_of(request.user, about)
        if found is None:
            raise Http404
        context = {"q": text, "groups": [found]}
    elif request.htmx or not may_see_pipeline(request.user):  # the palette leads on; a department sees no tags (D3)
        context = {"q": text, "groups": find(request.user, text, now=now, deep=not request.htmx)}
    else:
        tally = tally_of(request.user, text, now=now)
        groups = find(request.user, text, now=now, deep=True, tags=tags_in(request.GET), tally=tally)
        context = {"q": text, "groups": groups, "bar": tally.bar(request.GET)}
    return answer(request, "search/search.html", "search/_results.html", context)
