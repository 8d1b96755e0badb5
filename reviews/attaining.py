"""What was attained against the targets, and how much of the time is gone (D28, R36).

Signed amount: deals won in the period that stand as won at its end, at the contract's amount, else at what they were
worth when won. New customers: customers whose first tag was set in the period. Time elapsed: working days of the
company's calendar from the period's first day to today, today included, over all of its working days.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from accounts.calendar import Calendar
from core.periods import today
from reviews.balance import signed_value
from reviews.rates import share


def elapsed(period, now, calendar=None):
    """(working days gone, working days of the period)."""
    calendar = calendar or Calendar.load()
    return (
        calendar.working_days(period.first, min(today(now), period.last)),
        calendar.working_days(period.first, period.last),
    )


def signed(moves, amounts):
    """CNY of winning moves."""
    return sum((signed_value(m.stay, amounts.at(m.stay, m.at)) for m in moves), Decimal(0))


def new_customers(changes, start, end):
    """The customers that are new in [start, end), in order."""
    return [change for change in changes if change.old == "" and start <= change.at < end]


def against(value, target):
    """{"value", "target", "share"}; share 0–1, None without a target."""
    return {"value": value, "target": target, "share": share(float(value), float(target)) if target else None}


def change_on(value, before):
    """环比: relative change on the month before, None when that was nothing."""
    return round(float(value - before) / float(before), 4) if before else None


@dataclass(frozen=True)
class Course:
    """What the rest of a month asks for: working days gone and left (today is in both), CNY still short."""

    gone: int
    left: int
    days: int
    done: Decimal
    target: Decimal | None

    @property
    def short(self):
        return max(self.target - self.done, Decimal(0)) if self.target else Decimal(0)

    @property
    def needed(self):
        """CNY to sign on each working day that is left, to the cent and rounded up; None when no day is left."""
        if not self.target or not self.left:
            return None
        return (self.short / self.left).quantize(Decimal("0.01"), rounding=ROUND_CEILING)

    @property
    def so_far(self):
        """CNY signed a working day until now; None before the first."""
        return (self.done / self.gone).quantize(Decimal("0.01")) if self.gone else None


def course_of(period, done, target, *, now, calendar=None):
    """The Course of a month at a moment, by the company's calendar with its holidays and make-up days (R13, M6)."""
    calendar, day = calendar or Calendar.load(), today(now)
    left = calendar.working_days(max(day, period.first), period.last) if day <= period.last else 0
    gone, days = elapsed(period, now, calendar)
    return Course(max(gone, 0), left, days, done, target)
