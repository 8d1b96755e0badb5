"""A deal: where it lives, a new one, editing, and the panel of the customer page (S5)."""

import json

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gates import only
from accounts.rights import may_see_pipeline
from core import periods
from core.asked import VERSION, number
from core.companions import along
from core.entryforms import saved
from core.errors import Refused
from core.keys import deed
from core.lists import answer
from customers.models import Customer, Need
from customers.needs import close_needs, open_needs
from customers.staleness import Rule
from pipeline import risks
from pipeline.allowing import before_gates, gate_before
from pipeline.answering import say
from pipeline.books import in_use, offered_after_win
from pipeline.cards import cards_of, shown
from pipeline.deals import save_deal
from pipeline.forms import DealForm
from pipeline.forms_payment import PaymentForm
from pipeline.models import Deal, Risk
from pipeline.notes import holds_of
from pipeline.opening import open_deal
from pipeline.own import own_fields, own_values
from pipeline.path import path_of
from pipeline.paying import paid, takes_payments
from pipeline.peeking import open_risks, peek_of
from pipeline.playbooks import Playbooks
from pipeline.proving import stays_of


@require_GET
@only(may_see_pipeline)
def deal(request, pk):
    """A deal is read on its customer's page."""
    found = get_object_or_404(Deal.objects.visible_to(request.user), pk=pk)
    return redirect(f"{reverse('customer', args=[found.customer_id])}?deal={found.pk}#deal")


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def new(request, customer):
    """The form of the stage it opens at (R19): ?stage=, by default the first one. Another stage, another form; what
    was typed stays."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer)
    places = places_to_open()
    stage = place_asked_for(request, places)
    typed = request.GET if "owner" in request.GET else {}
    form = DealForm(
        request.POST or None,
        user=request.user,
        customer=customer,
        stage=stage,
        initial={"rep": customer.owner_id, "owner": customer.owner_id} | {name: typed[name] for name in typed},
    )
    if request.method == "GET" or not form.is_valid():
        return deal_form(request, form, customer, None, places=places)
    fields = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    made = open_deal(customer, by=request.user, now=timezone.now(), stage=stage, **fields)
    saved(request, "deal")
    return done(request, made, _("Deal opened: %(name)s") % {"name": made.name})


@require_http_methods(["GET", "POST"])
@deed
@only(may_see_pipeline)
def edit(request, pk):
    found = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer", "stage"), pk=pk)
    form = DealForm(
        request.POST or None,
        instance=found,
        user=request.user,
        customer=found.customer,
        stage=Playbooks.stage(found.stage_id),
        initial={"key_action": found.key_action[:80], "risk": found.risk[:120]},
    )
    if request.method == "GET" or not form.is_valid():
        return deal_form(request, form, found.customer, found)
    fresh = Deal.objects.visible_to(request.user).select_related("customer", "stage").get(pk=pk)
    seen = number(request.POST.get("version"), VERSION)
    expect = fresh.version if seen is None else seen
    save_deal(fresh, form, by=request.user, now=timezone.now(), expect=expect)
    return done(request, fresh, _("Saved"))


def places_to_open():
    """[(playbook in use, its open stages before the first gate)], the default playbook first. Where every way begins
    at a gate, the stage is left in which a new customer's deal begins."""
    active = sorted(Playbooks.load().active, key=lambda book: not book.is_default)
    places = [(book, [stage for stage in before_gates(book.line) if stage.is_open]) for book in active]
    first = [stage for stage in active[0].line if stage.is_open][:1]
    return [place for place in places if place[1]] or [(active[0], first)]


def place_asked_for(request, places):
    """The open stage a new deal begins in: ?stage=, or the first one of ?playbook=, or the first one of all. Refused
    behind a gate: a deal begins before it and asks on its way."""
    given = request.POST if request.method == "POST" else request.GET
    stages = [stage for _book, line in places for stage in line]
    asked = [stage for stage in stages if str(stage.pk) == given.get("stage", "")]
    if given.get("stage") and not asked:
        stage = next((one for one in Playbooks.load().stages.values() if str(one.pk) == given["stage"]), None)
        gate = gate_before(stage) if stage and stage.is_open and stage.playbook.is_active else None
        if gate is None or stage.retired_at:
            raise Http404
        raise Refused(_("%(stage)s needs an approval first.") % {"stage": gate}, holder=str(gate))
    of_book = [line[0] for book, line in places if line and book.code == given.get("playbook")]
    return (asked or of_book or stages)[0]


