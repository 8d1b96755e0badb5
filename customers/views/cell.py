"""One cell of the customer list, edited where it stands: tag, owner, the day of the next step (S4).

Each is a bulk deed of one, so that it says the same, asks the same right, and can be undone the same way.
"""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import rights
from core.asked import number
from core.errors import NotAllowed, Refused
from core.keys import deed
from core.periods import today
from customers import bulk
from customers.forms.bulk import CELLS
from customers.models import Customer, NextStep
from customers.views.bulk import saved


@require_http_methods(["GET", "POST"])
@deed
def cell(request, pk):
    """GET: the cell as a field with what it says now. POST: saved, the row again and an Undo; 409 when it has changed
    since it was shown."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).live().select_related("owner"), pk=pk)
    given = request.POST if request.method == "POST" else request.GET
    name, now = given.get("field", ""), timezone.now()
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
