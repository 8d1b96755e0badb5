"""What is tapped or planned and not logged yet (待记录, D25). Its 30 minutes run from the end of the conversation."""

import datetime as dt

from accounts import switches
from accounts.calendar import Calendar
from activity.channels import Channels
from activity.recording import deliver, messages_of
from core.periods import at, today
from customers.models import NextStep, Owed

AGAIN = dt.timedelta(minutes=2)  # a second tap so soon is the same call
NEWS = dt.timedelta(days=1)  # what ended longer ago is not said any more
LATE = "customers.owed"


def tap(user, customer, how, *, now, contact=None):
    """A number, WeChat or mail link was tapped: one open row a person and customer. Returns it."""
    found = Owed.objects.open().filter(user=user, customer=customer).first()
    if found is None:
        return Owed.objects.create(user=user, customer=customer, contact=contact, how=how[:20], started_at=now)
    if now - found.started_at > AGAIN:
        Owed.objects.filter(pk=found.pk).update(how=how[:20], contact=contact, started_at=now, ended_at=None)
    return found


def end(user, customer, *, now):
    """The page is seen again: the conversation ended now, unless its end is known."""
    Owed.objects.open().filter(user=user, customer=customer, ended_at=None).update(ended_at=now)


def drop(owed, *, now):
    """There was nothing to log."""
    return Owed.objects.open().filter(pk=owed.pk).update(closed_at=now)


def owe_visits(*, now, hours):
    """Visits and meetings whose planned time is over by `hours` become owed, once each. For a job or My day.

    The conversation is taken to have ended at its planned start plus `hours`.
    """
    length = dt.timedelta(hours=hours)
    steps = NextStep.objects.open().filter(is_visit=True, due_time__isnull=False, due_on__lte=today(now))
    due = [(step, at(step.due_on, step.due_time)) for step in steps.select_related("owner", "customer")]
    due = [(step, start) for step, start in due if start + length <= now <= start + 24 * length]
    known = set(
        Owed.objects.filter(started_at__in=[start for _s, start in due]).values_list("user", "customer", "started_at")
    )
    return Owed.objects.bulk_create(
        [
            Owed(user=step.owner, customer=step.customer, how="visit", started_at=start, ended_at=start + length)
            for step, start in due if (step.owner_id, step.customer_id, start) not in known
        ]
    )


def tell_late(*, now):
    """Who wants to hear of it (off at first, S19) is told once of each conversation not logged in time, in working
    hours. Returns how many messages there were to write."""
    if not Calendar.load().is_working_time(now):
        return 0
    rows = Owed.objects.open().filter(ended_at__lt=now - switches.in_time(), ended_at__gt=now - NEWS)
    channels, told = Channels.load(), []
    for owed in rows.select_related("user", "customer"):
        told += messages_of(
            LATE, owed, tell=[owed.user], at=now, key=f"owed {owed.pk}", act=True, channels=channels,
            name=owed.customer.name,
        )
    deliver(told)
    return len(told)
