"""Search over all floors (S20): customers, contacts, deals, requests, what was said, places; each through its own
gate."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.rights import sees_phone
from collaboration.models import CollaborationRequest
from core.periods import today
from core.text import phone_key, plain
from customers.line import LONGEST
from customers.models import Contact, Customer, FollowUp, Gram
from customers.saying import told
from customers.searching import TAIL, found, found_by_contact
from pipeline.models import Deal
from salesflow.navigation import BARS, PLACES

MOST = 8
TWO_YEARS = dt.timedelta(days=731)
WINDOW, DEEP = 3_000, 30_000  # conversations whose words are looked through, newest first: palette and page


@dataclass(frozen=True)
class Hit:
    url: str
    title: str
    note: str = ""
    icon: str = "bld"
    drawer: bool = False  # opens beside the page


def search(user, text, *, now, deep=False):
    """[(heading, [Hit])] for what was typed; nothing typed: the five customers last spoken to, and the places.

    ">" asks for places alone, "@" for people, "#" for requests. `deep` (the page, not the palette) looks further back
    in what was said.
    """
    whole, text = text.strip()[:LONGEST], text.strip()[:80]
    only, text = (text[0], text[1:].strip()) if text[:1] in (">", "@", "#") else ("", text)
    if only:
        groups = {
            ">": lambda: [(_("Go to"), _places(user, text))], "#": lambda: [(_("Requests"), _requests(user, text))],
            "@": lambda: [(_("Contacts"), _contacts(user, text))],
        }[only]()
    else:
        groups = [(_("Do"), _log(user, whole)), (_("Customers") if text else _("Recent"), _customers(user, text))]
        if text:
            groups += [
                (_("Contacts"), _contacts(user, text)), (_("Deals"), _deals(user, text)),
                (_("Requests"), _requests(user, text)), (_("Follow-ups"), _talks(user, text, now=now, deep=deep)),
            ]
        groups.append((_("Go to"), _places(user, text)))
    return [(heading, hits) for heading, hits in groups if hits]


def _customers(user, text):
    customers = Customer.objects.visible_to(user).live()
    if text:
        condition = found(text, user)
        customers = customers.filter(condition) if condition is not None else customers.none()
    order = customers.select_related("owner").order_by("-last_contact_at", "-id")[: MOST if text else 5]
    return [Hit(reverse("customer", args=[c.pk]), c.name, str(c.owner or "")) for c in order]


def _contacts(user, text):
    """People by name, by the end of a number where it is shown in full, by both at their customer."""
    if not text:
        return []
    wanted = Q(customer__in=Customer.objects.live().filter(found_by_contact(text)), name__icontains=text)
    digits = phone_key(text)
    if len(digits) >= TAIL and not user.is_admin and re.fullmatch(r"[\d+\-() ]+", text):
        by_tail = Gram.objects.filter(gram=digits[-TAIL:], kind="p").values("customer")
        wanted |= Q(customer__in=by_tail, phone_key__endswith=digits)
    rows = Contact.objects.visible_to(user).filter(wanted, retired_at=None, customer__archived_at=None)
    rows = rows.filter(customer__merged_into=None).select_related("customer").order_by("name", "pk")[:MOST]
    return [Hit(reverse("customer", args=[c.customer_id]), _name_of(c, user), c.customer.name, "people") for c in rows]


def _name_of(contact, user):
    if contact.phone and sees_phone(user, contact.customer) == "full":
        return f"{contact.name} {contact.phone}".strip()
    return contact.name


def _deals(user, text):
    rows = Deal.objects.visible_to(user).filter(name__icontains=text).exclude(name="")
    rows = rows.select_related("customer", "stage").order_by("-pk")[:MOST]
    return [
        Hit(f"{reverse('customer', args=[d.customer_id])}?deal={d.pk}", d.name, f"{d.customer.name} · {d.stage.words}",
            "flow") for d in rows
    ]


def _talks(user, text, *, now, deep):
    """What was said, newest first: of the newest conversations of two years that he may read (D42)."""
    newest = FollowUp.objects.visible_to(user).counted().filter(happened_at__gte=now - TWO_YEARS)
    window = newest.order_by("-happened_at", "-pk").values("pk")[: DEEP if deep else WINDOW]
    rows = FollowUp.objects.visible_to(user).filter(pk__in=window)
    rows = rows.filter(text__icontains=text).select_related("customer").order_by("-happened_at", "-pk")[:MOST]
    return [
        Hit(f"{reverse('customer', args=[t.customer_id])}#ev-{t.pk}", _around(t.text, text), t.customer.name, "chat")
        for t in rows
    ]


def _around(words, text):
    """The words around the hit."""
    words = " ".join(words.split())
    at = max(words.casefold().find(text.casefold()) - 12, 0)
    return f"{'…' if at else ''}{words[at : at + 40]}{'…' if len(words) > at + 40 else ''}"


def _log(user, text):
    """A line that says more than a name is a log (M14): Enter reads it. Nobody is looked up before."""
    if user.is_support or not told(text, on=today()).is_told:
        return []
    url = reverse("customers:line") + "?" + urlencode({"text": text})
    return [Hit(url, _("Log: %(line)s") % {"line": text}, "↵", "pen", drawer=True)]


def _requests(user, text):
    if not text:
        return []
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
