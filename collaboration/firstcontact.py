"""Leads whose 24 hours run out without a word (R4, R11): a hand-over with a clock and somebody who holds it.

A lead runs from when it was made here, or asked for when marketing handed it over (reviews/responses.py counts the
same). Until its first conversation it lies with its owner, without one with the manager of its team. He hears four
working hours before, and two before together with the manager above; nights and rest days are skipped, so that a lead
of Friday afternoon is said on Friday.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.calendar import Calendar
from accounts.models import User
from activity.channels import Channels
from activity.recording import deliver, messages_of
from collaboration.clocks import late_words, left_words
from collaboration.models import CollaborationRequest
from customers.models import Customer

KIND = "collaboration.lead_due"
WITHIN = dt.timedelta(hours=24)
STEPS = (240, 120)  # working minutes before the 24 hours are over
OLD = dt.timedelta(days=3)  # later it is no longer a matter of hours: the 3-day list has it


@dataclass(frozen=True)
class Lead:
    """One lead that nobody has spoken to. `minutes` of working time are left, or by so many it is late."""

    customer: Customer
    due: dt.datetime
    minutes: int
    is_late: bool

    @property
    def words(self):
        return late_words(max(self.minutes, 1)) if self.is_late else left_words(self.minutes)

    @property
    def holder(self):
        """Whose turn it is: its owner, else the manager of its team; None when there is neither."""
        return self.customer.owner or (self.customer.team.manager if self.customer.team else None)


def waiting(customers, *, now, calendar=None):
    """[Lead] among `customers` (a queryset of what the caller may see) that are near the end of their 24 hours or past
    it, the latest first. One query."""
    return near_of(unanswered(customers, now - OLD), now=now, calendar=calendar)


def unanswered(customers, made_after):
    """Those of `customers` made after that moment that nobody has spoken to, each with when its clock began as
    `since`."""
    asked = CollaborationRequest.objects.filter(customer=OuterRef("pk"), kind__makes_customer=True).order_by("asked_at")
    handed = Subquery(asked.values("asked_at")[:1])  # of the few that are left; a join would read those of everybody
    rows = customers.filter(first_response_at=None, batch=None, pooled_at=None, made_at__gt=made_after)
    rows = rows.annotate(since=Coalesce(handed, "made_at")).select_related("owner", "team__manager")
    return rows.order_by("since", "pk")


def near_of(customers, *, now, calendar=None):
    """[Lead] of the unanswered() ones near the end of their 24 hours or past it."""
    calendar, found = calendar or Calendar.load(), []
    for customer in customers:
        due = customer.since + WITHIN
        late = due < now
        minutes = calendar.working_minutes(due, now) if late else calendar.working_minutes(now, due)
        if late or minutes <= STEPS[0]:
            found.append(Lead(customer, due, minutes, late))
    return found


def remind(*, now):
    """Say it to who holds the lead, each step once, in working hours. Returns how many messages there were to write;
    three queries, whatever the number of leads."""
    calendar = Calendar.load()
    if not calendar.is_working_time(now):
        return 0
    channels, told = Channels.load(), []
    everybody = list(User.objects.active().filter(role__in=["manager", "admin"]))
    for lead in waiting(Customer.objects.live(), now=now, calendar=calendar):
        step = "late" if lead.is_late else "2h" if lead.minutes <= STEPS[1] else "4h"
        customer = lead.customer
        manager = customer.team.manager if customer.team else None
        people = [lead.holder] if step == "4h" else [lead.holder, manager]
        told += messages_of(
            KIND, customer, tell=people if any(people) else everybody, at=now, act=True, channels=channels,
            key=f"lead {customer.pk} {step}", name=customer.name, due=lead.due.isoformat(),
            owner=customer.owner.name if customer.owner else "",
        )  # fmt: skip
    deliver(told)
    return len(told)
