"""Search over all floors (S20): customers, requests and places, each through its own gate."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from collaboration.models import CollaborationRequest
from core.periods import today
from core.text import plain
from customers.line import LONGEST
from customers.models import Customer
from customers.saying import told
from customers.searching import found
from salesflow.navigation import BARS, PLACES

MOST = 8


@dataclass(frozen=True)
class Hit:
    url: str
    title: str
    note: str = ""
    icon: str = "bld"
    drawer: bool = False  # opens beside the page


def search(user, text):
    """[(heading, [Hit])] for what was typed; nothing typed: the five customers last spoken to, and the places."""
    whole, text = text.strip()[:LONGEST], text.strip()[:80]
    customers = Customer.objects.visible_to(user).live()
    if text:
        condition = found(text, user)
        customers = customers.filter(condition) if condition is not None else customers.none()
    order = customers.select_related("owner").order_by("-last_contact_at", "-id")[: MOST if text else 5]
    hits = [Hit(reverse("customer", args=[c.pk]), c.name, str(c.owner or "")) for c in order]
    groups = [(_("Do"), _log(user, whole)), (_("Customers") if text else _("Recent"), hits)]
    if text:
        groups.append((_("Requests"), _requests(user, text)))
    groups.append((_("Go to"), _places(user, text)))
    return [(heading, hits) for heading, hits in groups if hits]


def _log(user, text):
    """A line that says more than a name is a log (M14): Enter reads it. Nobody is looked up before."""
    if user.is_support or not told(text, on=today()).is_told:
        return []
    url = reverse("customers:line") + "?" + urlencode({"text": text})
    return [Hit(url, _("Log: %(line)s") % {"line": text}, "↵", "pen", drawer=True)]


def _requests(user, text):
    key = plain(text)
    number = key.removeprefix("r-").removeprefix("#")
    wanted = Q(reference__icontains=text) | Q(title__icontains=text)
    if number.isdecimal() and len(number) < 10:
        wanted |= Q(number=int(number))
    rows = CollaborationRequest.objects.visible_to(user).filter(wanted).order_by("-number")[:MOST]
    return [
        Hit(reverse("collaboration:page", args=[r.number]), f"{r.code} {r.title}", r.get_state_display(), "hands")
        for r in rows
    ]


def _places(user, text):
    key = plain(text)
    names = [name for name in BARS[user.role][0] if key in plain(str(PLACES[name][1]))]
    return [Hit(reverse(PLACES[name][0]), str(PLACES[name][1]), icon=PLACES[name][2]) for name in names]
