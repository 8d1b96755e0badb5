"""The demo, from nothing: the company, the year before today, the seed's tables through the real importer, reviews."""

import os
import secrets

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython

from accounts.models import User
from core.periods import period_of, today
from customers.flagging import flag_stale
from reviews.closing import close_missed
from reviews.models import Target
from reviews.opening import take_opening
from salesflow.making import method
from salesflow.making import people as cast
from salesflow.making.asking import Asking
from salesflow.making.seed import import_seed
from salesflow.making.story import Story

FLOORS = {"core", "accounts", "activity", "exchange", "customers", "pipeline", "collaboration", "reviews"}
SIGNED = {"rep": 450_000, "team": 1_800_000}


def is_loaded():
    return User.objects.filter(is_demo=True).exists()


def may_reset():
    """Only where every account is the demo's."""
    return not User.objects.filter(is_demo=False).exists()


def remove_everything():
    """Empty every table and sow again what the migrations sow (stages, methods, kinds, …)."""
    call_command("flush", interactive=False, verbosity=0)
    sown = [
        operation
        for (label, _name), migration in sorted(MigrationLoader(connection).disk_migrations.items())
        if label in FLOORS
        for operation in migration.operations
        if isinstance(operation, RunPython)
    ]
    for operation in sown:
        with connection.schema_editor() as editor:
            operation.code(apps, editor)


def password():
    """What SALESFLOW_DEMO_PASSWORD says, else something new that can be typed on a phone."""
    return os.environ.get("SALESFLOW_DEMO_PASSWORD") or f"demo-{secrets.randbelow(10**8):08d}"


@transaction.atomic
def load(now, secret, report=print):
    """Make everything, or, broken off anywhere, nothing: what is half there would never be made whole."""
    people = cast.build(secret)
    story = Story(people, now)
    report("12 months of conversations …")
    story.tell()
    Asking(story).tell(story.needs_request)
    report("the three tables, through the importer …")
    import_seed(people, now)
    targets(people, now)
    report("reviews …")
    for period in (period_of("month", today(now)).previous(), period_of("month", today(now))):
        take_opening(now=period.starts_at)
    for kind in ("week", "month"):
        close_missed(kind, now=now)
    method.set_up(people, now)
    flag_stale(now=now)


def targets(people, now):
    """This month's and last month's aims, so that attainment has something to be measured against: of the company, its
    sales department, teams and reps."""
    month = period_of("month", today(now))
    for period in (month, month.previous()):
        _target(period, "company", 0, 2 * SIGNED["team"], now)
        _target(period, "department", people["east"].department_id, 2 * SIGNED["team"], now)
        for key in ("east", "south"):
            _target(period, "team", people[key].pk, SIGNED["team"], now)
        for person in people.values():
            if isinstance(person, User) and person.is_rep and person.is_active:
                _target(period, "person", person.pk, SIGNED["rep"], now)


def _target(period, scope, pk, value, now):
    Target.objects.create(
        period=period.code, metric="signed", scope=scope, scope_id=pk, value=value, first_value=value, locked_at=now
    )
