"""POST /requests/R-318/<verb>: every verb, from the queue's row and from the page."""

from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from collaboration import life, queue, reading, rights, verbs
from collaboration.forms.verbs import form_for
from collaboration.views.page import fetch, refuse_form
from collaboration.views.queue import context_of
from core.companions import along
from core.keys import deed


@require_POST
@deed
def act(request, number, verb):
    """404 what is not his, 403 what is not his side's, 409 what the state does not allow, 422 what is missing."""
    verb, now, user = verb.replace("-", "_"), timezone.now(), request.user
    if verb not in life.VERBS:
        raise Http404
    one = fetch(request, number)
    rights.require_right(user, one, verb, now=now)
    expected = request.POST.get("state", one.state)
    if expected != one.state:
        raise life.refusal(one, now=now)
    life.require(one, verb, now=now)
    form = form_for(verb, one, by=user, data=request.POST)
    if not form.is_valid():
        return unfinished(request, one, verb, form, now=now)
    with transaction.atomic():  # a refused file takes the verb back with it
        getattr(verbs, verb)(one, by=user, now=now, **reading.given(form.cleaned_data))
        problems = reading.attach_all(one, request.FILES.getlist("files"), by=user, now=now)
        if problems:
            transaction.set_rollback(True)
    if problems:
        form.add_error(None, problems)
        return unfinished(request, fetch(request, number), verb, form, now=now)
    return after(request, one, verb, now=now)


def after(request, one, verb, *, now):
    """The changed row or page, with the counts of the tabs; without scripts a redirect to where he came from."""
    if not request.htmx:
        return redirect(reading.back(request.POST.get("back"), one))
    fresh = reading.refetch(one, request.user)
    if fresh is None:
        return HttpResponse(render_to_string("collaboration/_gone.html", {"one": one, "verb": verb}, request))
    if (request.htmx.target or "").startswith("req-row-"):
        tab, own = request.POST.get("tab", ""), queue.own_shown(request.user, request.POST)
        row, more = queue.read_rows([fresh], request.user, now=now, own=own)[0], [one.slug for one in own]
        context = {"row": row, "tab": tab, "shows_amount": row.shows_amount, "verb": verb, "more": more}
        context["tabs"] = queue.tabs(request.user, tab, queue.count(request.user), more)
        html = render_to_string("collaboration/_row_after.html", context, request)
    elif request.htmx.target == "requests":  # the card is in another column now
        context = context_of(request, QueryDict(request.POST.get("query", ""))) | {"one": fresh}
        html = render_to_string("collaboration/_board_after.html", context, request)
    else:
        html = render_to_string(
            "collaboration/_page_after.html", reading.page(fresh, request.user, now=now) | {"verb": verb}, request
        )
    return HttpResponse(html + along(f"collaboration.{verb}", request, subject=fresh))


def unfinished(request, one, verb, form, *, now):
    """422: the same form with its sentences, in the row or on the page."""
    context = reading.page(one, request.user, now=now) | {"do": verb, "bad_form": form}
    if request.htmx and (request.htmx.target or "").startswith("req-row-"):
        own = queue.own_shown(request.user, request.POST)
        row = queue.read_rows([one], request.user, now=now, own=own)[0]
        context = {"row": row, "tab": request.POST.get("tab", ""), "bad_form": form, "bad_verb": verb}
        context["more"] = [each.slug for each in own]
        return render(request, "collaboration/_row.html", context | {"shows_amount": row.shows_amount}, status=422)
    if request.htmx and request.htmx.target == "requests":
        board = context_of(request, QueryDict(request.POST.get("query", "")))
        board |= {"bad_form": form, "bad_number": one.number}
        return render(request, "collaboration/_queue.html", board, status=422)
    context["forms"] = reading.with_form(context["forms"], verb, form)
    return refuse_form(request, context, "collaboration/_state.html")
