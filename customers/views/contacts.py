"""People at a customer: add, edit, gone; the phone an admin asks to see (D6)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import rights
from core.asked import VERSION, number
from core.errors import NotAllowed
from core.keys import deed
from core.lists import answer
from customers import keeping
from customers.forms.customer import ContactForm
from customers.models import Contact, Customer


def _contact(request, pk):
    return get_object_or_404(Contact.objects.visible_to(request.user).select_related("customer"), pk=pk)


@deed
def new(request, pk):
    customer = get_object_or_404(Customer.objects.visible_to(request.user).live(), pk=pk)
    form = ContactForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, form, customer)
    keeping.add_contact(customer, form.cleaned_data, by=request.user, now=timezone.now())
    return _saved(request, customer)


@deed
def edit(request, pk):
    contact = _contact(request, pk)
    full = rights.sees_phone(request.user, contact.customer) == "full"
    form = ContactForm(request.POST or None, instance=contact, sees_phone=full)
    if request.method == "POST" and request.POST.get("gone"):
        keeping.retire_contact(contact, by=request.user, now=timezone.now())
        return _saved(request, contact.customer)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, form, contact.customer, contact)
    expect = number(request.POST.get("version"), VERSION) or 0
    keeping.edit_contact(form, contact, by=request.user, now=timezone.now(), expect=expect)
    return _saved(request, contact.customer)


@require_POST
@deed
def reveal(request, pk):
    """The whole number, once, recorded; for whoever sees the mask."""
    contact = _contact(request, pk)
    if rights.sees_phone(request.user, contact.customer) != "masked":
        raise NotAllowed(_("This number is not masked for you."))
    phone = keeping.reveal(contact, by=request.user, now=timezone.now())
    return answer(request, "customers/phone_page.html", "customers/_phone.html", {"contact": contact, "phone": phone})


def _ask(request, form, customer, contact=None):
    context = {"form": form, "customer": customer, "contact": contact}
    if form.is_bound:
        template = "customers/_contact.html" if request.htmx else "customers/contact_page.html"
        return render(request, template, context, status=422)
    return answer(request, "customers/contact_page.html", "customers/_contact.html", context)


def _saved(request, customer):
    messages.success(request, _("Saved"))
    if not request.htmx:
        return redirect("customer", customer.pk)
    response = HttpResponse()
    response["HX-Redirect"] = reverse("customer", args=[customer.pk])
    return response