def deal_form(request, form, customer, found, places=()):
    context = {
        "form": form, "customer": customer, "deal": found, "places": places,
        "meaning_now": getattr(form.stage, "version_now", None),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    if request.htmx and not request.htmx.boosted:
        return render(request, "pipeline/_deal_form.html", context, status=status)
    return render(
        request,
        "pipeline/dialog_page.html",
        context | {"part": "pipeline/_deal_form.html", "plain": True},
        status=status,
    )


def done(request, found, words):
    if not request.htmx:
        return redirect("pipeline:deal", found.pk)
    response = HttpResponse(say(request, words) + along("pipeline.changed", request, deal=found))
    response["HX-Trigger"] = json.dumps({"close-dialog": {}, "moved": {"deal": found.pk}})
    response["HX-Reswap"] = "none"
    return response


@require_GET
@only(may_see_pipeline)
def customer_panel(request, pk):
    """The deals of a customer: amount, expected close, key action, risk, owner, what holds them."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    on, books = periods.today(), Playbooks.load()
    deals = list(shown(Deal.objects.visible_to(request.user).filter(customer=customer)).order_by("-pk"))
    cards = cards_of(deals, user=request.user, on=on, rule=Rule.load(), stages=books.stages)
    cards.sort(key=lambda card: (not card.stage.is_open, card.stage.kind == "lost", -card.deal.pk))
    holds, own = holds_of(deals), own_values(deals, own_fields())
    for card in cards:
        card.own = own[card.deal.pk]
        card.holds = holds.get(card.deal.pk, [])
    chosen = next((card for card in cards if str(card.deal.pk) == request.GET.get("deal")), cards[0] if cards else None)
    context = {
        "customer": customer,
        "cards": cards,
        "chosen": chosen,
        "nodes": path_of(chosen.deal, on) if chosen else [],
        "stays": stays_of(chosen.deal, books.stages) if chosen else [],
        "risks": open_risks(chosen.deal, on) if chosen else [],
        "deal": chosen.deal if chosen else None,
        "paid": paid(chosen.deal) if chosen and takes_payments(chosen.deal) else None,
        "form": PaymentForm(initial={"paid_on": on}),
        "follow": offered_after_win(customer, request.user),
        "playbooks": in_use(request.user),
    }
    return answer(request, "pipeline/customer_panel.html", "pipeline/_customer_panel.html", context)


@require_GET
@only(may_see_pipeline)
def peek(request, pk):
    """The short page of a deal: a drawer over the board, a page without scripts."""
    found = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer", "stage"), pk=pk)
    on = periods.today()
    context = {"deal": found, "on": on, "peek": peek_of(found, user=request.user, on=on)}
    return answer(request, "pipeline/peek.html", "pipeline/_peek.html", context)


@require_POST
@deed
@only(may_see_pipeline)
def close_risk(request, pk, risk):
    """One risk is over; the others of the deal stay."""
    found = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer", "stage"), pk=pk)
    one = get_object_or_404(Risk.objects.visible_to(request.user).select_related("type"), pk=risk, deal=found)
    risks.close_risk(found, one, by=request.user, now=timezone.now())
    if not request.htmx:
        return redirect("pipeline:deal", found.pk)
    context = {"deal": found, "risks": open_risks(found, periods.today())}
    response = render(request, "pipeline/_risks.html", context)
    response["HX-Trigger"] = json.dumps({"redraw": {}})
    return response


@require_POST
@deed
@only(may_see_pipeline)
def close_need(request, pk, need):
    """A need of the deal's customer is answered, or dropped."""
    found = get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer"), pk=pk)
    one = get_object_or_404(Need.objects.visible_to(request.user), pk=need, customer=found.customer_id)
    how = Need.Status.DROPPED if request.POST.get("how") == "dropped" else Need.Status.ANSWERED
    close_needs(found.customer, [one], how, by=request.user, now=timezone.now())
    if not request.htmx:
        return redirect("pipeline:peek", found.pk)
    return render(request, "pipeline/_needs.html", {"deal": found, "needs": open_needs(found.customer)})
