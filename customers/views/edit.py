"""New customer and its fields (S4): drawer on the desk, sheet on the phone, page without scripts."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import rights
from accounts.gates import only
from core.asked import VERSION, number
from core.entryforms import saved
from core.keys import deed
from core.lists import answer
from customers import keeping
from customers.creating import create
from customers.duplicates import alike
from customers.forms.customer import SOURCES, CustomerForm, NewCustomerForm
from customers.models import Customer


@only(rights.may_see_pipeline)
@deed
def new(request):
    """Saving warns when the customer may exist already; the second button saves all the same (D5)."""
    now = timezone.now()
    initial = {"name": request.GET.get("name", "")[:60].replace("\x00", "")}
    form = NewCustomerForm(request.POST or None, user=request.user, initial=initial)
    if request.method != "POST":
        return answer(request, "customers/edit_page.html", "customers/_edit.html", _context(form))
    if not form.is_valid():
        return _again(request, form, status=422)
    data = form.cleaned_data
    likes = [] if request.POST.get("sure") else alike(data["name"], request.user, now=now, phone=data["phone"])
    if likes:
        return _again(request, form, likes=likes, status=200)
    customer = create(by=request.user, now=now, **form.row())
    saved(request, "customer")
    return _saved(request, customer)


@deed
def edit(request, pk):
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    form = CustomerForm(request.POST or None, instance=customer, user=request.user)
    if request.method != "POST":
        return answer(request, "customers/edit_page.html", "customers/_edit.html", _context(form, customer))
    if not form.is_valid():
        return _again(request, form, customer=customer, status=422)
    expect = number(request.POST.get("version"), VERSION) or 0
    keeping.edit(form, customer, by=request.user, now=timezone.now(), expect=expect)
    return _saved(request, customer)


def _context(form, customer=None, likes=()):
    return {"form": form, "customer": customer, "likes": likes, "sources": SOURCES}


def _again(request, form, *, status, customer=None, likes=()):
    template = "customers/_edit.html" if request.htmx else "customers/edit_page.html"
    return render(request, template, _context(form, customer, likes), status=status)


def _saved(request, customer):
    """To the customer's page: everything on it may have changed."""
    messages.success(request, _("Saved"))
    if not request.htmx:
        return redirect("customer", customer.pk)
    response = HttpResponse()
    response["HX-Redirect"] = reverse("customer", args=[customer.pk])
    return response
