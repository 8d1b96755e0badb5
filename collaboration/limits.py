"""How long a kind may take: accept-by in working hours and done-by in working days, per department, kind and priority.

The most exact row of KindClock that says something wins, then the kind, then the department. An urgent request never
waits longer than the department's urgent hours unless a row says so for urgent ones.
"""

from collaboration.models import KindClock
from core.kept import Kept


def _read():
    return {
        (kind, department, priority): (hours, days)
        for kind, department, priority, hours, days in KindClock.objects.values_list(
            "kind", "department", "priority", "accept_hours", "due_days"
        )
    }


_clocks = Kept(_read)


def accept_minutes(department, priority, kind=None):
    """Working minutes until the department must have answered."""
    found, exact = _said(kind, department, priority, 0)
    if found is None:
        found = kind.accept_hours if kind is not None else None
    usual = department.urgent_hours if priority == "urgent" else department.accept_hours
    if found is None:
        return 60 * usual
    return 60 * (min(found, usual) if priority == "urgent" and not exact else found)


def due_days(kind, department, priority):
    """Working days offered as needed-by and promised when none was asked for."""
    found, _exact = _said(kind, department, priority, 1)
    return kind.due_days if found is None else found


def _said(kind, department, priority, place):
    """(the value of the most exact row or None, whether that row names the priority)."""
    if kind is None:
        return None, False
    rows = _clocks.get()
    for at, level in ((department.pk, priority), (department.pk, ""), (None, priority), (None, "")):
        value = rows.get((kind.pk, at, level), (None, None))[place]
        if value is not None:
            return value, level != ""
    return None, False
