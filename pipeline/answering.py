"""The answer to a move: every fragment whose number changed, out of band, or a redirect without scripts (ux §3.1)."""

import json
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core import periods
from core.companions import along
from core.markup import format_html
from pipeline.board import read_board
from pipeline.cards import cards_by_id
from pipeline.lanes import chosen


def moved_answer(request, deal, was, move, *, asked_for=None):
    """`move` is the carried-out Move, None when nothing moved; `asked_for` the gated stage that was asked for."""
    words = " · ".join([sentence(deal, move, asked_for), *(move.told if move else [])])
    event = move.event if move else None
    if not request.htmx:
        messages.success(request, words)
        return redirect(place_after(request, deal))
    html = say(request, words, undo=reverse("activity:undo", args=[event.pk]) if event else "")
    page = urlsplit(request.htmx.current_url_abs_path or "")
    in_lanes = bool(chosen(QueryDict(page.query)))
    if page.path == reverse("pipeline:board") and not in_lanes:
        html += board_fragments(request, deal, QueryDict(page.query))
    html += along("pipeline.moved", request, deal=deal, was=was)
    response = HttpResponse(html)
    triggers = {"close-dialog": {}, "close-drawer": {}, "moved": {"deal": deal.pk}}
    if in_lanes or page.path == reverse("pipeline:table"):
        triggers["redraw"] = {}
    response["HX-Trigger"] = json.dumps(triggers)
    response["HX-Reswap"] = "none"
    return response


def sentence(deal, move, asked_for):
    name = deal.customer.name
    if asked_for is not None:
        return _("%(name)s: asked for approval to enter %(stage)s") % {"name": name, "stage": asked_for}
    if move is not None and move.loses:
        return _("%(name)s: deal lost") % {"name": name}
    return _("%(name)s is now in %(stage)s") % {"name": name, "stage": deal.stage}


def board_fragments(request, deal, filters):
    """The card in its new place (or gone), all column heads with the ribbon, and the numbers."""
    today = periods.today()
    board = read_board(request.user, filters, today, only=deal.stage_id)
    asked = board.asked
    context = {"board": board, "asked": asked, "oob": True, "on": today}
    column = board.column_of(deal.stage_id)
    card = next((card for card in column.cards if card.deal.pk == deal.pk), None) if column else None
    if column and card is None:
        matching = asked.narrowed.filter(pk=deal.pk).exists()
        found = cards_by_id([deal.pk], user=request.user, on=today, rule=asked.rule, stages=asked.playbooks.stages)
        card = found[0] if matching and found else None
        if card:
            card.index = len(column.cards)
    html = "".join(
        render_to_string("pipeline/_colhead.html", context | {"column": each}, request) for each in board.columns
    )
    html += render_to_string("pipeline/_stage_nav.html", context, request)
    html += render_to_string("pipeline/_nums.html", context, request)
    if card is None:
        html += format_html(
            '<li id="card-{}" hx-swap-oob="delete"></li><li id="all-{}" hx-swap-oob="delete"></li>', deal.pk, deal.pk
        )
    else:
        html += render_to_string("pipeline/_placed.html", {"card": card}, request)
        live = _("%(name)s moved to %(stage)s, place %(place)d of %(count)d") % {
            "name": deal.customer.name,
            "stage": card.stage,
            "place": card.index + 1,
            "count": column.count,
        }
        html += format_html('<div hx-swap-oob="innerHTML:#live">{}</div>', live)
    return html


def say(request, words, *, undo=""):
    return render_to_string("ui/toast.html", {"text": words, "undo": undo}, request)


def place_after(request, deal):
    """Where a page without scripts goes on: the address it came from when it is ours, else the customer."""
    there = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}, require_https=False)
    if there.startswith("/") and ours:
        return there
    return reverse("pipeline:deal", args=[deal.pk])
