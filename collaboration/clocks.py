"""Two clocks, in working hours of the company calendar: until a request is accepted, until it is done (M10, S12).

Accept-by is one working day, urgent four working hours, both set per department; the promise runs to the end of its
day. While the asker must answer, the time is his. Every length is in working minutes.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.calendar import Calendar
from core.periods import today

DAY = 480  # working minutes of a day, for words
SILENCE_DAYS = 1  # working days until a counter-offer counts as agreed
CONFIRM = dt.timedelta(days=14)


@dataclass(frozen=True)
class Clock:
    """`minutes` of working time left until `due`, below zero when late. `side` is whose time it is."""

    kind: str  # accept | done | asker
    due: dt.datetime
    minutes: int
    budget: int
    side: str

    @property
    def is_late(self):
        return self.minutes < 0

    @property
    def tone(self):
        """The class of css/requests.css: words first, colour second."""
        if self.side == "asker":
            return "late" if self.is_late else "paused"
        if self.is_late:
            return "late"
        return "soon" if self.minutes <= self.budget // 4 else ""

    @property
    def share(self):
        """What is left, in percent of the budget, for a meter."""
        return max(0, min(100, round(100 * self.minutes / self.budget))) if self.budget else 0

    @property
    def words(self):
        return late_words(-self.minutes) if self.is_late else left_words(self.minutes)


def left_words(minutes):
    """剩 1 小时."""
    if minutes < 60:
        return ngettext("%(n)d min left", "%(n)d min left", minutes) % {"n": minutes}
    if minutes < DAY:
        return ngettext("%(n)d h left", "%(n)d h left", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d day left", "%(n)d days left", minutes // DAY) % {"n": minutes // DAY}


def late_words(minutes):
    """超时 1 天."""
    if minutes < 60:
        return ngettext("%(n)d min late", "%(n)d min late", minutes) % {"n": minutes}
    if minutes < DAY:
        return ngettext("%(n)d h late", "%(n)d h late", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d day late", "%(n)d days late", minutes // DAY) % {"n": minutes // DAY}


def span_words(minutes):
    """3 小时, without before or after."""
    if minutes < 60:
        return ngettext("%(n)d min", "%(n)d min", minutes) % {"n": minutes}
    if minutes < DAY:
        return ngettext("%(n)d h", "%(n)d h", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d day", "%(n)d days", minutes // DAY) % {"n": minutes // DAY}


def accept_minutes(department, priority):
    """The department's time to accept, in working minutes."""
    return 60 * (department.urgent_hours if priority == "urgent" else department.accept_hours)


def accept_due(department, priority, *, now, calendar=None):
    return (calendar or Calendar.load()).add_working_minutes(now, accept_minutes(department, priority))


def due_for(request, fields, *, now, calendar=None):
    """When the holder of the state that `fields` lead to runs out of time; None when nobody waits."""
    calendar = calendar or Calendar.load()
    state = fields["state"]
    if state == "submitted":
        return fields.get("accept_by", request.accept_by)
    if state in ("countered", "waiting"):
        return calendar.add_working_minutes(now, SILENCE_DAYS * DAY)
    if state == "accepted":
        promised = fields.get("promised_on", request.promised_on)
        return calendar.end_of_day(promised) if promised else None
    return now + CONFIRM if state == "delivered" else None


def clock_of(request, now, calendar=None):
    """The clock that runs: the department's, or the asker's (his time is shown as his); None when none does."""
    if not request.due_at:
        return None
    kind = {"submitted": "accept", "accepted": "done"}.get(request.state, "asker")
    if request.state in ("refused", "done", "withdrawn", "closed"):
        return None
    return _clock(kind, request.held_since or request.asked_at, request.due_at, now, calendar)


def accept_clock(request, now, calendar=None):
    """Until the department must have accepted or answered; None when it has."""
    return clock_of(request, now, calendar) if request.state == "submitted" else None


def done_clock(request, now, calendar=None):
    """Until the promised day ends; None before a promise and after delivery."""
    return clock_of(request, now, calendar) if request.state == "accepted" else None


def _clock(kind, since, due, now, calendar):
    calendar = calendar or Calendar.load()
    left = calendar.working_minutes(now, due) if due >= now else -max(calendar.working_minutes(due, now), 1)
    budget = max(calendar.working_minutes(since, due), 1) if due > since else 1
    return Clock(kind, due, left, budget, "asker" if kind == "asker" else "department")


def resumed(request, *, since, now, calendar=None):
    """Accept-by after a question was answered: the department gets back what was left when it asked."""
    calendar = calendar or Calendar.load()
    if not request.accept_by or request.accept_by <= since:
        return request.accept_by
    return calendar.add_working_minutes(now, calendar.working_minutes(since, request.accept_by))


@dataclass(frozen=True)
class Line:
    """One stretch of the explanation: whose it was, from when to when, how much of it was working time."""

    state: str
    holder: str
    department: object
    person: object
    start: dt.datetime
    end: dt.datetime
    running: bool
    minutes: int
    rest: list

    @property
    def words(self):
        return span_words(self.minutes)


def explain(request, now, calendar=None):
    """Every stretch of the life, line by line, with the rest days it contains (intervals read once)."""
    calendar = calendar or Calendar.load()
    lines = []
    for stretch in request.intervals.select_related("department", "person"):
        if stretch.holder == "nobody":
            continue
        end = stretch.ended_at or now
        rest = []
        if today(stretch.started_at) != today(end):
            rest = [(day, why) for day, _minutes, why in calendar.explain(stretch.started_at, end)[:60] if why]
        lines.append(
            Line(
                stretch.get_state_display(), stretch.holder, stretch.department, stretch.person, stretch.started_at,
                end, stretch.ended_at is None, calendar.working_minutes(stretch.started_at, end), rest,
            )
        )
    return lines


def shares(lines):
    """{"department": working minutes, "asker": working minutes}: each side owns its waiting."""
    total = {"department": 0, "asker": 0}
    for line in lines:
        total[line.holder] += line.minutes
    return total


def side_words(side):
    return _("the department") if side == "department" else _("the asker")
