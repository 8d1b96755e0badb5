"""The board (S7): /pipeline, the next cards of a column, folded columns."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from accounts.gates import only
from accounts.rights import may_see_pipeline
from core import periods
from core.asked import VERSION, number
from core.keys import deed
from core.lists import answer
from core.past import read_past
from pipeline.asking import Asked
from pipeline.asof import AskedThen, read_board_then
from pipeline.board import more_cards, read_board
from pipeline.lanes import chosen
from pipeline.polling import changed_since
from pipeline.showing import board_context, past_context


@require_GET
@only(may_see_pipeline)
def board(request):
    now = timezone.now()
    if "since" in request.GET:
        return poll(request, now)
    past = read_past(request.GET, periods.today(now))
    if past.day:
        shown = read_board_then(AskedThen(request.user, request.GET, past))
    else:
        shown = read_board(request.user, request.GET, periods.today(now))
    folds = folds_of(request)
    for column in shown.columns:
        column.shut = folds.get(column.stage.pk, column.shut)
    if past.day:
        context = past_context(request, shown, now=now)
    else:
        context = board_context(request, shown, now=now, with_lanes=True) | {"past": past}
    return answer(request, "pipeline/board.html", "pipeline/_board.html", context)


def poll(request, now):
    """Others' changes: nothing, or the changed cards, the heads, the ribbon and the numbers (ux §3.1)."""
    try:
        since = parse_datetime(request.GET["since"].replace(" ", "+"))
    except ValueError:  # looks like a moment and is none
        since = None
    if since is None or since.tzinfo is None or since > now:
        return HttpResponse(status=204)
    cards, gone, changed = changed_since(request.user, since, request.GET, periods.today(now))
    if not changed:
        return HttpResponse(status=204)
    if chosen(request.GET):  # lanes draw themselves anew
        return HttpResponse(headers={"HX-Trigger": "redraw"})
    shown = read_board(request.user, request.GET, periods.today(now), with_cards=False)
    context = board_context(request, shown, now=now) | {"cards": cards, "gone": gone}
    return render(request, "pipeline/_polled.html", context)


@require_GET
@only(may_see_pipeline)
def more(request, stage):
    """The next cards of one column; without scripts the link leads to the table, filtered by the stage."""
    if not request.htmx or request.GET.get("as_of"):
        query = request.GET.copy()
        query.pop("from", None)
        query["stage"] = stage
        return redirect(f"/pipeline/table?{query.urlencode()}")
    asked = Asked(request.user, request.GET, periods.today())
    found = asked.playbooks.stages.get(stage)
    start = number(request.GET.get("from", "0"), VERSION)
    if found is None or start is None:
        raise Http404
    cards, left = more_cards(asked, found, start)
    context = {"cards": cards, "left": left, "stage": found, "start": start + len(cards)}
    return render(request, "pipeline/_more.html", context)


FOLDS = 365 * 24 * 3600  # seconds a browser remembers which columns its person folded


def folds_of(request):
    """{stage id: folded} as this person left it in this browser; what he never touched has its usual width."""
    kept = request.COOKIES.get(f"folds_{request.user.pk}", "")
    pairs = (pair.split("-") for pair in kept.split(".")[:60] if pair.count("-") == 1)
    return {key: how == "1" for pk, how in pairs if (key := number(pk))}


@require_POST
@deed
@only(may_see_pipeline)
def fold(request, stage):
    """Fold a column (shut=1) or open it; remembered."""
    folds = folds_of(request) | {stage: request.POST.get("shut") == "1"}
    response = HttpResponse(status=204) if request.htmx else redirect("pipeline:board")
    text = ".".join(f"{pk}-{int(how)}" for pk, how in sorted(folds.items())[-60:])
    response.set_cookie(
        f"folds_{request.user.pk}", text, max_age=FOLDS, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response
