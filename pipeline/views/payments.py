"""Payments of one won deal, on its customer's page."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import switches
from accounts.gates import only
from accounts.rights import may_see_pipeline
from core.keys import deed
from core.periods import today
from pipeline.forms_payment import PaymentForm
from pipeline.models import Deal, Payment
from pipeline.paying import SWITCH, paid, pay, take_back


def found(request, pk):
    """A deal of his; 404 while payments are switched off."""
    if not switches.get(SWITCH):
        raise Http404
    return get_object_or_404(Deal.objects.visible_to(request.user).select_related("customer"), pk=pk)


@require_POST
@deed
@only(may_see_pipeline)
def add(request, pk):
    deal, form = found(request, pk), PaymentForm(request.POST)
    if not form.is_valid():
        context = {"deal": deal, "paid": paid(deal), "form": form}
        page = "pipeline/_payments.html" if request.htmx else "pipeline/payments.html"
        return render(request, page, context, status=422)
    pay(deal, by=request.user, now=timezone.now(), **form.cleaned_data)
    return shown(request, deal)


@require_POST
@deed
@only(may_see_pipeline)
def remove(request, pk, payment):
    deal = found(request, pk)
    one = get_object_or_404(Payment.objects.visible_to(request.user), pk=payment, deal=deal)
    one.deal = deal
    take_back(one, by=request.user, now=timezone.now())
    return shown(request, deal)


def shown(request, deal):
    if not request.htmx:
        return redirect(f"{reverse('customer', args=[deal.customer_id])}?deal={deal.pk}#deal")
    context = {"deal": deal, "paid": paid(deal), "form": PaymentForm(initial={"paid_on": today()})}
    return render(request, "pipeline/_payments.html", context)
