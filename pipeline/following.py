"""The deal after the won one: opened in the playbook for repeat purchase, with what is due after the win (R7)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import get_language

from accounts.calendar import Calendar
from core import periods
from customers.steps import Plan, plan_many
from pipeline.models import Deal
from pipeline.opening import open_deal


@dataclass
class Due:
    """One thing due after a win. `on` is a working day, today at the earliest."""

    days: int
    on: dt.date
    text: str


def plans_of(customer, playbook, *, now):
    """What is due: so many days after the newest win was signed, each on the working day then or next."""
    won = Deal.objects.filter(customer=customer).won().order_by("-signed_on", "-pk").values_list("signed_on", flat=True)
    today, calendar = periods.today(now), Calendar.load()
    signed = won.first() or today
    english = (get_language() or "").startswith("en")
    found = []
    for row in playbook.due_after_win:
        day = max(signed + dt.timedelta(days=row["days"]), today)
        day = day if calendar.works(day) else calendar.next_working_day(day)
        found.append(Due(row["days"], day, row["text_en"] or row["text"] if english else row["text"]))
    return found


def follow_win(customer, playbook, due, *, by, now):
    """Open the deal and plan the chosen Due as next steps of the customer's owner. Returns the deal. Refused when the
    playbook was switched off meanwhile."""
    with transaction.atomic():
        deal = open_deal(customer, by=by, now=now, playbook=playbook)
        plan_many([Plan(customer, customer.owner or by, one.on, one.text) for one in due], by=by, now=now)
    return deal

