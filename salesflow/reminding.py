"""The two reminders of a working day (S19): in the morning what is due, before its end what is not updated.

Bell and, for who wants it, mail. Once a person and day, never on rest days or on leave. What was true in the morning
withdraws itself in the evening.
"""

from django.db.models import Count, Q

from accounts.calendar import Calendar, leave_of
from accounts.models import User
from activity.models import Notification
from activity.recording import notify
from core.periods import day_start, today
from customers.models import NextStep
from pipeline.updating import day_of, record_misses

MORNING = 12  # company hours before noon are the morning's


def remind(now):
    """Morning or evening by the company's clock. Returns {"told": people, "missed": recorded misses}."""
    on, calendar = today(now), Calendar.load()
    if not calendar.works(on):
        return {"told": 0, "missed": 0}
    people = [person for person in User.objects.sellers() if leave_of(person, on) is None]
    _withdraw(on, now)
    if now.astimezone(day_start(on).tzinfo).hour < MORNING:
        missed = record_misses(people, calendar.add_working_days(on, -1))
        return {"told": _due(people, on, now), "missed": len(missed)}
    return {"told": _update(people, on, now), "missed": 0}


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
