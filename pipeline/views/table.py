"""The table twin (S8) and its cells."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gates import only
from accounts.rights import may_see_pipeline
from core import periods
from core.companions import along
from core.keys import deed
from core.lists import answer
from pipeline.asking import Asked
from pipeline.board import read_board
from pipeline.cards import cards_by_id
from pipeline.deals import save_deal
from pipeline.forms import CellForm
from pipeline.models import Deal
from pipeline.showing import board_context, query_of
from pipeline.table import read_table


@require_GET
@only(may_see_pipeline)
def table(request):
    now = timezone.now()
    asked = Asked(request.user, request.GET, periods.today(now))
    board = read_board(request.user, request.GET, asked.on, asked=asked, with_cards=False)
    rows = read_table(asked)
    context = board_context(request, board, now=now) | {
        "table": rows,
        "heads": heads(asked, rows.sort),
        "base": query_of(asked, page=""),
        "pager": pages_of(asked, rows),
        **choices(asked, rows.group),
    }
    return answer(request, "pipeline/table.html", "pipeline/_table.html", context)


def choices(asked, group):
    """What is listed, and how it is grouped, as chips."""
    state = asked.GET.get("state", "")
    states = [("", _("On the board")), ("won", _("Won deals")), ("lost", _("Lost deals")), ("all", _("All"))]
    groups = [("rep", _("By person")), ("stage", _("By stage")), ("none", _("Not grouped"))]
    return {
        "states": [
            {"label": label, "on": state == value, "query": query_of(asked, state=value) or "?"}
            for value, label in states
        ],
        "groups": [
            {"label": label, "on": (group or "none") == value, "query": query_of(asked, group=value)}
            for value, label in groups
        ],
    }


def heads(asked, sort):
    """(name, direction now, query of a click) of each column that sorts."""
    from_sort = {}
    for name in ("rep", "customer", "stage", "amount", "entered", "close", "action", "risk", "owner"):
        now = "ascending" if sort == name else "descending" if sort == f"-{name}" else ""
        from_sort[name] = {"now": now, "query": query_of(asked, sort=f"-{name}" if sort == name else name, page="")}
    return from_sort


def pages_of(asked, rows):
    """The links of the pager: first, around here, last."""
    near = {1, rows.pages, *range(max(rows.page - 2, 1), min(rows.page + 2, rows.pages) + 1)}
    return [{"n": n, "query": query_of(asked, page=n), "here": n == rows.page} for n in sorted(near)]


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def field(request, pk):
    """GET: the cell as a field. POST: one field saved; the same cell back, or 422 in place; two people: 409."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer", "stage"), pk=pk)
    name = request.POST.get("field") or request.GET.get("field") or ""
    if name not in CellForm.FIELDS or (name == "expected_close" and not deal.stage.is_open):
        raise Http404
    initial = {"key_action": deal.key_action[:80], "risk": deal.risk[:120]}
    form = CellForm(request.POST or None, instance=deal, field=name, user=request.user, initial=initial)
    if request.method == "GET" and request.GET.get("show"):
        return cell(request, deal, name)
    if request.method == "GET" or not form.is_valid():
        context = {"form": form, "deal": deal, "name": name, "bound": form[name]}
        return render(request, "pipeline/_cell_edit.html", context, status=422 if form.is_bound else 200)
    fresh = Deal.objects.visible_to(request.user).select_related("customer", "stage").get(pk=pk)
    version = request.POST.get("version", "")
    save_deal(
        fresh, form, by=request.user, now=timezone.now(), expect=int(version) if version.isdigit() else fresh.version
    )
    if not request.htmx:
        return redirect("pipeline:table")
    return cell(request, fresh, name, extra=along("pipeline.changed", request, deal=fresh))


def cell(request, deal, name, *, extra=""):
    asked = Asked(request.user, {}, periods.today())
    card = cards_by_id([deal.pk], user=request.user, on=asked.on, rule=asked.rule, stages=asked.playbooks.stages)[0]
    html = render(request, "pipeline/_cell.html", {"card": card, "name": name}).content.decode()
    return HttpResponse(html + extra)
