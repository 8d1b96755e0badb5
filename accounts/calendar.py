"""The company's working time: which days and minutes count (reliability REL10, decisions D23, D32).

A day follows, in this order: an own row (CompanyDay), the holiday library for the years it knows (public holidays and
make-up working days, 调休), the weekdays of the working hours. All clock times are in the company's zone.
"""

import datetime as dt
from dataclasses import dataclass, field
from itertools import accumulate

from chinese_calendar.constants import Holiday, holidays, workdays
from django.db.models import Count, Max, Min, Q, Subquery, Value
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import CompanyDay, Leave, WorkingHours
from core.kept import Kept
from core.periods import at, zone

DAY = dt.timedelta(days=1)
FIRST_YEAR, LAST_YEAR = min(holidays).year, max(holidays).year
FARTHEST = 4000  # days looked ahead before giving up: a calendar without any working day

_kept = {"stamp": None, "calendar": None}


@dataclass(frozen=True)
class Calendar:
    """Ask it for days and minutes; it never asks the database again."""

    hours: WorkingHours = field(default_factory=WorkingHours)
    own: dict = field(default_factory=dict)  # {day: (works, name)}
    _years: dict = field(default_factory=dict, compare=False, repr=False)  # {year: working days up to each day of it}

    def __eq__(self, other):
        """Whether both say the same of every day: rows of hours are equal by their key, whatever they say."""
        return isinstance(other, Calendar) and (self._said, self.own) == (other._said, other.own)

    @property
    def _said(self):
        hours = self.hours
        return hours.weekdays, hours.starts, hours.lunch_starts, hours.lunch_ends, hours.ends

    @classmethod
    def load(cls):
        """The calendar as set up now: one small query, rows are read only when the stamp moved."""
        stamp = _moment.get()
        if _kept["stamp"] != stamp:
            hours = WorkingHours.load()
            own = {day: (works, name) for day, works, name in CompanyDay.objects.values_list("day", "works", "name")}
            _kept.update(stamp=stamp, calendar=cls(hours, own))
        return _kept["calendar"]

    @staticmethod
    def stamp():
        """What changes when the calendar is set up anew."""
        return _moment.get()

    def knows(self, year):
        """Whether the library has the holidays of a year; else weekdays and own rows decide."""
        return FIRST_YEAR <= year <= LAST_YEAR

    def works(self, day):
        if day in self.own:
            return self.own[day][0]
        if day in holidays:
            return False
        return day in workdays or str(day.isoweekday()) in self.hours.weekdays

    def name_of(self, day):
        """Why a day differs from its weekday, in the reader's language; empty when it does not."""
        if day in self.own and self.own[day][1]:
            return self.own[day][1]
        if day in holidays and not self.works(day):
            return _holiday(holidays[day])
        if day in workdays and self.works(day):
            return _("Make-up working day ({holiday})").format(holiday=_holiday(workdays[day]))
        return ""

    def next_working_day(self, day, n=1):
        """The n-th working day after `day`, which itself never counts."""
        for offset in range(1, FARTHEST):
            if self.works(day + offset * DAY):
                n -= 1
                if n <= 0:
                    return day + offset * DAY
        raise ValueError("no working day in this calendar")

    def add_working_days(self, day, n):
        """`day` itself for 0, n working days later, or earlier when n is negative."""
        if n >= 0:
            return self.next_working_day(day, n) if n else day
        for offset in range(1, FARTHEST):
            if self.works(day - offset * DAY):
                n += 1
                if n == 0:
                    return day - offset * DAY
        raise ValueError("no working day in this calendar")

    def working_days(self, first, last):
        """How many working days from first to last, both included; 0 when last is before first."""
        if last < first:
            return 0
        between = sum(self._up_to(dt.date(year, 12, 31)) for year in range(first.year, last.year))
        return between + self._up_to(last) - self._up_to(first) + self.works(first)

    def _up_to(self, day):
        """Working days of the year up to and with a day. A list asks for hundreds of spans: a year is summed once."""
        year = self._years.get(day.year)
        if year is None:
            first = dt.date(day.year, 1, 1)
            length = (dt.date(day.year, 12, 31) - first).days + 1
            year = self._years[day.year] = list(accumulate(self.works(first + n * DAY) for n in range(length)))
        return year[day.timetuple().tm_yday - 1]

    def working_minutes(self, start, end):
        """Whole working minutes between two aware moments; 0 when end is not after start."""
        if end <= start:
            return 0
        begins, ends = (moment.astimezone(zone()).replace(tzinfo=None) for moment in (start, end))
        first, last = begins.date(), ends.date()
        if first == last:
            return self._worked(first, begins, ends)
        between = self.working_days(first + DAY, last - DAY)  # a list asks for hundreds: none counts day by day
        return self._worked(first, begins, ends) + between * self.day_minutes() + self._worked(last, begins, ends)

    def add_working_minutes(self, start, minutes):
        """The moment when `minutes` of working time have passed since `start` (aware). 0 gives start itself."""
        if minutes <= 0:
            return start
        left, local = dt.timedelta(minutes=minutes), start.astimezone(zone())
        for offset in range(FARTHEST):
            day = local.date() + offset * DAY
            for begins, ends in self._spans(day):
                begins = max(begins, local.replace(tzinfo=None))
                if ends <= begins:
                    continue
                if left <= ends - begins:
                    return (begins + left).replace(tzinfo=zone())
                left -= ends - begins
        raise ValueError("no working time in this calendar")

    def explain(self, start, end):
        """[(day, minutes, reason)] for every day touched: reason says why a day counted nothing, else it is empty."""
        lines = []
        for day, minutes in self._minutes_by_day(start, end):
            reason = "" if self.works(day) else self.name_of(day) or _("Rest day")
            lines.append((day, minutes, reason))
        return lines

    def rest_days(self, first, last):
        """Days from first to last that are not worked, with their names: for "of these, 2 rest days"."""
        days = (first + offset * DAY for offset in range((last - first).days + 1))
        return [(day, self.name_of(day)) for day in days if not self.works(day)]

    def end_of_day(self, day):
        """When work ends on a day, aware."""
        return at(day, self.hours.ends)

    def start_of_day(self, day):
        return at(day, self.hours.starts)

    def day_minutes(self):
        """Working minutes of a whole day."""
        return int(sum((b - a).total_seconds() for a, b in self._halves(dt.date(2024, 3, 4))) // 60)

    def is_working_time(self, moment):
        local = moment.astimezone(zone()).replace(tzinfo=None)
        return any(begins <= local < ends for begins, ends in self._spans(local.date()))

    def _halves(self, day):
        hours = self.hours
        pairs = [(hours.starts, hours.lunch_starts), (hours.lunch_ends, hours.ends)]
        return [(dt.datetime.combine(day, a), dt.datetime.combine(day, b)) for a, b in pairs if b > a]

    def _spans(self, day):
        return self._halves(day) if self.works(day) else []

    def _minutes_by_day(self, start, end):
        if end <= start:
            return
        begins, ends = (moment.astimezone(zone()).replace(tzinfo=None) for moment in (start, end))
        whole = self.day_minutes()
        for offset in range((ends.date() - begins.date()).days + 1):
            day = begins.date() + offset * DAY
            if begins.date() < day < ends.date():
                yield day, whole if self.works(day) else 0
                continue
            yield day, self._worked(day, begins, ends)

    def _worked(self, day, begins, ends):
        """Whole working minutes of one day between two moments of the company's clock."""
        worked = dt.timedelta()
        for a, b in self._spans(day):
            worked += max(min(b, ends) - max(a, begins), dt.timedelta())
        return int(worked.total_seconds() // 60)


def leave_of(user, day):
    """The leave that covers a day, or None."""
    return Leave.objects.filter(user=user).on(day).select_related("substitute").first()


def stand_in(user, day):
    """Who takes what waits for somebody on leave that day: an active colleague who is there; else None."""
    seen, leave = {user.pk}, leave_of(user, day)
    while leave and leave.substitute and leave.substitute.is_active and leave.substitute_id not in seen:
        seen.add(leave.substitute_id)
        further = leave_of(leave.substitute, day)
        if further is None:
            return leave.substitute
        leave = further
    return None


def _stamp():
    """What differs whenever hours or own days differ. Own days are replaced, never edited in place."""
    days = CompanyDay.objects.order_by().annotate(one=Value(1)).values("one")
    facts = [Count("pk"), Max("pk"), Min("day"), Max("day"), Count("pk", filter=Q(works=True))]
    hours = WorkingHours.objects.filter(pk=1).values_list(
        "starts", "lunch_starts", "lunch_ends", "ends", "weekdays",
        *[Subquery(days.annotate(fact=fact).values("fact")) for fact in facts],
    )  # fmt: skip
    return hours.first() or tuple(CompanyDay.objects.aggregate(**{str(n): f for n, f in enumerate(facts)}).values())


_moment = Kept(_stamp)


def _holiday(name):
    """The library's English name of a holiday, in the reader's language."""
    found = next((holiday for holiday in Holiday if holiday.value == name), None)
    return name if found is None or (get_language() or "").startswith("en") else found.chinese
