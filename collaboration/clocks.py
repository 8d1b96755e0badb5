"""Two clocks, in working hours of the company calendar: until a request is accepted, until it is done (M10, S12).

Accept-by is one working day, urgent four working hours, set per department and kind (limits.py); the promise runs to
the end of its day. While the asker must answer, the time is his. Days on which who holds it is on leave with nobody
standing in do not count (accounts/absences.py). Every length is in working minutes.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.absences import Absences
from accounts.calendar import Calendar
from collaboration.limits import accept_minutes

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


def exact_words(minutes):
    """27 小时 20 分: nothing rounded, so that the lines of a sum add up."""
    hours, rest = divmod(minutes, 60)
    words = [ngettext("%(n)d h", "%(n)d h", hours) % {"n": hours}] if hours else []
    if rest or not hours:
        words.append(ngettext("%(n)d min", "%(n)d min", rest) % {"n": rest})
    return " ".join(words)


def accept_due(department, priority, *, now, kind=None, person=None, calendar=None):
    """When the department, or the one person it waits for, must have answered."""
    calendar = calendar or Calendar.load()
    if person is not None:
        calendar = Absences.load().calendar_of(person, calendar)
    return calendar.add_working_minutes(now, accept_minutes(department, priority, kind))


def holders_calendar(side, person, asker, calendar):
    """The calendar of whoever holds a stretch: a department as a whole is never on leave."""
    return Absences.load().calendar_of(asker if side == "asker" else person, calendar)


def due_for(request, fields, *, now, calendar=None):
    """When the holder of the state that `fields` lead to runs out of time; None when nobody waits."""
    calendar = calendar or Calendar.load()
    state = fields["state"]
    if state == "submitted":
        return fields.get("accept_by", request.accept_by)
    if state in ("countered", "waiting", "refused"):
        return silence_due(request.asker, now, calendar)
    if state == "accepted":
        promised = fields.get("promised_on", request.promised_on)
        return calendar.end_of_day(promised) if promised else None
    return now + CONFIRM if state == "delivered" else None


def silence_due(asker, since, calendar):
    """A working day of the asker's, from `since`."""
    return Absences.load().calendar_of(asker, calendar).add_working_minutes(since, SILENCE_DAYS * DAY)


def clock_of(request, now, calendar=None):
    """The clock that runs: the department's, or the asker's (his time is shown as his); None when none does."""
    if not request.due_at:
        return None
    kind = {"submitted": "accept", "accepted": "done"}.get(request.state, "asker")
    if request.state in ("done", "withdrawn", "closed"):
        return None
    side = "asker" if kind == "asker" else "department"
    calendar = holders_calendar(side, request.person, request.asker, calendar or Calendar.load())
    return _clock(kind, request.held_since or request.asked_at, request.due_at, now, calendar)


def accept_clock(request, now, calendar=None):
    """Until the department must have accepted or answered; None when it has."""
    return clock_of(request, now, calendar) if request.state == "submitted" else None


def done_clock(request, now, calendar=None):
    """Until the promised day ends; None before a promise and after delivery."""
    return clock_of(request, now, calendar) if request.state == "accepted" else None


def _clock(kind, since, due, now, calendar):
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



def explain(request, now, calendar=None):
    """Every stretch of the life, line by line, with the rest days it contains (intervals read once)."""
    calendar = calendar or Calendar.load()
    lines = []
    for stretch in request.intervals.select_related("department", "person"):
        if stretch.holder == "nobody":
            continue
        end = stretch.ended_at or now
        own = holders_calendar(stretch.holder, stretch.person, request.asker, calendar)
        days = own.explain(stretch.started_at, end)
        rest = [(day, why) for day, _minutes, why in days if why][:60]
        lines.append(
            Line(
                stretch.get_state_display(), stretch.holder, stretch.department, stretch.person, stretch.started_at,
                end, stretch.ended_at is None, sum(minutes for _day, minutes, _why in days), rest,
            )
        )
    return lines


def shares(lines):
    """{"department": working minutes, "asker": working minutes}: each side owns its waiting."""
    total = {"department": 0, "asker": 0}
    for line in lines:
        total[line.holder] += line.minutes
    return total


def sums(lines):
    """The two clocks: [(side, its lines, their sum in working minutes)], each line part of exactly one sum."""
    return [
        (side, [line for line in lines if line.holder == side], minutes) for side, minutes in shares(lines).items()
    ]


def side_words(side):
    return _("the department") if side == "department" else _("the asker")
