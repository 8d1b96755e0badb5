"""What was decided about fields, and what it changed (S16, M9, R40): the share filled in and the seconds of the form,
in the 90 days before and the up to 90 days since, until the field was changed again or the change was taken back.

A record counts on the side of the day it was made, by the value it has now. So an older record had more time to be
filled in: what is filled later counts for the side before.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import CharField, Count, Q, TextField
from django.utils.translation import gettext as _

from activity.models import Event
from exchange import formuse
from exchange.models import FormUse
from reviews.narrowing import DECIDED, field_of, slugs_of
from reviews.usage import places

DAYS = dt.timedelta(days=90)
MOST = 12


@dataclass
class Side:
    """One side of a decision: the records made, those of them that have a value, saves of the form, their median
    seconds (None: no saves, or not the reader's)."""

    rows: int
    filled: int
    saves: int = 0
    seconds: int | None = None

    @property
    def share(self):
        return self.filled / self.rows if self.rows else None


@dataclass
class Decision:
    event: object
    place: object
    name: str
    until: dt.datetime
    before: Side | None = None
    since: Side | None = None

    @property
    def shares(self):
        """[(head of its column, side)]."""
        return [(_("Filled before"), self.before), (_("Filled since"), self.since)]

    @property
    def times(self):
        return [(_("Seconds before"), self.before), (_("Seconds since"), self.since)]


def decisions(user, period, *, now):
    """The newest decisions of the quarter and the one before it, each with its two sides. Nothing for a field that is
    gone from a table."""
    first = period.previous().starts_at
    events = Event.objects.filter(verb__in=DECIDED, at__gte=first, at__lt=period.ends_at).select_related("by")
    found = _told(list(events.order_by("-at", "-pk")[:MOST]), user, now=now)
    for place in {id(one.place): one.place for one in found}.values():
        _count_filled([one for one in found if one.place is place], place, user)
    _count_seconds(found, user)
    return found


def _told(events, user, *, now):
    known = {place.of: place for place in places(user)}
    slugs = slugs_of(user)
    found, next_at = [], {}
    for event in events:
        of, name = field_of(event, slugs)
        if of in known and name:
            ends = [event.at + DAYS, now, next_at.get((of, name)), event.undone_at]
            found.append(Decision(event, known[of], name, min(end for end in ends if end)))
        next_at[(of, name)] = event.at
    return found


def has_value(place, name):
    """The condition that a record has a value of a field."""
    if place.field(name) is None:
        return Q(**{f"{place.custom}__has_key": name})
    there = Q(**{f"{name}__isnull": False})
    is_text = isinstance(place.model._meta.get_field(name), CharField | TextField)
    return there & ~Q(**{name: ""}) if is_text else there


def _count_filled(found, place, user):
    counts = {}
    for n, one in enumerate(found):
        at, filled = one.event.at, has_value(place, one.name)
        sides = {"b": (at - DAYS, at), "s": (at, one.until)}
        for side, (start, end) in sides.items():
            made = Q(**{f"{place.made}__gte": start, f"{place.made}__lt": end})
            counts |= {f"{side}{n}": Count("pk", filter=made), f"{side}f{n}": Count("pk", filter=made & filled)}
    oldest = min(one.event.at for one in found) - DAYS
    said = place.rows(user).filter(**{f"{place.made}__gte": oldest}).order_by().aggregate(**counts)
    for n, one in enumerate(found):
        one.before, one.since = Side(said[f"b{n}"], said[f"bf{n}"]), Side(said[f"s{n}"], said[f"sf{n}"])


def _count_seconds(found, user):
    """One query: how often each form took how long, on each side of each decision."""
    timed = {}
    for n, one in enumerate(each for each in found if each.place.form):
        timed[f"b{n}"] = (one, "b", (one.event.at - DAYS, one.event.at))
        timed[f"s{n}"] = (one, "s", (one.event.at, one.until))
    if not timed:
        return
    oldest = min(span[0] for _one, _side, span in timed.values())
    uses = FormUse.objects.visible_to(user).filter(at__gte=oldest).order_by("form", "seconds")
    counts = {
        name: Count("pk", filter=Q(form=one.place.form, at__gte=span[0], at__lt=span[1]))
        for name, (one, _side, span) in timed.items()
    }
    rows = list(uses.values("form", "seconds").annotate(**counts))
    for name, (one, side, _span) in timed.items():
        spread = [(row["seconds"], row[name]) for row in rows if row[name]]
        target = one.before if side == "b" else one.since
        target.seconds, target.saves = formuse.middle(spread)
