"""Jobs of the roof."""

import datetime as dt

from django.utils import timezone

from accounts.models import User
from accounts.rights import may_set_up
from core.jobs import JobProblem, job
from salesflow import hooks, morning, reminding, unowned
from salesflow.backup import Unusable, alarm, back_up, drilling, making


@job("remind")
def remind(row):
    return reminding.remind(timezone.now())


@job("greet_teams")
def greet_teams(row):
    return {"teams": morning.greet_teams(now=timezone.now())}


@job("greet_team")
def greet_team(row):
    on = dt.date.fromisoformat(row.args["on"])
    return morning.greet_team(row.args["team"], on, due_at=row.created_at, now=timezone.now())


@job("greet_department")
def greet_department(row):
    on = dt.date.fromisoformat(row.args["on"])
    return morning.greet_department(row.args["department"], on, due_at=row.created_at, now=timezone.now())


@job("test_robot", may=may_set_up)
def test_robot(row):
    return morning.test_robot(row.args["robot"], now=timezone.now())


@job("remind_update")
def remind_update(row):
    return reminding.remind_update(timezone.now())


@job("check_unowned")
def check_unowned(row):
    """The daily check of R18; `run_job check_unowned` runs it by hand."""
    return unowned.check(now=timezone.now())


@job("make_backup", long=True, may=may_set_up)
def make_backup(row):
    """Nightly, or by the button: `why` and the person are then in the arguments."""
    by = User.objects.filter(pk=row.args.get("person")).first()
    why = row.args.get("why", "nightly")
    with alarm.told("accounts.backup_failed", now=timezone.now()):
        try:
            path = back_up(by=by, now=timezone.now(), why=why, progress=row.progress)
        except Unusable as problem:
            raise JobProblem(str(problem)) from None
    return {"file": path.name, "size": path.stat().st_size}


@job("try_backup", long=True)
def try_backup(row):
    newest = max(making.folder().glob("salesflow-*.zip"), default=None)
    if newest is None:
        return {}
    with alarm.told("accounts.trial_failed", now=timezone.now()):
        try:
            return drilling.drill(newest)
        except Unusable as problem:
            raise JobProblem(str(problem)) from None


@job("tell_hooks", may=may_set_up)
def tell_hooks(row):
    return hooks.tell(now=timezone.now())
