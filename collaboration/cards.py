"""Who may read which of the few fields a request carries: the contact's numbers and the amount (D3, D6)."""

from dataclasses import dataclass

from django.utils.translation import get_language

from collaboration.querysets import hands
from core.text import mask_phone
from customers.models import Customer

LIVE = ("accepted", "waiting", "countered", "delivered", "done")


@dataclass(frozen=True)
class ContactCard:
    """A contact as one person may see it: `masked` says that the numbers are not whole."""

    name: str
    position: str
    phone: str
    email: str
    wechat: str
    masked: bool


def contact_card(request, user):
    """Full for the sales side, masked for admins; masked for the department until it has accepted; others: None."""
    lead = request.custom.get("lead", {})
    contact = request.contact
    if contact is None and not lead.get("contact") and not lead.get("phone"):
        return None
    sight = _sight(request, user)
    if not sight:
        return None
    get = (lambda name: getattr(contact, name)) if contact else (lambda name: lead.get(name, ""))
    name = contact.name if contact else lead.get("contact", "")
    if sight == "full":
        return ContactCard(name, get("position"), get("phone"), get("email"), get("wechat"), False)
    return ContactCard(name, get("position"), mask_phone(get("phone")), "", "", True)


def _sight(request, user):
    if user.is_admin:
        return "masked"
    if knows_customer(request, user) or (request.asker_id in hands(user) and not request.customer_id):
        return "full"
    if serves(user, request) or request.person_id in hands(user):
        accepted = request.accepted_at is not None and request.state in LIVE
        return "full" if accepted else "masked"
    return ""


def knows_customer(request, user):
    """Does he see the customer itself (owner, helper, managers above)? Only then does a page link to it."""
    if not user.sells or not request.customer_id:
        return False
    return Customer.objects.visible_to(user).filter(pk=request.customer_id).exists()


def serves(user, request):
    """Is this person of the department the request lies with? A lead hand-over lies with a sales department."""
    if not user.department_id or not (user.is_support or (user.sells and request.kind.makes_customer)):
        return False
    return request.department.path.startswith(user.department.path)


def place_words(department):
    """A department's name in the reader's language."""
    return department.name_en or department.name if (get_language() or "").startswith("en") else department.name
