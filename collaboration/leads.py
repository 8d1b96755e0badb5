"""Lead hand-over: accepting it creates the customer, which belongs to whoever took it (D3)."""

from django.utils.translation import gettext as _

from activity.recording import tell_later
from core.changing import change
from core.errors import Refused
from customers.creating import create


def take(request, *, by, now):
    """The customer of an accepted lead, owned by its person; the request then hangs on it. Once."""
    if request.customer_id:
        return request.customer
    if not request.person.sells:
        raise Refused(_("A lead can only be given to somebody who sells."))
    lead = request.custom.get("lead", {})
    row = {
        "name": request.customer_name or request.title, "owner": request.person, "source": lead.get("source", "")[:40],
        "industry": lead.get("industry", "")[:60], "notes": request.description,
    }  # fmt: skip
    contact = {"name": lead.get("contact", "")[:60], "phone": lead.get("phone", "")[:40]}
    customer = create(by=by, now=now, contacts=[contact] if any(contact.values()) else [], **row)
    change(
        request, by=by, customer=customer, customer_name=customer.name, contact=customer.contacts.first(),
        deal=customer.deals.first(),
    )  # fmt: skip
    tell_later(request, customer, but=["collaboration.noted"])  # the first touch; notes stay with the department
    return customer
