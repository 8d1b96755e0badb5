"""Company moments for tests: at(2024, 3, 1, 14, 20) in the company's zone."""

import datetime as dt

from core.periods import zone


def at(year, month, day, hour=9, minute=0):
    return dt.datetime(year, month, day, hour, minute, tzinfo=zone())


MARCH_1 = at(2024, 3, 1, 9, 40)  # a Friday
