"""What a log offers (S3): contacts, topics, steps to tick, date chips that skip rest days, whose name to enter for."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.calendar import Calendar
from accounts.models import User
from accounts.rights import may_enter_for
from accounts.switches import in_time
from core.periods import today
from customers import choices
from customers.answering import answers_to
from customers.dictionary import implied
from customers.logged import deals_offered, purpose_by_stage
from customers.logging import due_steps
from customers.models import Customer, FollowUp, Need, Owed, Topic

TOP = 6  # topics shown before "more"
RECENT = 5


@dataclass
class Offer:
    """Everything one log form needs to choose from; built once a request, each list read when it is first asked for."""

    customer: Customer
    user: User
    on: dt.date
    calendar: Calendar
    choices: choices.Choices
    step: int | None = None
    owed: Owed | None = None
    late: bool = False

    @cached_property
    def purpose(self):
        return guess_purpose(self.customer)

    @cached_property
    def contacts(self):
        return list(self.customer.contacts.filter(retired_at=None))

    @cached_property
    def topics(self):
        return _topics(self.customer)

    @cached_property
    def answers(self):
        return answers_to(self.topics)

    def topics_for(self, text):
        """(the labels shown, those behind "more", ids of those the text implies): what it implies comes first, so that
        it is offered without a script as well (M8)."""
        said = implied(text)
        first = sorted((topic for topic in self.topics if topic.pk in said), key=lambda topic: said.index(topic.pk))
        rest = [topic for topic in self.topics if topic.pk not in said]
        cut = max(TOP - len(first), 0)
        return first + rest[:cut], rest[cut:], said

    @cached_property
    def steps(self):
        steps = list(due_steps(self.customer, self.on))
        if self.step and self.step not in {each.pk for each in steps}:
            steps += list(self.customer.steps.open().filter(pk=self.step))
        return steps

    @property
    def ticked(self):
        return [each.pk for each in self.steps if each.pk == self.step]

    @cached_property
    def deals(self):
        return deals_offered(self.customer, self.user)

    @property
    def several_deals(self):
        return len(self.deals) > 1

    @cached_property
    def talkers(self):
        return talkers(self.user, self.customer)

    @property
    def days(self):
        return next_days(self.calendar, self.on)


def offer(customer, user, *, now, owed=None, step=None):
    """The choices for a log with `customer`, itself fetched through its gate. At most eight queries."""
    tap = Owed.objects.visible_to(user).open().filter(pk=owed, customer=customer).first() if owed else None
    return Offer(
        customer=customer, user=user, on=today(now), calendar=Calendar.load(), choices=choices.load(), step=step,
        owed=tap, late=bool(tap and not tap.is_running and now - (tap.ended_at or tap.started_at) > in_time()),
    )


def offer_to_nobody(user, *, now):
    """The offer of a log as it would open for a customer of whom nothing is known yet."""
    nothing = Offer(Customer(), user, today(now), Calendar.load(), choices.load())
    nothing.contacts, nothing.topics, nothing.steps, nothing.deals, nothing.talkers = [], [], [], [], []
    return nothing


def next_days(calendar, on):
    """The date chips: today when it is a working day, then the next two working days."""
    first = [on] if calendar.works(on) else []
    return first + [calendar.next_working_day(on, n) for n in range(1, 4 - len(first))]


def talkers(user, customer):
    """In whose name `user` may enter besides his own: for managers and admins (代录, D7)."""
    if not (user.is_manager or user.is_admin):
        return []
    people = list(User.objects.assignable_by(user).order_by("pinyin", "pk"))
    people = [person for person in people if person != user and may_enter_for(user, person)]
    return sorted(people, key=lambda person: person.pk != customer.owner_id)


def recent_customers(user, *, limit=RECENT):
    """The customers somebody talked with last, still his to see; who has talked with nobody yet, as a manager often
    has not, gets those his team talked with last. With their owners."""
    last = FollowUp.objects.filter(talked_by=user).order_by("-happened_at").values_list("customer", flat=True)[:40]
    keys = list(dict.fromkeys(last))[:limit]
    rows = Customer.objects.visible_to(user).live().select_related("owner")
    found = rows.in_bulk(keys)
    mine = [found[key] for key in keys if key in found]
    return mine or list(rows.order_by(F("last_contact_at").desc(nulls_last=True), "-pk")[:limit])


def guess_purpose(customer):
    """首次接触, 需求确认 or 方案反馈, from the stage of his deal, else from how far the customer is; editable."""
    if customer.last_contact_on is None:
        return _("First contact")
    guesses = {"prospect": _("Needs confirmed"), "interested": _("Proposal feedback"), "hot": _("Negotiation")}
    return purpose_by_stage(customer) or guesses.get(customer.tag, _("After-sales visit"))


def last_methods(user):
    """The methods somebody used last, several when there were several: the next log starts with them."""
    packed = FollowUp.objects.filter(talked_by=user).order_by("-pk").values_list("methods", flat=True).first() or ""
    return [code for code in packed.split(",") if code]


def _topics(customer):
    """This customer's own first, then what the team hears most."""
    heard = Need.objects.filter(customer=customer, topic=OuterRef("pk")).order_by().values("topic")
    mine = Coalesce(Subquery(heard.annotate(n=Count("pk")).values("n")), 0)
    return list(Topic.objects.filter(retired_at=None).annotate(mine=mine).order_by("-mine", "position", "kind", "pk"))
