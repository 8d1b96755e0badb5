"""Small deeds of the customer page: tag, archive, helpers, the history of its fields (S5)."""

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import rights
from accounts.models import User
from core.asked import VERSION, number
from core.errors import NotAllowed
from core.keys import deed
from customers import keeping
from customers.history import changes_of
from customers.history import restore as restore_field
from customers.models import Customer
from customers.tagging import set_tags
from customers.transferring import handovers


def _customer(request, pk):
    return get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)


def _back(request, customer, said):
    messages.success(request, said)
    if not request.htmx:
        return redirect("customer", customer.pk)
    response = HttpResponse()
    response["HX-Redirect"] = reverse("customer", args=[customer.pk])
    return response


@require_POST
@deed
def tag(request, pk):
    """Raised or lowered by a person: both allowed, both recorded (D11)."""
    customer, new = _customer(request, pk), request.POST.get("tag", "")
    if new not in Customer.Tag.values:
        raise Http404
    set_tags([(customer, new)], by=request.user, now=timezone.now())
    return _back(request, customer, _("Saved"))


@require_POST
@deed
def archive(request, pk):
    customer, now = _customer(request, pk), timezone.now()
    if not rights.may_archive(request.user, customer):
        raise NotAllowed(_("Managers of the team archive customers."))
    if customer.archived_at:
        keeping.unarchive(customer, by=request.user, now=now)
        return _back(request, customer, _("Back in the lists."))
    keeping.archive(customer, by=request.user, now=now)
    return _back(request, customer, _("Archived."))


@require_POST
@deed
def helpers(request, pk):
    """add=<user> or remove=<user>: by the owner, the managers above, admins; not by a helper."""
    customer, now = _customer(request, pk), timezone.now()
    if customer.owner_id != request.user.pk and not rights.may_assign(request.user, customer):
        raise NotAllowed(_("The owner names the helpers."))
    if "remove" in request.POST:
        helpers_now = customer.helpers.select_related("user", "customer")
        helper = get_object_or_404(helpers_now, user=number(request.POST["remove"]))
        keeping.remove_helper(helper, by=request.user, now=now)
        return _back(request, customer, _("Saved"))
    people = User.objects.visible_to(request.user).sellers()
    user = get_object_or_404(people, pk=number(request.POST.get("add")))
    keeping.add_helper(customer, user, by=request.user, now=now)
    return _back(request, customer, _("Saved"))


def history(request, pk):
    """Who had it, from whom, why (R53); field by field: who, when, before, after."""
    customer = _customer(request, pk)
    masked = rights.sees_phone(request.user, customer) != "full"
    context = {
        "customer": customer, "changes": changes_of(customer, masked=masked), "handovers": handovers(customer),
    }  # fmt: skip
    return render(request, "customers/history.html", context)


@require_POST
@deed
def restore(request, pk):
    """One field as it was, from the record of changes; itself a change like any other."""
    customer = _customer(request, pk)
    masked = rights.sees_phone(request.user, customer) != "full"
    row, expect = number(request.POST.get("row")) or 0, number(request.POST.get("version"), VERSION)
    try:
        restore_field(customer, request.POST.get("of", ""), row, request.POST.get("field", ""), masked=masked,
                      by=request.user, now=timezone.now(), expect=expect)
    except ObjectDoesNotExist:
        raise Http404 from None
    messages.success(request, _("Brought back."))
    return redirect("customers:history", customer.pk)
