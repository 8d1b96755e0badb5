"""Company time: today, days, and the periods reviews are about. Stored UTC, decided in COMPANY_ZONE (REL10)."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def zone():
    return ZoneInfo(settings.COMPANY_ZONE)


def today(now=None):
    """The company's day of `now` (aware; default the clock)."""
    return (now or timezone.now()).astimezone(zone()).date()


def day_start(day):
    """Midnight of a company day, aware."""
    return dt.datetime.combine(day, dt.time(), zone())


def day_end(day):
    """The last moment of a company day, aware: what is recorded by then was known on that day."""
    return dt.datetime.combine(day, dt.time.max, zone())


def day_before_end(day):
    """The last moment before a company day begins, aware."""
    return day_start(day) - dt.timedelta(microseconds=1)


def at(day, time):
    """A company day and clock time, aware."""
    return dt.datetime.combine(day, time, zone())


@dataclass(frozen=True, order=True)
class Period:
    """A week (2024-W10), month (2024-03) or quarter (2024-Q1) of company days, first to last inclusive."""

    first: dt.date
    last: dt.date
    kind: str  # week | month | quarter
    code: str

    @property
    def starts_at(self):
        return day_start(self.first)

    @property
    def ends_at(self):
        """The first moment after the period."""
        return day_start(self.last + dt.timedelta(days=1))

    def closed(self, now):
        return now >= self.ends_at

    def next(self):
        return period_of(self.kind, self.last + dt.timedelta(days=1))

    def previous(self):
        return period_of(self.kind, self.first - dt.timedelta(days=1))

    def __str__(self):
        return self.code


def period_of(kind, day):
    """The week, month or quarter that holds a company day."""
    if kind == "week":
        first = day - dt.timedelta(days=day.weekday())
        year, week, _ = day.isocalendar()
        return Period(first, first + dt.timedelta(days=6), kind, f"{year}-W{week:02d}")
    if kind == "month":
        last = calendar.monthrange(day.year, day.month)[1]
        return Period(day.replace(day=1), day.replace(day=last), kind, f"{day:%Y-%m}")
    quarter = (day.month - 1) // 3 + 1
    first = dt.date(day.year, quarter * 3 - 2, 1)
    last = dt.date(day.year, quarter * 3, calendar.monthrange(day.year, quarter * 3)[1])
    return Period(first, last, "quarter", f"{day.year}-Q{quarter}")


def read_period(code):
    """2024-W10, 2024-03 or 2024-Q1. Raises ValueError on anything else."""
    if match := re.fullmatch(r"(\d{4})-W(\d\d)", code):
        return period_of("week", dt.date.fromisocalendar(int(match[1]), int(match[2]), 1))
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", code):
        return period_of("quarter", dt.date(int(match[1]), int(match[2]) * 3, 1))
    if match := re.fullmatch(r"(\d{4})-(\d\d)", code):
        return period_of("month", dt.date(int(match[1]), int(match[2]), 1))
    raise ValueError(f"not a period: {code}")


def minute_end(moment):
    """The last microsecond of its minute: what is told as of then can be told again during the minute."""
    return moment.replace(second=59, microsecond=999_999)
