"""The beacon of tapped numbers (D25): exempt from the one-time key, since a page that is left cannot wait (D36)."""

import re

from django.db import transaction
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from customers import owing
from customers.models import Customer

SLUG = re.compile(r"[\w-]+", re.ASCII)  # a method's code


@require_POST
@transaction.atomic
def owed(request):
    """POST customer how contact: tapped; again with ended=1: the page is seen again. Answers the pill."""
    number = request.POST.get("customer", "")
    customer = get_object_or_404(
        Customer.objects.visible_to(request.user), pk=number if number.isascii() and number.isdigit() else None
    )
    now = timezone.now()
    if request.POST.get("ended"):
        owing.end(request.user, customer, now=now)
    elif request.user.sells:
        contact = request.POST.get("contact", "")
        who = customer.contacts.filter(pk=contact).first() if contact.isascii() and contact.isdigit() else None
        how = request.POST.get("how", "phone")[:20]
        owing.tap(request.user, customer, how if SLUG.fullmatch(how) else "phone", now=now, contact=who)
    return render(request, "customers/_owed.html")
