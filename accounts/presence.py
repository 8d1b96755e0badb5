"""How much of a stretch of days people were there: what to know before their numbers are set side by side.

Days are working days of the company's calendar. A leave counts whether somebody stood in or not: the numbers of who was
away are smaller, whoever did the work. Who came after the first day has had less time; where everybody came after it
that tells nobody apart.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.absences import Absences
from accounts.calendar import Calendar
from core import words
from core.periods import today


@dataclass(frozen=True)
class Presence:
    """`days` the stretch has, `away` of them on leave, `since` the day he came when that is inside the stretch."""

    person: object
    days: int
    away: int
    since: dt.date | None

    @property
    def there(self):
        return self.days - self.away

    @property
    def words(self):
        """What it means for his numbers; empty when there is nothing to know."""
        said = []
        if self.away:
            said.append(ngettext(
                "%(away)d of %(n)d working day on leave", "%(away)d of %(n)d working days on leave", self.days
            ) % {"away": self.away, "n": self.days})
        if self.since:
            said.append(_("here since %(day)s") % {"day": words.day_plain(self.since, today(), get_language())})
        return _(", ").join(said)


def presence_of(people, first, last):
    """{id: Presence} of people (with pk, name, joined_at) from `first` to `last`, both included. Asks the database
    nothing beyond the calendar and the leaves, which are kept."""
    calendar, leaves = Calendar.load(), Absences.load().leaves
    days, found = calendar.working_days(first, last), {}
    came = {person.pk: today(person.joined_at) for person in people}
    all_new = all(day > first for day in came.values())
    for person in people:
        out = {
            start + dt.timedelta(days=n)
            for begins, ends, _substitute in leaves.get(person.pk, ())
            for start in [max(begins, first)]
            for n in range((min(ends, last) - start).days + 1)
        }
        away = sum(calendar.works(day) for day in out)
        late = first < came[person.pk] <= last and not all_new
        found[person.pk] = Presence(person, days, away, came[person.pk] if late else None)
    return found


def fairness_notes(people, first, last):
    """Sentences to stand under numbers of several people: always that they are no ranking, then who was there less."""
    found = presence_of(people, first, last).values()
    told = [_("%(name)s: %(words)s.") % {"name": one.person.name, "words": one.words} for one in found if one.words]
    return [_("Not a ranking: people have different customers and regions, and were not there equally long."), *told]
