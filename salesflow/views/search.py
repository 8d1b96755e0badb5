"""/search: the page, and the palette's results (S20)."""

from django.utils import timezone

from core.lists import answer
from salesflow.finding import search as find


def search(request):
    text = request.GET.get("q", "").replace("\x00", "")
    context = {"q": text, "groups": find(request.user, text, now=timezone.now(), deep=not request.htmx)}
    return answer(request, "search/search.html", "search/_results.html", context)
