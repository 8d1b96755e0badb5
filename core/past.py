"""Days gone by (M13): what `?as_of=2024-03-01` asks for, and the history rows that were the newest then.

The clock is the knowledge's: a row of history counts from the moment it was written. What was back-dated or taken back
later is seen as it was known then, and a day is seen as it was when it ended (COMPANY_ZONE).
"""

import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import words
from core.periods import day_end

WEEK = dt.timedelta(days=7)
EARLIEST = dt.date(1990, 1, 1)  # nobody kept this then; moments before it may not fit a database


@dataclass(frozen=True)
class Past:
    """`day` is the company day asked for, None for the page as it is now; `wrong` says in words why what was asked for
    is left out (B30); `on` is today."""

    day: dt.date | None
    on: dt.date
    wrong: str = ""

    @property
    def moment(self):
        return day_end(self.day)

    @property
    def day_after(self):
        """The first day whose changes this page does not show, as a query string writes it."""
        return (self.day + dt.timedelta(days=1)).isoformat()

    @property
    def earlier(self):
        return max(self.day - WEEK, EARLIEST)

    @property
    def later(self):
        """A week on; None where that is today or still to come."""
        return self.day + WEEK if self.day + WEEK < self.on else None


def asked_day(text, on):
    """(the day a query string names or None, why it is left out). Today is a day as any other."""
    if not text:
        return None, ""
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            raise ValueError
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None, _("“%(text)s” is not a day and was left out. Write it like 2024-03-01.") % {"text": text[:20]}
    if day < EARLIEST:
        return None, _("Nothing was recorded in the year %(year)d: the day was left out.") % {"year": day.year}
    if day > on:
        said = words.day_plain(day, on, get_language())
        return None, _("%(day)s has not come yet: the day was left out.") % {"day": said}
    return day, ""


def read_past(data, on):
    """The Past of a query string. Today is the page as it is now."""
    day, wrong = asked_day(data.get("as_of", ""), on)
    return Past(None if day == on else day, on, wrong)


def newest(model, moment, ids):
    """The rows of a model's history that were the newest at a moment, one for each of the `ids` (a queryset of keys:
    start it at the gate) that existed then. One query, whatever their number."""
    then = model.history.filter(history_date__lte=moment)
    # Row by row through the index of ids: a grouped subquery is repeated for each row where a planner guesses low.
    later = then.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id"))
    return then.filter(~Exists(later), id__in=ids).exclude(history_type="-").order_by()
