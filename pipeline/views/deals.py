"""A deal: where it lives, a new one, editing, and the panel of the customer page (S5)."""

import json

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gates import only
from accounts.rights import may_see_pipeline
from core import periods
from core.companions import along
from core.keys import deed
from core.lists import answer
from customers.models import Customer, Need
from customers.needs import close_needs, open_needs
from customers.staleness import Rule
from pipeline import risks
from pipeline.answering import say
from pipeline.cards import cards_of, shown
from pipeline.deals import save_deal
from pipeline.forms import DealForm
from pipeline.models import Deal, Risk
from pipeline.notes import holds_of
from pipeline.opening import open_deal
from pipeline.path import path_of
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
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer)
    form = DealForm(
        request.POST or None,
        user=request.user,
        customer=customer,
        initial={"rep": customer.owner_id, "owner": customer.owner_id},
    )
    if request.method == "GET" or not form.is_valid():
        return deal_form(request, form, customer, None)
    fields = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    made = open_deal(customer, by=request.user, now=timezone.now(), **fields)
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
        initial={"key_action": found.key_action[:80], "risk": found.risk[:120]},
    )
    if request.method == "GET" or not form.is_valid():
        return deal_form(request, form, found.customer, found)
    fresh = Deal.objects.visible_to(request.user).select_related("customer", "stage").get(pk=pk)
    version = request.POST.get("version", "")
    save_deal(
        fresh, form, by=request.user, now=timezone.now(), expect=int(version) if version.isdigit() else fresh.version
    )
    return done(request, fresh, _("Saved"))


def deal_form(request, form, customer, found):
    context = {"form": form, "customer": customer, "deal": found}
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
    holds = holds_of(deals)
    for card in cards:
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
