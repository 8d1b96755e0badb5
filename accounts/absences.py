"""Days on which somebody is on leave and nobody stands in: his clocks rest on them (M10).

A leave with a substitute who is there moves the work on, so it pauses nothing.
"""

import datetime as dt
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from accounts.models import Leave
from core.kept import Kept

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Absences:
    """Every leave there is, {user id: [(first, last, substitute id or None)]}: asks the database no more."""

    leaves: dict = field(default_factory=dict)

    @classmethod
    def load(cls):
        return _kept.get()

    def is_out(self, user_id, day):
        """On leave that day, with nobody who is there at the end of the chain of substitutes."""
        seen = set()
        while user_id is not None and user_id not in seen:
            seen.add(user_id)
            found = [row for row in self.leaves.get(user_id, ()) if row[0] <= day <= row[1]]
            if not found:
                return False
            user_id = found[0][2]
        return True

    def stood_in_for(self, user_id, day):
        """Ids of those on leave that day whose work comes to him, through others on leave too."""
        found, new = set(), {user_id}
        while new:
            new = {
                away for away, rows in self.leaves.items()
                if any(first <= day <= last and by in new for first, last, by in rows)
            } - found - {user_id}
            found |= new
        return found

    def calendar_of(self, user, calendar):
        """The company calendar with the days that `user` (or None) is out as rest days."""
        if user is None or user.pk not in self.leaves:
            return calendar
        out = {}
        for first, last, _substitute in self.leaves[user.pk]:
            for offset in range((last - first).days + 1):
                day = first + offset * DAY
                if calendar.works(day) and self.is_out(user.pk, day):
                    out[day] = (False, _("{name} on leave").format(name=user.name))
        return replace(calendar, own=calendar.own | out, _years={}) if out else calendar


def _read():
    found = {}
    rows = Leave.objects.order_by("first", "id")
    for user, first, last, substitute, active in rows.values_list(
        "user", "first", "last", "substitute", "substitute__is_active"
    ):
        found.setdefault(user, []).append((first, last, substitute if active else None))
    return Absences(found)


_kept = Kept(_read)
