"""The two reminders of a working day (S19): in the morning what is due, before its end what is not updated.

Bell and, for who wants it, mail. Once a person and day, never on rest days or on leave. What was true in the morning
withdraws itself in the evening.
"""

import datetime as dt

from django.db.models import Count, Q

from accounts.calendar import Calendar, leave_of
from accounts.models import User
from activity.models import Notification
from activity.recording import notify
from core.periods import day_start, today, zone
from customers.models import NextStep
from pipeline.updating import day_of, record_misses

BEFORE_END = dt.timedelta(minutes=30)


def remind(now):
    """The morning's, at each of the times one may choose: what is due today, once a person, and who left something open
    on the working day before. Returns {"told": people, "missed": recorded misses}. A miss belongs to who was there
    that day, whether or not he is today."""
    on, calendar = today(now), Calendar.load()
    if not calendar.works(on):
        return {"told": 0, "missed": 0}
    sellers = list(User.objects.sellers())
    _withdraw(on, now)
    missed = record_misses(sellers, calendar.add_working_days(on, -1))
    clock = f"{now.astimezone(zone()):%H:%M}"
    told = set(Notification.objects.filter(kind="today.due", at__gte=day_start(on)).values_list("recipient", flat=True))
    awake = [person for person in sellers if person.morning_at <= clock and person.pk not in told]
    return {"told": _due(_there(awake, on), on, now), "missed": len(missed)}


def remind_update(now):
    """In the last half hour of the company's working day: open deals not looked at, once a person and day. Returns
    {"told": people}. Outside that half hour nothing happens, so it may be asked as often as one likes."""
    on, calendar = today(now), Calendar.load()
    ends = calendar.end_of_day(on)
    if not calendar.works(on) or not ends - BEFORE_END <= now < ends:
        return {"told": 0}
    told = Notification.objects.filter(kind="today.update", at__gte=day_start(on)).values("recipient")
    return {"told": _update(_there(User.objects.sellers().exclude(pk__in=told), on), on, now)}


def _there(people, on):
    return [person for person in people if leave_of(person, on) is None]


def _due(people, on, now):
    """Next steps due today or overdue, one message a person with both numbers."""
    counts = (
        NextStep.objects.open().filter(owner__in=people, kind="ours", due_on__lte=on)
        .order_by().values("owner").annotate(due=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=on)))
    )
    by_owner = {row["owner"]: row for row in counts}
    for person in people:
        if row := by_owner.get(person.pk):
            notify("today.due", person, tell=[person], at=now, key=f"due {on}", mail=True, act=True,
                   due=row["due"], overdue=row["overdue"])
    return len(by_owner)


def _update(people, on, now):
    """Open deals not looked at today."""
    told = 0
    for person in people:
        left = day_of(person, on).left
        if left:
            notify("today.update", person, tell=[person], at=now, key=f"update {on}", mail=True, act=True, left=left)
            told += 1
    return told


def _withdraw(on, now):
    """Reminders of other days are over."""
    Notification.objects.filter(
        kind__in=["today.due", "today.update"], over_at=None, read_at=None, at__lt=day_start(on)
    ).update(over_at=now)
