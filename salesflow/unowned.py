"""The daily check for open work without exactly one accountable person, and its page; the target is zero (R18).

Each floor says what of its own has nobody (accounts/accountable.py); here it is counted, listed for admins and for
managers over their teams, and told in the morning.
"""

from dataclasses import dataclass

from django.db.models import Q

from accounts.accountable import Absent, checks
from accounts.calendar import Calendar
from accounts.models import User
from activity.models import Notification
from activity.recording import notify
from core.periods import day_start, today
from salesflow.counting import how_many

KIND = "team.unowned"
MOST = 20  # lines a section shows; its count is of all


@dataclass
class Section:
    """One kind of open work: its lines with what may be done about each, and how many there are in all."""

    check: object
    rows: list
    count: int

    @property
    def more(self):
        return self.count - len(self.rows)


@dataclass
class Row:
    pk: int
    line: object
    may_give: bool


def counts(user, on, absent=None):
    """{kind: how many} of what this person sees, in three queries."""
    absent = absent or Absent.load(on)
    return _counted({check.kind: check.visible(check.rows(absent), user) for check in checks()})


def counts_of_all(on, absent=None):
    """{kind: how many} in the whole company: what the job writes down."""
    absent = absent or Absent.load(on)
    return _counted({check.kind: check.rows(absent) for check in checks()})


def _counted(querysets):
    found = {kind: how_many(rows) for kind, rows in querysets.items()}
    one = User.objects.order_by("pk").values("pk").annotate(**{f"n_{kind}": n for kind, n in found.items()}).first()
    return {kind: (one or {}).get(f"n_{kind}") or 0 for kind in found}


def sections(user, on):
    """The kinds of which there is something, each with its first lines. A query a kind beside the counts."""
    absent = Absent.load(on)
    numbers, found = counts(user, on, absent), []
    for check in checks():
        if n := numbers[check.kind]:
            rows = check.visible(check.rows(absent), user)[:MOST]
            lines = [Row(row.pk, check.line(row, absent), check.may_give(row, user)) for row in rows]
            found.append(Section(check, lines, n))
    return found


def takers(check, row, user, on):
    """Who may be named, less those who could not answer either."""
    absent = Absent.load(on)
    return check.takers(row, user).exclude(pk__in=check.gone(absent)).order_by("pinyin", "pk")


def check(*, now):
    """The morning's: how much there is of each kind; on working days managers and admins are told what is theirs, and
    what was told before is over. Returns {"open": all, kind: n, "told": people}."""
    on = today(now)
    absent = Absent.load(on)
    found = counts_of_all(on, absent)
    Notification.objects.filter(kind=KIND, over_at=None, read_at=None, at__lt=day_start(on)).update(over_at=now)
    told = 0
    if sum(found.values()) and Calendar.load().works(on):
        for person in User.objects.active().filter(Q(role="admin") | Q(role="manager")):
            if n := sum(counts(person, on, absent).values()):
                notify(KIND, person, tell=[person], at=now, key=f"unowned {on}", act=True, n=n)
                told += 1
    return {"open": sum(found.values()), "told": told} | found
