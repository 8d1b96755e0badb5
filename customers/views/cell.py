"""One cell of the customer list, edited where it stands: tag, owner, the day of the next step (S4).

Each is a bulk deed of one, so that it says the same, asks the same right, and can be undone the same way.
"""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import rights
from core.asked import VERSION, number
from core.errors import NotAllowed, Refused
from core.keys import deed
from core.lists import answer
from core.periods import today
from customers import bulk
from customers.custom import own_fields, set_custom, tell_custom
from customers.forms.bulk import CELLS
from customers.forms.own import OwnForm
from customers.models import Customer, NextStep
from customers.views.bulk import saved
from exchange import typed
from exchange.owncolumns import names_for
from exchange.ownforms import patch_of


@require_http_methods(["GET", "POST"])
@deed
def cell(request, pk):
    """GET: the cell as a field with what it says now. POST: saved, the row again and an Undo; 409 when it has changed
    since it was shown."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).live().select_related("owner"), pk=pk)
    given = request.POST if request.method == "POST" else request.GET
    name, now = given.get("field", ""), timezone.now()
    if (one := next((each for each in own_fields() if each.slug == name), None)) is not None:
        return own_cell(request, customer, one, now=now)
    if name not in CELLS:
        raise Http404
    if name == "owner" and not rights.may_assign(request.user, customer):
        raise NotAllowed
    step = get_object_or_404(NextStep.objects.visible_to(request.user).open().filter(customer=customer),
                             pk=number(given.get("step"))) if name == "day" else None
    shown = {"tag": customer.tag, "owner": customer.owner_id or "", "day": step and step.due_on.isoformat()}[name]
    form = CELLS[name](request.POST or None, user=request.user, on=today(now), initial={name: shown})
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "bound": form[name], "customer": customer, "name": name, "step": step, "shown": shown}
        return render(request, "customers/_cell_edit.html", context, status=422 if form.is_bound else 200)
    if request.POST.get("shown") != str(shown):
        raise Refused(_("This was changed meanwhile."), holder=customer.owner)
    new = form.cleaned_data[name]
    if name == "day":
        changed, event = bulk.shift(step, new, by=request.user, now=now)
    else:
        changed, event = {"tag": bulk.tag, "owner": bulk.assign}[name]([customer], new, by=request.user, now=now)
    said = _("%(name)s: changed") % {"name": customer.name} if changed else _("Nothing changed.")
    return saved(request, changed or [customer], said, event, now=now)


def own_cell(request, customer, one, *, now):
    """A custom field in the list: the cell as a field, saved, the row again; 409 when somebody changed it since."""
    form = OwnForm(request.POST or None, one=one, customer=customer, user=request.user)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "bound": form[one.slug], "customer": customer, "name": one.slug, "version": True}
        return render(request, "customers/_cell_edit.html", context, status=422 if form.is_bound else 200)
    changed = _save_own(request, form, customer, one, now=now)
    said = _("%(name)s: changed") % {"name": customer.name} if changed else _("Nothing changed.")
    return saved(request, [customer], said, None, now=now)


@require_http_methods(["GET", "POST"])
@deed
def own(request, pk, slug):
    """A custom field on the customer's page: ?edit=1 is its field, without it the value; POST saves."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    one = next((each for each in own_fields() if each.slug == slug), None)
    if one is None:
        raise Http404
    form = OwnForm(request.POST or None, one=one, customer=customer, user=request.user)
    edits = not request.htmx or "edit" in request.GET
    if request.method == "POST" and form.is_valid():
        _save_own(request, form, customer, one, now=timezone.now())
        if not request.htmx:
            messages.success(request, _("Saved"))
            return redirect("customer", customer.pk)
        edits = False
    context = {"form": form, "bound": form[slug], "customer": customer, "one": one, "edits": edits or form.errors}
    if not context["edits"]:
        context["text"] = typed.say(customer.custom.get(slug), one, names_for([one], [customer.custom]))
        context["value"] = customer.custom.get(slug)
    if form.errors:
        return render(request, "customers/_own.html" if request.htmx else "customers/own.html", context, status=422)
    return answer(request, "customers/own.html", "customers/_own.html", context)


def _save_own(request, form, customer, one, *, now):
    expect, patch = number(request.POST.get("version"), VERSION) or 0, patch_of(form, [one])
    changed = set_custom(customer, patch, by=request.user, now=now, expect=expect)
    tell_custom(customer, changed, by=request.user, now=now)
    return changed
