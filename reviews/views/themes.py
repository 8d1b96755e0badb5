"""/reviews/week/2024-W10/theme, what is behind a number of a theme; /reviews/words, the dictionary it goes into."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.asked import number
from core.errors import NotAllowed
from core.keys import deed
from customers import teaching
from customers.models import TopicWord
from reviews.forms import WordForm
from reviews.listing import by_tag, shown
from reviews.tellingthemes import TITLES
from reviews.themes import behind_theme, themes_of, topic_name
from reviews.views.pages import address, find
from reviews.views.targets import only_sales
from reviews.words import page_of

PER_PAGE = 50


@require_GET
def rows(request, code):
    """The conversations or deals behind a theme: exactly as many as the number says."""
    reading = find(request, "week", code, request.GET, timezone.now())
    themes, topics = themes_of(reading)
    if "topic" in request.GET:
        pk = number(request.GET["topic"])
        theme, name = topics.get(pk), topic_name(reading, pk)
    else:
        theme = next((one for one in themes if one.phrase == request.GET.get("theme")), None)
        name = theme and f"“{theme.phrase}”"
    of = request.GET.get("of", "logs")
    if theme is None or of not in TITLES:
        raise Http404
    lines = behind_theme(theme, of)
    found, bar = by_tag(lines.what, lines.lines, request.user, request.GET)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "reading": reading, "name": name, "page": page, "what": lines.what, "total": len(found), "bar": bar,
        "rows": shown(lines.what, page.object_list, request.user), "title": TITLES[of](), "back": address(reading),
    }
    return render(request, "reviews/theme_rows.html", context)


@deed
def words(request):
    """GET: the words of a label, ?topic=, or of what is left out, ?topic=none. POST: teach one."""
    only_sales(request.user)
    if request.method == "POST" and not teaching.may_teach(request.user):
        raise NotAllowed
    form = WordForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        topic = form.meant(by=request.user, now=now)
        word = teaching.teach(form.cleaned_data["text"], topic, by=request.user, now=now)
        messages.success(request, _("“%(word)s” means %(label)s") % {"word": word, "label": topic.words} if topic
                         else _("“%(word)s” is left out") % {"word": word})
        return redirect(_back(request, topic.pk if topic else "none"))
    given = (request.POST if request.method == "POST" else request.GET).get("topic", "")
    context = page_of(request.user, given) | {"form": form}
    return render(request, "reviews/words.html", context, status=422 if form.errors else 200)


@require_POST
@deed
def take(request):
    """Take a word away."""
    only_sales(request.user)
    word = get_object_or_404(TopicWord.objects.visible_to(request.user), pk=number(request.POST.get("word")))
    teaching.take_away(word, by=request.user, now=timezone.now())
    messages.success(request, _("“%(word)s” was taken away") % {"word": word})
    return redirect(_back(request, word.topic_id or "none"))


def _back(request, topic):
    """Where the form says, a page of ours, else the words of the label."""
    said = request.POST.get("next", "")
    ours = said.startswith("/") and url_has_allowed_host_and_scheme(said, allowed_hosts={request.get_host()})
    return said if ours else f"{reverse('reviews:words')}?topic={topic}"
