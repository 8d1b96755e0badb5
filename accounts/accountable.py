"""Open work has exactly one accountable person who is there (R18, 避免职责模糊导致的推诿): who cannot answer, and the
socket by which each floor above says what of its open work that leaves without anybody.

    register(LooseDeals())      from an upper app's apps.py
    for check in checks(): check.visible(check.rows(Absent.load(on)), user)

Someone cannot answer for open work when he was deactivated, belongs to no team (of customers: does not sell in one; of
anything else: has neither team nor department), or is on leave for longer than the setting without anybody there who
stands in. Owner is one field everywhere, so nothing can have two; a pool's customers wait for whoever claims them.
"""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import pgettext

from accounts import switches
from accounts.models import Leave, Team, User

LEFT, AWAY, PLACELESS = "left", "away", "placeless"


@dataclass(frozen=True)
class Absent:
    """Who cannot answer on a company day, as {id: why}: `sellers` for customers and deals, `others` for anything."""

    on: object
    sellers: dict = field(default_factory=dict)
    others: dict = field(default_factory=dict)

    @classmethod
    def load(cls, on):
        """Two queries, whatever the size of the company (the length of a long leave is a setting)."""
        led = Team.objects.led_by_key(OuterRef("pk")).filter(is_active=True)
        rows = list(
            User.objects.annotate(leads=Exists(led)).values_list(
                "pk", "role", "is_active", "leads", "team__is_active", "department__is_active"
            )
        )
        away = _away(on, {pk for pk, _role, is_active, *_places in rows if is_active})
        sellers, others = {}, {}
        for pk, role, is_active, leads, in_team, in_department in rows:
            leads = leads and role == User.Role.MANAGER
            sells = role in (User.Role.REP, User.Role.MANAGER)
            why = LEFT if not is_active else AWAY if pk in away else ""
            if found := why or ("" if sells and (in_team or leads) else PLACELESS):
                sellers[pk] = found
            if found := why or ("" if in_team or leads or in_department else PLACELESS):
                others[pk] = found
        return cls(on, sellers, others)

    def why(self, person, *, sells):
        """In words, why this person (or nobody) cannot answer."""
        if person is None:
            return pgettext("nobody accountable", "nobody answers for it")
        code = (self.sellers if sells else self.others).get(person.pk)
        return {
            LEFT: pgettext("nobody accountable", "has left"),
            AWAY: pgettext("nobody accountable", "is on long leave, nobody stands in"),
            PLACELESS: pgettext("nobody accountable", "belongs to no team"),
        }.get(code, pgettext("nobody accountable", "cannot see it"))


def _away(on, active):
    """Ids of who is on leave on a day for longer than the setting says, and nobody there stands in for."""
    most, stands, long = switches.get("long_leave_days"), {}, set()
    for pk, substitute, first, last in Leave.objects.on(on).values_list("user", "substitute", "first", "last"):
        stands[pk] = stands.get(pk) or substitute
        if (last - first).days + 1 > most:
            long.add(pk)
    return {pk for pk in long if not _covered(pk, stands, active)}


def _covered(pk, stands, active):
    """As accounts.calendar.stand_in(): the chain of substitutes ends with an active colleague who is there."""
    seen = {pk}
    while (pk := stands.get(pk)) and pk in active and pk not in seen:
        if pk not in stands:
            return True
        seen.add(pk)
    return False


@dataclass(frozen=True)
class Line:
    """One piece of open work nobody answers for: what it is, whose it was, why that does not hold, where it opens."""

    title: str
    note: str
    person: object
    why: str
    url: str


class Check:
    """One kind of open work. `base()` is a queryset of all of it with what line() reads; rows() keeps what nobody
    answers for; visible() is the gate; give() is the kind's own verb, with the version that was shown."""

    kind = ""
    label = ""
    sells = False  # whether the accountable person must be a seller in a team

    def base(self):
        raise NotImplementedError

    def rows(self, absent):
        raise NotImplementedError

    def visible(self, rows, user):
        return rows.visible_to(user)

    def line(self, row, absent):
        raise NotImplementedError

    def version(self, row):
        return row.version

    def may_give(self, row, user):
        """Managers above and admins, unless a kind says otherwise."""
        return user.is_admin or user.is_manager

    def takers(self, row, user):
        """Who may be named here, before those who cannot answer either are left out."""
        return User.objects.assignable_by(user)

    def give(self, row, to, *, by, now, expect, why):
        raise NotImplementedError

    def without(self, absent, name="owner"):
        """The condition: nobody, or somebody who cannot answer."""
        return Q(**{name: None}) | Q(**{f"{name}__in": self.gone(absent)})

    def gone(self, absent):
        return list(absent.sellers if self.sells else absent.others)


_checks = {}


def register(check):
    """Once a kind; the order of the floors is the order of the page."""
    _checks.setdefault(check.kind, check)


def checks():
    return list(_checks.values())


def check_of(kind):
    return _checks.get(kind)
