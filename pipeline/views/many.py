"""/deals/many: one stage, one next step or one owner for several chosen deals, from board and table (S7, S8)."""

import json

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import rights
from accounts.gates import only
from core.asked import number
from core.errors import NotAllowed
from core.keys import deed
from customers import bulk
from customers.models import Need
from customers.needs import close_needs
from pipeline.answering import place_after, say
from pipeline.forms_many import FORMS
from pipeline.models import Deal
from pipeline.moving import Move, move_many
from pipeline.proving import is_forward

MOST = 200


@require_http_methods(["GET", "POST"])
@deed
@only(rights.may_see_pipeline)
def many(request):
    """GET asks, naming the deals; POST does it for all of them or none."""
    given = request.POST if request.method == "POST" else request.GET
    do, keys = given.get("do", ""), [key for pk in given.getlist("ids")[:MOST] if (key := number(pk))]
    found = Deal.objects.visible_to(request.user).filter(pk__in=keys)
    deals = list(found.select_related("customer__owner", "stage").order_by("pk"))
    if do not in FORMS or not deals:
        raise Http404
    if do == "assign" and not all(rights.may_assign(request.user, deal.customer) for deal in deals):
        raise NotAllowed
    form = FORMS[do](request.POST or None, deals=deals, user=request.user)
    if request.method == "GET" or not form.is_valid():
        return ask(request, form, do, deals)
    try:
        words, undo = DEEDS[do](request, deals, form.cleaned_data)
    except ValidationError as missing:
        for field, sentences in missing.message_dict.items():
            form.add_error(field if field in form.fields else None, sentences)
        return ask(request, form, do, deals)
    return answer_many(request, deals, words, undo)


def ask(request, form, do, deals):
    n = len(deals)
    titles = {
        "move": ngettext("Change the stage of %(n)d deal", "Change the stage of %(n)d deals", n),
        "plan": ngettext("Next step of %(n)d deal", "Next step of %(n)d deals", n),
        "assign": ngettext("Assign %(n)d deal", "Assign %(n)d deals", n),
    }
    context = {
        "form": form, "do": do, "deals": deals, "title": titles[do] % {"n": n},
        "next": request.POST.get("next") or request.GET.get("next") or "",
    }
    status = 422 if form.is_bound else 200
    if request.htmx:
        return render(request, "pipeline/_many.html", context, status=status)
    context |= {"part": "pipeline/_many.html", "plain": True}
    return render(request, "pipeline/dialog_page.html", context, status=status)


def move_all(request, deals, said):
    """Each deal is expected in the stage its mover saw: one that moved meanwhile refuses them all, by name."""
    seen = dict(pair.split(":", 1) for pair in request.POST.getlist("seen") if ":" in pair)
    moves = [
        Move(
            deal, said["to"], expected=number(seen.get(str(deal.pk))), key_action=said["key_action"],
            evidence=said["evidence"], reason=said["reason"], lost_reason=said["lost_reason"],
        )
        for deal in deals
    ]
    now, ticked = timezone.now(), {}
    moved = len(move_many(moves, by=request.user, now=now))
    for need in said.get("needs") or ():
        ticked.setdefault(need.customer_id, []).append(need)
    for move in moves:  # where the deal moved on, as in the dialog of one (R2)
        if is_forward(move) and (needs := ticked.pop(move.deal.customer_id, None)):
            close_needs(move.deal.customer, needs, Need.Status.ANSWERED, by=request.user, now=now)
    words = ngettext("%(n)d deal is now in %(stage)s", "%(n)d deals are now in %(stage)s", moved)
    return words % {"n": moved, "stage": said["to"]}, ""


def plan_all(request, deals, said):
    changed, event = bulk.plan(
        _customers(deals), said["due_on"], said["text"], by=request.user, now=timezone.now()
    )
    return ngettext("Next step planned for %(n)d customer", "Next step planned for %(n)d customers", len(changed)) % {
        "n": len(changed)
    }, _undo(event)


def assign_all(request, deals, said):
    changed, event = bulk.assign(
        _customers(deals), said["owner"], by=request.user, now=timezone.now(), why=said["why"]
    )
    words = ngettext("%(n)d customer assigned to %(name)s", "%(n)d customers assigned to %(name)s", len(changed))
    return words % {"n": len(changed), "name": said["owner"].name}, _undo(event)


DEEDS = {"move": move_all, "plan": plan_all, "assign": assign_all}


def answer_many(request, deals, words, undo):
    """The list draws itself anew: with htmx by its own request, without scripts by going back to it."""
    if not request.htmx:
        messages.success(request, words)
        return redirect(place_after(request, deals[0]))
    response = HttpResponse(say(request, words, undo=undo))
    response["HX-Trigger"] = json.dumps({"close-dialog": {}, "redraw": {}})
    response["HX-Reswap"] = "none"
    return response


def _customers(deals):
    return list({deal.customer_id: deal.customer for deal in deals}.values())


def _undo(event):
    return reverse("activity:undo", args=[event.pk]) if event else ""
