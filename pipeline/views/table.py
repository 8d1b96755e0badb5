"""The table twin (S8) and its cells."""

from urllib.parse import urlsplit

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gates import only
from accounts.rights import may_see_pipeline
from core import periods
from core.asked import VERSION, number
from core.companions import along
from core.keys import deed
from core.lists import answer
from core.past import read_past
from exchange.defined import held
from exchange.ownfilters import sortable
from pipeline.answering import say
from pipeline.asking import Asked
from pipeline.asof import AskedThen
from pipeline.board import read_board
from pipeline.cards import cards_by_id
from pipeline.forms import CellForm
from pipeline.models import Deal
from pipeline.own import own_fields, own_shown, own_values
from pipeline.pasting import write_block
from pipeline.showing import board_context, narrow_of, past_context, query_of
from pipeline.sums import read_sums
from pipeline.table import columns_that_group, read_table


@require_GET
@only(may_see_pipeline)
@held()
def table(request):
    now = timezone.now()
    past = read_past(request.GET, periods.today(now))
    asked = AskedThen(request.user, request.GET, past) if past.day else Asked(request.user, request.GET, past.on)
    sums = read_sums(asked, by=columns_that_group(asked))
    board = read_board(request.user, request.GET, asked.on, asked=asked, with_cards=False, sums=sums)
    rows, own = read_table(asked, sums), own_shown(request.GET, asked)
    told = own_values([card.deal for card in rows.rows], own) if own else {}
    for card in rows.rows:
        card.own = told.get(card.deal.pk, ())
    shown = past_context if past.day else board_context
    context = shown(request, board, now=now) | {
        "past": past,
        "table": rows,
        "bar": rows.bar,
        "heads": heads(asked, rows.sort), "own_heads": own_heads(asked, own, rows.sort),
        "width": (9 if past.day else 10) + len(own),
        "base": query_of(asked, page=""),
        "pager": pages_of(asked, rows),
        **choices(asked, rows.group),
    }
    return answer(request, "pipeline/table.html", "pipeline/_table.html", context)


def choices(asked, group):
    """What is listed, and how it is grouped, as chips."""
    state = asked.GET.get("state", "")
    states = [("", _("On the board")), ("won", _("Won deals")), ("lost", _("Lost deals")), ("all", _("All"))]
    groups = [
        ("rep", _("By person")), ("owner", _("By owner")), ("stage", _("By stage")), ("tag", _("By tag")),
        ("month", _("By closing month")), ("none", _("Not grouped")),
    ]  # fmt: skip
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
    names = ("rep", "customer", "stage", "amount", "entered", "close", "action", "risk", "owner")
    return {name: head(asked, name, sort) for name in names}


def head(asked, name, sort):
    now = "ascending" if sort == name else "descending" if sort == f"-{name}" else ""
    return {"now": now, "query": query_of(asked, sort=f"-{name}" if sort == name else name, page="")}


def own_heads(asked, own, sort):
    """[(custom field, its head as above, None where nothing sorts by it)]."""
    known = sortable(own)
    return [(one, head(asked, one.slug, sort) if one in known else None) for one in own]


def pages_of(asked, rows):
    """The links of the pager: first, around here, last."""
    near = {1, rows.pages, *range(max(rows.page - 2, 1), min(rows.page + 2, rows.pages) + 1)}
    return [{"n": n, "query": query_of(asked, page=n), "here": n == rows.page} for n in sorted(near)]


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def field(request, pk):
    """GET: the cell as a field. POST: one field saved, with its undo; the same cell again, or 422; two people: 409."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer", "stage"), pk=pk)
    name = request.POST.get("field") or request.GET.get("field") or ""
    own = next((one for one in own_fields() if one.slug == name), None)
    if (own is None and name not in CellForm.FIELDS) or (name == "expected_close" and not deal.stage.is_open):
        raise Http404
    initial = {"key_action": deal.key_action[:80], "risk": deal.risk[:120]}
    form = CellForm(request.POST or None, instance=deal, field=name, user=request.user, initial=initial)
    if request.method == "GET" and request.GET.get("show"):
        return cell(request, deal, name)
    if request.method == "GET" or not form.is_valid():
        context = {"form": form, "deal": deal, "name": name, "bound": form[name]}
        status = 422 if form.is_bound else 200
        if request.htmx:
            return render(request, "pipeline/_cell_edit.html", context, status=status)
        context |= {"part": "pipeline/_cell_page.html", "plain": True}  # without scripts, and in a tab of its own
        context["heading"] = f"{deal.customer.name} · {form[name].label}"
        return render(request, "pipeline/dialog_page.html", context, status=status)
    fresh = Deal.objects.visible_to(request.user).select_related("customer", "stage").get(pk=pk)
    seen = number(request.POST.get("version"), VERSION)
    seen = fresh.version if seen is None else seen
    value = request.POST.getlist(name) if own and own.kind == own.Kind.CHOICES else request.POST.get(name, "")
    _n, event = write_block([(fresh, name, value, seen)], by=request.user, now=timezone.now())
    if not request.htmx:
        return redirect("pipeline:table")
    toast = say(request, _("Saved"), undo=reverse("activity:undo", args=[event.pk])) if event else ""
    return cell(request, fresh, name, extra=along("pipeline.changed", request, deal=fresh) + toast)


def cell(request, deal, name, *, extra=""):
    page = urlsplit(request.htmx.current_url_abs_path or "") if request.htmx else urlsplit("")
    asked = Asked(request.user, QueryDict(page.query[:4000]), periods.today())
    card = cards_by_id([deal.pk], user=request.user, on=asked.on, rule=asked.rule, stages=asked.playbooks.stages)[0]
    card.own = own_values([card.deal], [one for one in own_fields() if one.slug == name])[card.deal.pk]
    context = {"card": card, "name": name, "narrow": narrow_of(asked)}
    return HttpResponse(render_to_string("pipeline/_cell.html", context, request) + extra)
