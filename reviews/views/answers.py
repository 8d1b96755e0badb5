"""/reviews/answers: what the team answers to each objection, its versions, and what came of the deals (R34, R35)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.asked import VERSION, number
from core.keys import deed
from reviews import answers
from reviews.answered import LISTS, Outcome, outcomes
from reviews.forms import AnswerForm
from reviews.listing import by_tag, shown
from reviews.models import Answer
from reviews.tellingweek import LIST_TITLES
from reviews.views.contract import PER_PAGE, read_scope


@require_GET
def page(request):
    """Every objection with the answer in use and what came of it."""
    scope, scopes, _known = read_scope(request)
    topics, current = list(answers.objections()), answers.in_use()
    found = outcomes(scope, current.values(), now=timezone.now())
    lines = []
    for topic in topics:
        answer = current.get(topic.pk)
        version = answer.number if answer else 0
        lines.append({"topic": topic, "answer": answer, "version": version,
                      "outcome": found.get((topic.pk, version), Outcome())})
    lines.sort(key=lambda line: -len(line["outcome"].talks))
    context = {"lines": lines, "scope": scope, "scopes": scopes, "may": answers.may_write(request.user)}
    return render(request, "reviews/answers.html", context)


@deed
def answer(request, pk):
    """One objection: its answer, a form for who may write it, its versions with their use."""
    scope, scopes, _known = read_scope(request)
    topic = get_object_or_404(answers.objections(), pk=pk)
    now, versions = timezone.now(), answers.versions_of(topic)
    last = versions[0] if versions else None
    form = AnswerForm(request.POST or None, initial={"text": last.text if last else ""})
    if request.method == "POST" and form.is_valid():
        seen = number(request.POST.get("version"), VERSION) or 0
        answers.write(topic, form.cleaned_data["text"], by=request.user, now=now, expect=seen)
        messages.success(request, _("Saved"))
        return redirect(request.get_full_path())
    found = outcomes(scope, versions, now=now, topic=topic)
    none = Outcome()
    lines = [{"version": one.number, "answer": one, "outcome": found.get((topic.pk, one.number), none)}
             for one in versions]
    lines.append({"version": 0, "answer": None, "outcome": found.get((topic.pk, 0), none)})
    context = {
        "topic": topic, "last": last, "lines": lines, "scope": scope, "scopes": scopes,
        "form": form if answers.may_write(request.user) else None,
    }
    return render(request, "reviews/answer.html", context, status=422 if form.errors else 200)


@require_GET
def rows(request, pk):
    """The conversations or deals behind one number."""
    scope, _scopes, _known = read_scope(request)
    topic = get_object_or_404(answers.objections(), pk=pk)
    of, version = request.GET.get("of", ""), number(request.GET.get("version"), VERSION)
    if of not in LISTS or version is None:
        raise Http404
    versions = Answer.objects.visible_to(request.user).filter(topic=topic)
    if version and not versions.filter(number=version).exists():
        raise Http404
    found = outcomes(scope, versions, now=timezone.now(), topic=topic).get((topic.pk, version), Outcome())
    what = "talk" if of in ("talks", "said") else "deal"
    lines, bar = by_tag(what, [(key, at, None) for key, at in getattr(found, of)], request.user, request.GET)
    listed = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "topic": topic, "version": version, "scope": scope, "page": listed, "what": what, "total": len(lines),
        "bar": bar, "rows": shown(what, listed.object_list, request.user), "title": LIST_TITLES[of](),
    }
    return render(request, "reviews/answer_rows.html", context)
