"""The demo, from nothing: the company, the year before today, the seed's tables through the real importer, reviews."""

import os
import secrets

from django.db import transaction

from accounts.models import User
from reviews.closing import close_missed
from reviews.models import Target
from core.periods import period_of, today
from customers.staleness import flag_stale
from salesflow.making import people as cast
from salesflow.making.asking import Asking
from salesflow.making.seed import import_seed
from salesflow.making.story import Story

SIGNED = {"rep": 450_000, "team": 1_800_000}


def is_loaded():
    return User.objects.filter(is_demo=True).exists()


def password():
    """What SALESFLOW_DEMO_PASSWORD says, else something new that can be typed on a phone."""
    return os.environ.get("SALESFLOW_DEMO_PASSWORD") or f"demo-{secrets.randbelow(10**8):08d}"


def load(now, secret, report=print):
    """Make everything in one transaction. Takes about half a minute."""
    with transaction.atomic():
        people = cast.build(secret)
        story = Story(people, now)
        report("12 months of conversations …")
        story.tell()
        Asking(story).tell(story.needs_request)
        report("the three tables, through the importer …")
        import_seed(people, now)
        targets(people, now)
    report("reviews …")
    close_missed(now=now)
    flag_stale(now=now)


def targets(people, now):
    """This month's and last month's aims, so that attainment has something to be measured against."""
    month = period_of("month", today(now))
    for period in (month, month.previous()):
        for key in ("east", "south"):
            _target(period, "team", people[key].pk, SIGNED["team"], now)
        for person in people.values():
            if isinstance(person, User) and person.is_rep and person.is_active:
                _target(period, "person", person.pk, SIGNED["rep"], now)


def _target(period, scope, pk, value, now):
    Target.objects.create(
        period=period.code, metric="signed", scope=scope, scope_id=pk, value=value, first_value=value, locked_at=now
    )
