"""/search: the page, and the palette's results (S20)."""

from core.lists import answer
from salesflow.finding import search as find


def search(request):
    text = request.GET.get("q", "").replace("\x00", "")
    context = {"q": text, "groups": find(request.user, text)}
    return answer(request, "search/search.html", "search/_results.html", context)
