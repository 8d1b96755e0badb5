"""What the search leads to besides pages (S20): commands by their words, and what can be done with one line of it."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from collaboration import rights
from collaboration.buttons import label_of
from collaboration.models import CollaborationRequest
from core.asked import number
from core.text import plain
from customers.models import Customer
from pipeline.models import Deal
from salesflow.hits import Hit

DEALS = 4  # open deals of a customer whose stage may be changed from here


def commands(user, text):
    """The commands whose words hold the text; all of them when nothing is typed."""
    if user.is_support:
        found = [Hit(reverse("collaboration:new"), _("New request"), icon="plus")]
    else:
        found = [
            Hit(reverse("customers:log"), _("Log a follow-up"), icon="pen", opens="drawer"),
            Hit(reverse("customers:new"), _("New customer"), icon="plus", opens="drawer"),
        ]
    if user.sells:
        found += [
            Hit(reverse("collaboration:new"), _("Ask a team"), icon="hands"),
            Hit(reverse("pipeline:update"), _("End-of-day update"), icon="check"),
            Hit(f"{reverse('customers:list')}?show=quiet", _("Quiet customers"), icon="clock"),
        ]
    return [hit for hit in found if plain(text) in plain(hit.title)]


def about_first(user, customers):
    """For the first customer that was found: log and ask, as the sketch of S20 has them."""
    if not customers or user.is_support:
        return []
    first = customers[0]
    key = first.about.removeprefix("customer-")
    log = _("Log for %(name)s") % {"name": first.title}
    return [Hit(f"{reverse('customers:log')}?customer={key}", log, icon="pen", opens="drawer")]


def actions_of(user, about):
    """(heading, [Hit]) of a line named "customer-12" or "request-7", fetched through its gate; None where it is not
    his or there is no such line."""
    kind, _dash, key = about.partition("-")
    key = number(key)
    if key is None:
        return None
    if kind == "customer":
        customer = Customer.objects.visible_to(user).live().filter(pk=key).first()
        return customer and (customer.name, _of_customer(user, customer))
    if kind == "request":
        rows = CollaborationRequest.objects.visible_to(user).with_faces()
        request = rows.filter(number=key).first()
        return request and (f"{request.code} {request.title}", _of_request(user, request))
    return None


def _of_customer(user, customer):
    query = f"?customer={customer.pk}"
    found = [
        Hit(reverse("customer", args=[customer.pk]), _("Open the page")),
        Hit(reverse("customers:log") + query, _("Log a follow-up"), icon="pen", opens="drawer"),
        Hit(reverse("customers:step_new", args=[customer.pk]), _("Plan the next step"), icon="clock", opens="dialog"),
    ]
    deals = Deal.objects.visible_to(user).open().filter(customer=customer).select_related("stage").order_by("-pk")
    deals = list(deals[:DEALS])
    for deal in deals:
        note = f"{deal.name} · {deal.stage.words}" if len(deals) > 1 and deal.name else deal.stage.words
        url = reverse("pipeline:move", args=[deal.pk])
        found.append(Hit(url, _("Change stage"), note, icon="flow", opens="dialog"))
    if rights.may_raise(user):
        found.append(Hit(reverse("collaboration:new") + query, _("Ask a team"), icon="hands"))
    found.append(Hit(reverse("customers:edit", args=[customer.pk]), _("Edit"), icon="pen", opens="drawer"))
    return found


def _of_request(user, request):
    url = request.get_absolute_url()
    verbs = rights.verbs_for(user, request, now=timezone.now())
    doable = [Hit(f"{url}?do={verb}#do-{verb.replace('_', '-')}", label_of(verb), icon="hands") for verb in verbs]
    return [Hit(url, _("Open the page"), icon="hands"), *doable]
