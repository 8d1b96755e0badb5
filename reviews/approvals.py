"""How long a contract waits for its approval (R13), in working days of the company's calendar.

Counted: requests of the kind contract approval whose last approval was given in the period; withdrawn, refused and
imported ones are not (of an imported one only days are known). **Days**: working minutes from asking to that last
approval ÷ the minutes of a working day, so half a day is 0.5; holidays and rest days count nothing, make-up days do.
What was sent back and asked again counts from the first asking: the customer waited all that time. Counted for who
asked and for his team of then.
"""

import datetime as dt
from dataclasses import dataclass
from statistics import mean, median

from django.db.models import Q

from collaboration.entry import CONTRACT
from collaboration.models import CollaborationRequest
from reviews.models import Scope as Kind


@dataclass(frozen=True)
class Approval:
    """One approved contract; `days` are working days."""

    id: int
    asked_at: dt.datetime
    done_at: dt.datetime
    days: float
    team: int | None
    person: int | None

    @property
    def counted_at(self):
        return self.done_at


@dataclass(frozen=True)
class Waited:
    """How many, and their mean and median in working days; None for none."""

    count: int
    mean: float | None
    median: float | None


def asked_by(scope):
    """Requests by who asked: the person, his team of then, all for the company; of any of several scopes."""
    if scope.kind == Kind.COMPANY:
        return Q()
    if scope.kind == Kind.PERSON:
        return Q(asker=scope.id)
    if scope.kind == "several":
        found = Q(pk__in=[])
        for one in scope.scopes:
            found |= asked_by(one) or Q(pk__isnull=False)
        return found
    return scope.teams("asker_team__")


def read_approvals(scope, start, end, *, calendar):
    """The contracts approved in [start, end) for a scope, oldest first. One query."""
    rows = CollaborationRequest.objects.filter(
        asked_by(scope), kind__code=CONTRACT, state="done", imported=False, done_at__gte=start, done_at__lt=end
    ).order_by("done_at", "pk").values_list("pk", "asked_at", "done_at", "asker_team", "asker")
    day = calendar.day_minutes() or 1
    return [
        Approval(pk, asked, done, calendar.working_minutes(asked, done) / day, team, person)
        for pk, asked, done, team, person in rows
    ]


def approval_days(approvals):
    """The Waited of approvals, to a tenth of a day."""
    days = [one.days for one in approvals]
    return Waited(len(days), round(mean(days), 1) if days else None, round(median(days), 1) if days else None)
