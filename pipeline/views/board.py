"""The board (S7): /pipeline, the next cards of a column, the filter panel, folded columns."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from accounts.gates import only
from accounts.models import SavedView, Team, User
from accounts.rights import may_see_pipeline
from core import periods
from core.keys import deed
from core.lists import answer
from customers.models import Customer
from pipeline.asking import Asked
from pipeline.board import more_cards, read_board
from pipeline.polling import changed_since
from pipeline.showing import board_context


@require_GET
@only(may_see_pipeline)
def board(request):
    now = timezone.now()
    if "since" in request.GET:
        return poll(request, now)
    shown = read_board(request.user, request.GET, periods.today(now))
    unfolded = request.session.get("unfolded", [])
    for column in shown.columns:
        column.shut = column.shut and column.stage.pk not in unfolded
    context = board_context(request, shown, now=now)
    return answer(request, "pipeline/board.html", "pipeline/_board.html", context)


def poll(request, now):
    """Others' changes: nothing, or the changed cards, the heads, the ribbon and the numbers (ux §3.1)."""
    try:
        since = parse_datetime(request.GET["since"].replace(" ", "+"))
    except ValueError:  # looks like a moment and is none
        since = None
    if since is None or since.tzinfo is None or since > now:
        return HttpResponse(status=204)
    cards, changed = changed_since(request.user, since, request.GET, periods.today(now))
    if not changed:
        return HttpResponse(status=204)
    shown = read_board(request.user, request.GET, periods.today(now), with_cards=False)
    context = board_context(request, shown, now=now) | {"cards": cards}
    return render(request, "pipeline/_polled.html", context)


@require_GET
@only(may_see_pipeline)
def more(request, stage):
    """The next cards of one column; without scripts the link leads to the table, filtered by the stage."""
    if not request.htmx:
        query = request.GET.copy()
        query.pop("from", None)
        query["stage"] = stage
        return redirect(f"/pipeline/table?{query.urlencode()}")
    asked = Asked(request.user, request.GET, periods.today())
    found = asked.playbooks.stages.get(stage)
    if found is None or not request.GET.get("from", "0").isdigit():
        raise Http404
    cards, left = more_cards(asked, found, int(request.GET.get("from", 0)))
    context = {"cards": cards, "left": left, "stage": found, "start": int(request.GET.get("from", 0)) + len(cards)}
    return render(request, "pipeline/_more.html", context)


@require_GET
@only(may_see_pipeline)
def filters(request):
    """The panel behind 筛选: person, tag, team, saved filters. A page of its own without scripts."""
    asked = Asked(request.user, request.GET, periods.today())
    context = {
        "asked": asked,
        "query": request.GET,
        "tags": Customer.Tag.choices,
        "people": User.objects.visible_to(request.user).sellers().order_by("team", "id"),
        "teams": Team.objects.visible_to(request.user).order_by("id"),
        "chosen_tags": request.GET.getlist("tag"),
        "views": SavedView.objects.visible_to(request.user).filter(page="pipeline:board"),
        "target": "pipeline:table" if request.GET.get("on") == "table" else "pipeline:board",
    }
    return answer(request, "pipeline/filters.html", "pipeline/_filters.html", context)


@require_POST
@deed
@only(may_see_pipeline)
def fold(request, stage):
    """Open or close a collapsed column, for this session."""
    unfolded = set(request.session.get("unfolded", []))
    unfolded ^= {stage}
    request.session["unfolded"] = sorted(unfolded)
    return HttpResponse(status=204) if request.htmx else redirect("pipeline:board")
