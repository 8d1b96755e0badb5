"""My day (S2): what a rep does now, and whether he may go home. Every list is his own; every count is of its list."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from accounts.calendar import Calendar
from accounts.switches import in_time
from collaboration.models import CollaborationRequest
from core.periods import period_of, today
from customers.models import Customer, FollowUp, NextStep, Owed
from customers.staleness import Rule, state_of
from pipeline.models import Deal
from pipeline.updating import Day, day_of
from reviews.models import Target

MOST = 20  # rows a section shows; its count is of all
TIDY = 5  # imported customers to tidy up a day (D24)


@dataclass
class Section:
    """A list and how many there are in all."""

    rows: list
    count: int

    @property
    def more(self):
        return self.count - len(self.rows)


@dataclass
class MyDay:
    user: object
    on: dt.date
    now: dt.datetime
    owed: Section
    due: Section
    overdue: int
    quiet: Section
    planned: int
    tidy: Section
    waiting: Section
    update: Day
    month: dict
    ends_at: dt.datetime
    hot: list


def my_day(user, now):
    """Everything the page shows, in a fixed number of queries."""
    on, rule = today(now), Rule.load()
    mine = Customer.objects.visible_to(user).filter(owner=user).live()
    owed = list(Owed.objects.visible_to(user).open().select_related("customer", "contact"))
    limit = in_time()
    for talk in owed:
        talk.late, talk.limit = bool(talk.ended_at and now - talk.ended_at > limit), int(limit.total_seconds() // 60)
    due = list(
        NextStep.objects.visible_to(user).open().filter(owner=user, kind="ours", due_on__lte=on)
        .select_related("customer").order_by("due_on", "due_time", "id")
    )
    quiet = list(mine.quiet(on, rule).order_by("-open_amount", "id"))
    for customer in quiet:
        customer.quiet = state_of(customer, on, rule)
    tidy = list(mine.filter(alarms_from__gt=on, next_step_on=None).order_by("-open_amount", "id"))
    waiting = list(
        CollaborationRequest.objects.visible_to(user).filter(asker=user).open()
        .select_related("department", "person", "kind").order_by("promised_on", "needed_by", "number")
    )
    nothing = not (owed or due or quiet)
    return MyDay(
        user=user, on=on, now=now, owed=_section(owed), due=_section(due),
        overdue=sum(step.due_on < on for step in due), quiet=_section(quiet),
        planned=mine.quiet_planned(on, rule).count(), tidy=Section(tidy[:TIDY], len(tidy)),
        waiting=_section(waiting), update=day_of(user, on), month=month_so_far(user, on),
        ends_at=Calendar.load().end_of_day(on), hot=_worth_a_call(mine, on) if nothing else [],
    )


def month_so_far(user, on):
    """Signed this month against the target: amounts in CNY, shares of 1; time by working days (D28)."""
    period = period_of("month", on)
    won = Deal.objects.visible_to(user).won().filter(owner=user, signed_on__range=(period.first, period.last))
    amount = won.aggregate(sum=Sum("contract_amount"))["sum"] or Decimal(0)
    target = (
        Target.objects.visible_to(user)
        .filter(period=period.code, metric="signed", scope="person", scope_id=user.pk).values_list("value", flat=True)
        .first()
    )
    calendar = Calendar.load()
    days = calendar.working_days(period.first, period.last) or 1
    return {
        "period": period, "won": amount, "target": target,
        "attained": amount / target if target else None,
        "elapsed": calendar.working_days(period.first, on) / days,
    }


def first_run(user):
    """The three items that tick themselves for a new rep (D54); empty after his first end-of-day update."""
    if user.day_closes.exclude(closed_at=None).exists():
        return []
    return [
        ("customer", Customer.objects.visible_to(user).filter(owner=user).exists()),
        ("log", FollowUp.objects.visible_to(user).filter(talked_by=user).exists()),
        ("update", False),
    ]


def _section(rows):
    return Section(rows[:MOST], len(rows))


def _worth_a_call(mine, on):
    """Three high-intent customers not spoken to this week, most money first: for a day with nothing due."""
    week = on - dt.timedelta(days=7)
    return list(mine.filter(tag="hot", last_contact_on__lt=week).order_by("-open_amount", "id")[:3])
