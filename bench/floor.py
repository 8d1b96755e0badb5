"""The least this stack can do for the same data: what the product's times are divided by (docs: performance budgets)."""

import uuid

from django.http import HttpResponse
from django.template import Context, Template
from django.urls import path
from django.utils import timezone

from customers.models import Customer, FollowUp

ROWS = Template("<table>{% for c in rows %}<tr><td>{{ c.name }}<td>{{ c.tag }}<td>{{ c.last_contact_at }}<td>{{ c.owner.name }}</tr>{% endfor %}</table>")
CUSTOMER = Template("<h1>{{ c.name }}</h1>{% for f in talks %}<p>{{ f.happened_at }} {{ f.text }}{% endfor %}")


def hello(request):
    return HttpResponse(f"hello {request.user.pk}")


def rows(request):
    """Twenty-five newest customers, ORM and a plain template."""
    request.user.pk  # noqa: B018  (session and user, as every page needs)
    found = Customer.objects.select_related("owner").order_by("-last_contact_at", "-id")[:25]
    return HttpResponse(ROWS.render(Context({"rows": found})))


def customer(request, pk):
    request.user.pk  # noqa: B018
    found = Customer.objects.get(pk=pk)
    talks = FollowUp.objects.filter(customer=found).order_by("-happened_at", "-id")[:30]
    return HttpResponse(CUSTOMER.render(Context({"c": found, "talks": talks})))


def insert(request, pk):
    now = timezone.now()
    FollowUp.objects.create(
        customer_id=pk, happened_at=now, entered_at=now, talked_by=request.user, entered_by=request.user,
        outcome="no_answer", client_uuid=uuid.uuid4(), text="floor", voided_at=now,
    )
    return HttpResponse("ok")


urlpatterns = [
    path("hello", hello), path("rows", rows), path("customer/<int:pk>", customer), path("insert/<int:pk>", insert),
]
