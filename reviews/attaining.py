"""What was attained against the targets, and how much of the time is gone (D28, R36).

Signed amount: deals won in the period that stand as won at its end, at the contract's amount, else at what they were
worth when won. New customers: customers whose first tag was set in the period. Time elapsed: working days of the
company's calendar from the period's first day to today, today included, over all of its working days.
"""

from decimal import Decimal

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
