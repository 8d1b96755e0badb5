"""What was asked of a department in a period: the figures a support department reads (M10, D8).

Counted: requests to the department (or one below it) asked in the period and recorded by as_of. Accepted in time: the
department answered (accepted) by its accept-by moment; not yet due ones are left out. Median time: from asking to
acceptance and from acceptance to delivery, working minutes of the company's calendar.
"""

import datetime as dt
from collections import Counter
from statistics import median

from django.db.models import Q

from accounts.calendar import Calendar
from collaboration.models import CollaborationRequest
from core.past import newest
from core.periods import day_start

DAY = dt.timedelta(days=1)


def requests_of(scope, start, end, then=None):
    """Requests asked of a department in [start, end); with the moment `then` their history rows, as they were known at
    it (M13): `id` names the request in both."""
    inside = Q(department=scope.id) | Q(department__path__contains=f"/{scope.id}/")
    rows = CollaborationRequest.objects.filter(asked_at__gte=start, asked_at__lt=end)
    rows = newest(CollaborationRequest, then, rows.order_by().values("pk")) if then else rows
    return rows.filter(inside)


def request_figures(scope, period, *, as_of, calendar=None, then=None):
    """{"asked", "states", "accepted", "due", "in_time", "accept_minutes", "deliver_minutes", "late", "kinds"}."""
    calendar = calendar or Calendar.load()
    rows = requests_of(scope, period.starts_at, min(period.ends_at, as_of), then).values_list(
        "state", "asked_at", "accept_by", "accepted_at", "delivered_at", "promised_on", "kind_id", "kind__label",
        "kind__label_en",
    )
    states, kinds, names = Counter(), Counter(), {}
    accepting, delivering, due, in_time, late = [], [], 0, 0, 0
    for state, asked, accept_by, accepted, delivered, promised, kind, label, label_en in rows:
        states[state] += 1
        kinds[kind] += 1
        names[kind] = (label, label_en)
        if accepted:
            accepting.append(calendar.working_minutes(asked, accepted))
        if accept_by and (accepted or accept_by <= as_of):
            due += 1
            in_time += bool(accepted and accepted <= accept_by)
        if accepted and delivered:
            delivering.append(calendar.working_minutes(accepted, delivered))
            late += bool(promised and delivered >= _end_of(promised))
    return {
        "asked": sum(states.values()), "states": dict(states), "accepted": len(accepting), "due": due,
        "in_time": in_time, "share": round(in_time / due, 4) if due else None,
        "accept_minutes": median(accepting) if accepting else None,
        "deliver_minutes": median(delivering) if delivering else None, "delivered": len(delivering), "late": late,
        "kinds": [
            {"kind": pk, "label": names[pk][0], "label_en": names[pk][1], "count": number}
            for pk, number in kinds.most_common()
        ],
    }


def due_in_time(rows, as_of):
    """[(request id, accepted in time)] of those that were answered or are past their accept-by moment."""
    found = rows.values_list("id", "accept_by", "accepted_at")
    return [
        (pk, bool(accepted and accepted <= by)) for pk, by, accepted in found if by and (accepted or by <= as_of)
    ]


def _end_of(day):
    return day_start(day + DAY)
