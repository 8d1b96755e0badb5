"""A log the device kept while there was no connection (ux §3): sent when it is back, answered as facts, not as a page.

Its uuid is unique for ever, so that sending it again is harmless, also when the first answer was lost on the way.
"""

from django.http import Http404, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.asked import number
from core.errors import NotAllowed
from core.keys import deed
from core.text import name_key
from customers.entering import entry_of
from customers.forms.log import LogForm
from customers.keeping_offline import pressed_at, still_there
from customers.logging import held, saved_before
from customers.logging import log as save_log
from customers.models import Customer
from customers.offering import offer


@require_POST
@deed
def kept(request):
    """200 {"id", "again"} when it is saved, now or before; 422 and 409 {"errors"}: the device keeps it."""
    user, now = request.user, timezone.now()
    if user.is_support:
        raise NotAllowed(_("Follow-ups are logged by sales."))
    before = saved_before(request.POST.get("client_uuid", ""), by=user)
    if before is not None:
        return JsonResponse({"id": before.pk, "again": True})
    customer = _customer(request.POST, user)
    if request.POST.get("kept_for") != str(user.pk):
        return JsonResponse({"errors": [_("This log was kept for another person.")]}, status=409)
    if customer is None:
        return JsonResponse({"errors": [_("Choose the customer.")]}, status=422)
    return _save(request, customer, now)


def _save(request, customer, now):
    pressed = pressed_at(request.POST, now)
    choice = offer(customer, request.user, now=pressed)
    form = LogForm(still_there(request.POST, choice), offer=choice, now=pressed)
    if not form.is_valid():
        errors = [str(error) for field in form.errors.values() for error in field]
        return JsonResponse({"errors": errors}, status=422)
    entry = entry_of(form, request.user)
    entry.source, entry.draft_started_at = "offline", pressed
    follow_up = save_log(entry, by=request.user, now=now, is_held=True)
    return JsonResponse({"id": follow_up.pk, "again": False})


def _customer(post, user):
    """By its id, else by the name typed without a connection when exactly one has it; None when that is not clear."""
    rows = held(Customer.objects.visible_to(user).live())
    key, typed = post.get("customer", ""), name_key(post.get("customer_name", "")[:60].replace("\x00", ""))
    if key:
        found = rows.filter(pk=number(key)).first()
        if found is None:
            raise Http404
        return found
    same = list(rows.filter(name_key=typed)[:2]) if typed else []
    return same[0] if len(same) == 1 else None
