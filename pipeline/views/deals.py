"""A deal: where it lives, a new one, editing, and the panel of the customer page (S5)."""

import json

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gates import only
from accounts.rights import may_see_pipeline
from core import periods
from core.companions import along
from core.keys import deed
from core.lists import answer
from customers.models import Customer
from customers.staleness import Rule
from pipeline.answering import say
from pipeline.cards import cards_of, shown
from pipeline.deals import save_deal
from pipeline.forms import DealForm
from pipeline.models import Deal
from pipeline.notes import holds_of
from pipeline.opening import open_deal
from pipeline.path import path_of
from pipeline.playbooks import Playbooks


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
    }
    return answer(request, "pipeline/customer_panel.html", "pipeline/_customer_panel.html", context)
