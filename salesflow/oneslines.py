"""What a manager's reminder is about, its sentence in the words of who gets it, and the lines of one rep (S10)."""

import datetime as dt
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import rights
from core.periods import today
from customers.models import Customer, FollowUp, NextStep
from customers.staleness import Rule, state_of

WEEK = dt.timedelta(days=7)
MOST = 20


@dataclass
class Subject:
    """`kind` is deal, customer or rep; `thing` the row."""

    kind: str
    thing: object

    @property
    def customer(self):
        return self.thing.customer if self.kind == "deal" else self.thing if self.kind == "customer" else None

    @property
    def person(self):
        """Who is reminded: the owner of the customer, or the rep."""
        return self.customer.owner if self.customer else self.thing

    @property
    def name(self):
        return self.customer.name if self.customer else self.thing.name

    def allowed(self, user):
        return rights.may_assign(user, self.customer) if self.customer else rights.may_enter_for(user, self.person)

    def sentence(self, now):
        """Prepared in the language of who gets it."""
        on, rule = today(now), Rule.load()
        with translation.override(self.person.language or translation.get_language()):
            if self.kind == "deal" and self.thing.risk:
                return _("%(name)s: “%(risk)s” is still open. How does it stand?") % {
                    "name": self.name, "risk": self.thing.risk[:80]}
            if self.customer is None:
                n = Customer.objects.filter(owner=self.thing, merged_into=None).live().quiet(on, rule).count()
                if not n:
                    return _("Please look through your customers today.")
                return ngettext(
                    "%(n)d customer of yours is quiet too long. Please call or plan the next step today.",
                    "%(n)d customers of yours are quiet too long. Please call or plan the next step today.", n,
                ) % {"n": n}
            days = state_of(self.customer, on, rule).days or 0
            return ngettext(
                "%(name)s has been quiet for %(n)d day. Please call or plan the next step today.",
                "%(name)s has been quiet for %(n)d days. Please call or plan the next step today.", days,
            ) % {"name": self.name, "n": days}

    def next_step(self):
        return self.customer.steps.filter(closed_at=None, kind="ours").order_by("due_on", "id").first()

    def last_talk(self, user):
        """The last conversation with the customer that came about, as `user` may see it; None without one."""
        if self.customer is None:
            return None
        rows = FollowUp.objects.visible_to(user).filter(customer=self.customer).counted().contacts()
        return rows.select_related("customer", "talked_by").order_by("-happened_at", "-id").first()


@dataclass
class Lines:
    person: object
    quiet: list
    steps: list


def lines_of(person, user, now):
    """His quiet customers, most money first, and his steps of the next seven days, as `user` may see them."""
    on, rule = today(now), Rule.load()
    quiet = Customer.objects.visible_to(user).live().filter(owner=person).quiet(on, rule).order_by("-open_amount", "id")
    quiet = list(quiet[:MOST])
    for customer in quiet:
        customer.days = state_of(customer, on, rule).days
    steps = NextStep.objects.visible_to(user).open().filter(owner=person, kind="ours", due_on__lte=on + WEEK)
    return Lines(person, quiet, list(steps.select_related("customer").order_by("due_on", "id")[:MOST]))
