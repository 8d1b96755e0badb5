"""The requests of one customer, as a panel of the customer's page."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from collaboration import queue, rights, waiting
from collaboration.models import CollaborationRequest
from core.lists import answer
from customers.models import Customer

MOST = 20


@require_safe
def customer_panel(request, pk):
    """Open ones first. Who may see the customer sees its requests."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    rows = CollaborationRequest.objects.visible_to(request.user).filter(customer=customer)
    shown = queue.in_order(rows.with_faces(), "asked")[:MOST]
    now = timezone.now()
    context = {
        "customer": customer, "rows": queue.read_rows(shown, request.user, now=now),
        "may_raise": rights.may_raise(request.user), "waited": waiting.told(rows, now=now),
    }  # fmt: skip
    return answer(request, "collaboration/customer.html", "collaboration/_panel.html", context)
