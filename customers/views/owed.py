"""The beacon of tapped numbers (D25): exempt from the one-time key, since a page that is left cannot wait (D36)."""

import re

from django.db import transaction
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.asked import number
from customers import owing
from customers.models import Customer

SLUG = re.compile(r"[\w-]+", re.ASCII)  # a method's code


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
