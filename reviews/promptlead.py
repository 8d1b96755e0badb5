"""First response by months, counted by the database: what reviews/responses.py reads lead by lead, for a stretch too
long to be read. The same rule, tested against it.

A lead answered within 24 hours of the clock on the wall is in time on both clocks; on the working clock one more may
be, as far as rest days lie between. Only those that may be, those that still wait and those that marketing handed over
are read and judged one by one: a few of a hundred.
"""

import datetime as dt

from django.db.models import Count, DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import TruncMonth

from collaboration.models import CollaborationRequest
from core.periods import period_of, today, zone
from reviews.chance import Count as Counted
from reviews.responses import CLOCKS, WITHIN, hours_between, leads_in, read_leads

DAY, SOON = dt.timedelta(days=1), dt.timedelta(hours=WITHIN)
CHANGE = dt.timedelta(hours=2)  # a day may be longer where clocks are put back: a little more is read than needed


def leads_by_month(scope, start, end, *, now, calendar):
    """{clock: {month code: Count of leads that are due, on: in time}} of the leads made in [start, end). Three
    queries beside those of the calendar's year."""
    handed = CollaborationRequest.objects.filter(customer=OuterRef("pk"), kind__makes_customer=True)
    rows = leads_in(scope, start, end)
    plain = rows.annotate(was_handed=Exists(handed)).filter(was_handed=False)
    sure = Q(first_response_at__lte=_after("made_at", SOON))
    waits = days_until(start, end, calendar)
    far = max(waits.values()) * DAY + CHANGE
    month = TruncMonth("made_at", tzinfo=zone())
    counts = plain.annotate(month=month).order_by().values("month").annotate(n=Count("pk"), on=Count("pk", filter=sure))
    totals = {period_of("month", one["month"].date()).code: [one["n"], one["on"]] for one in counts}
    found = {clock: {code: list(pair) for code, pair in totals.items()} for clock in CLOCKS}
    open_still = Q(first_response_at=None, made_at__gte=now - far)
    later = Q(first_response_at__gt=_after("made_at", SOON), first_response_at__lte=_after("made_at", far))
    for made, answered in plain.filter(open_still | later).values_list("made_at", "first_response_at"):
        day = today(made)
        if (answered or now) - made > waits[day] * DAY + CHANGE:
            continue
        for clock in CLOCKS:
            line = found[clock][period_of("month", day).code]
            if hours_between(made, answered or now, clock, calendar) <= WITHIN:
                line[0] -= answered is None  # its 24 hours are not over: not counted
                line[1] += answered is not None
    given = read_leads(scope, start, end, now=now, calendar=calendar, only=Q(Exists(handed)))
    for lead in given:
        for clock in CLOCKS:
            line = found[clock].setdefault(period_of("month", today(lead.counted_at)).code, [0, 0])
            state = lead.state(clock)
            line[0] += state != "waiting"
            line[1] += state == "in_time"
    return {clock: {code: Counted(*pair) for code, pair in months.items()} for clock, months in found.items()}


def _after(name, span):
    return ExpressionWrapper(F(name) + Value(span, DurationField()), DateTimeField())


def days_until(start, end, calendar):
    """{company day: days until a lead made on it is surely late on the working clock}, of the days of [start, end) and
    of the longest wait after: it has a whole working day, from where it began, until the next working day."""
    first, last = today(start), today(end)
    found, working = {}, []
    day = last
    while len(working) < 2:
        day = calendar.next_working_day(day)
        working.insert(0, day)
    day = last
    while day >= first:
        if calendar.works(day):
            found[day] = (working[0] - day).days
            working.insert(0, day)
        else:
            found[day] = (working[1] - day).days
        day -= DAY
    return found
