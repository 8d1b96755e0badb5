"""The beacon of tapped numbers (D25): exempt from the one-time key, since a page that is left cannot wait (D36)."""

import re

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.asked import number
from core.errors import NotAllowed
from core.keys import deed
from customers import owing
from customers.models import Customer

SLUG = re.compile(r"[\w-]+", re.ASCII)  # a method's code


@require_POST
@deed
def visit(request, pk):
    """"Start visit": it waits under 待记录 and ends when it is written down, or at the end he says then."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).live(), pk=pk)
    if not request.user.sells:
        raise NotAllowed
    owing.tap(request.user, customer, "visit", now=timezone.now())
    messages.success(request, _("The visit has begun. It waits under To log."))
    return redirect("customer", pk)


@require_POST
@transaction.atomic
def owed(request):
    """POST customer how contact: tapped; again with ended=1: the page is seen again. Answers the pill."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=number(request.POST.get("customer")))
    now = timezone.now()
    if request.POST.get("ended"):
        owing.end(request.user, customer, now=now)
    elif request.user.sells:
        who = customer.contacts.filter(pk=number(request.POST.get("contact"))).first()
        how = request.POST.get("how", "phone")[:20]
        owing.tap(request.user, customer, how if SLUG.fullmatch(how) else "phone", now=now, contact=who)
    return render(request, "customers/_owed.html")
