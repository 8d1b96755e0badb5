"""Paste a block of cells into the table: what would change is shown first, then written (S8)."""

import json

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.gates import only
from accounts.rights import may_see_pipeline
from core import periods
from core.asked import VERSION, number
from core.keys import deed
from exchange.defining import MOST
from pipeline.answering import say
from pipeline.asking import Asked
from pipeline.models import Deal
from pipeline.own import own_fields
from pipeline.pasting import COLUMNS, MOST_CHARACTERS, MOST_ROWS, lines_of, read_block, write_block
from pipeline.table import read_table


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def paste(request):
    """GET: where the block goes. POST: the cells that would change; with `confirm`, the change itself."""
    if request.method == "GET":
        return ask(request, request.GET)
    if request.POST.get("confirm"):
        return write(request)
    rows = rows_of(request, request.POST)
    start, first = request.POST.get("start", ""), request.POST.get("first", "")
    place = next((n for n, deal in enumerate(rows) if str(deal.pk) == start), None)
    own = own_of(request.POST)
    columns = (*COLUMNS, *(one.slug for one in own))
    if place is None or first not in columns or len(request.POST.get("text", "")) > MOST_CHARACTERS:
        return ask(request, request.POST, wrong=_("Choose the row and the column the block begins in."))
    cells = read_block(request.POST["text"], rows[place:], first, user=request.user, on=periods.today(), own=own)
    names = dict(labelled(own))
    for cell in cells:
        cell.column = names[cell.field]
    context = {"cells": [cell for cell in cells if not cell.error], "wrong": [cell for cell in cells if cell.error]}
    context["over"] = max(0, lines_of(request.POST["text"]) - len(rows[place:][:MOST_ROWS]))
    return dialog(request, "paste_preview", context | {"query": request.POST.get("query", "")})


def rows_of(request, given):
    """The deals of the page of the table the block was copied for, in its order."""
    asked = Asked(request.user, QueryDict(given.get("query", "").lstrip("?")), periods.today())
    keys = [card.deal.pk for card in read_table(asked).rows]
    rows = Deal.objects.visible_to(request.user)
    found = rows.select_related("customer", "stage", "rep", "owner", "key_action_kind").in_bulk(keys)
    return [found[pk] for pk in keys if pk in found]


def own_of(given):
    """The custom fields shown as columns of the table that the block was copied for."""
    shown = QueryDict(given.get("query", "").lstrip("?")).getlist("more")
    return [one for one in own_fields() if one.slug in shown]


def labelled(own=()):
    """[(column, its head)] as the table has them; `own` are custom fields behind them."""
    labels = (
        _("Sales rep"), _("Customer"), _("Stage"), _("Amount"), _("Entered"), _("Expected close"), _("Key action"),
        _("Risk"), _("Owner"),
    )  # fmt: skip
    return [*zip(COLUMNS, labels, strict=True), *((one.slug, one.words) for one in own)]


def ask(request, given, *, wrong=""):
    query = given.get("query", "") if request.method == "POST" else request.GET.urlencode()
    context = {
        "rows": rows_of(request, {"query": query}), "columns": labelled(own_of({"query": query})), "wrong": wrong,
        "query": query, "first": given.get("first", "amount"), "text": given.get("text", ""),
        "start": given.get("start", ""),
    }
    return dialog(request, "paste", context, status=422 if wrong else 200)


def write(request):
    """`cell` is "deal:field:version" and `value` its value, in the order of the preview."""
    places, values = request.POST.getlist("cell")[: MOST_ROWS * (len(COLUMNS) + MOST)], request.POST.getlist("value")
    parts = [place.split(":") for place in places]
    if len(places) != len(values) or any(len(one) != 3 for one in parts):
        raise Http404
    parts = [(number(pk), field, number(version, VERSION)) for pk, field, version in parts]
    mine = Deal.objects.visible_to(request.user).select_related("customer", "stage", "rep", "owner")
    deals = mine.in_bulk([pk for pk, _field, _version in parts if pk is not None])
    columns = {*COLUMNS, *(one.slug for one in own_fields())}
    if any(pk not in deals or field not in columns or version is None for pk, field, version in parts):
        raise Http404
    cells = [(deals[pk], field, value, version) for (pk, field, version), value in zip(parts, values, strict=True)]
    n, event = write_block(cells, by=request.user, now=timezone.now())
    words = ngettext("%(n)d cell changed", "%(n)d cells changed", n) % {"n": n}
    if not request.htmx:
        messages.success(request, words)
        return redirect("pipeline:table")
    response = HttpResponse(say(request, words, undo=reverse("activity:undo", args=[event.pk]) if event else ""))
    response["HX-Trigger"] = json.dumps({"close-dialog": {}, "redraw": {}})
    response["HX-Reswap"] = "none"
    return response


def dialog(request, name, context, *, status=200):
    if request.htmx:
        return render(request, f"pipeline/_{name}.html", context, status=status)
    context |= {"part": f"pipeline/_{name}.html", "plain": True}
    return render(request, "pipeline/dialog_page.html", context, status=status)
