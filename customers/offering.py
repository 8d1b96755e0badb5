"""What a log offers (S3): contacts, topics, steps to tick, date chips that skip rest days, whose name to enter for."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from accounts.calendar import Calendar
from accounts.models import User
from accounts.rights import may_enter_for
from accounts.switches import in_time
from core.periods import today
from customers import choices
from customers.logged import deals_offered
from customers.logging import due_steps
from customers.models import Customer, FollowUp, Owed, Topic

TOP = 6  # topics shown before "more"
RECENT = 5


@dataclass
class Offer:
    """Everything one log form needs to choose from; built once a request."""

    customer: Customer
    contacts: list
    topics: list
    shown_topics: list
    steps: list
    deals: list
    talkers: list
    days: list
    calendar: Calendar
    choices: choices.Choices
    owed: Owed | None = None
    late: bool = False
    purpose: str = ""
    ticked: list = field(default_factory=list)

    @property
    def several_deals(self):
        return len(self.deals) > 1


def offer(customer, user, *, now, owed=None, step=None):
    """The choices for a log with `customer`, itself fetched through its gate. At most eight queries."""
    on, calendar = today(now), Calendar.load()
    steps = list(due_steps(customer, on))
    if step and step not in {each.pk for each in steps}:
        steps += list(customer.steps.open().filter(pk=step))
    tap = Owed.objects.visible_to(user).open().filter(pk=owed, customer=customer).first() if owed else None
    topics = _topics(customer)
    return Offer(
        customer=customer, contacts=list(customer.contacts.filter(retired_at=None)), topics=topics,
        shown_topics=topics[:TOP], steps=steps, deals=deals_offered(customer, user),
        talkers=talkers(user, customer), days=next_days(calendar, on), calendar=calendar, choices=choices.load(),
        owed=tap, late=bool(tap and now - (tap.ended_at or tap.started_at) > in_time()),
        purpose=guess_purpose(customer), ticked=[each.pk for each in steps if each.pk == step],
    )


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
    """首次接触, 需求确认 or 方案反馈, from how far the customer is; editable."""
    if customer.last_contact_on is None:
        return _("First contact")
    guesses = {"prospect": _("Needs confirmed"), "interested": _("Proposal feedback"), "hot": _("Negotiation")}
    return guesses.get(customer.tag, _("After-sales visit"))


def _topics(customer):
    """This customer's own first, then what the team hears most."""
    mine = Count("needs", filter=Q(needs__customer=customer))
    return list(Topic.objects.filter(retired_at=None).annotate(mine=mine).order_by("-mine", "position", "kind", "pk"))
