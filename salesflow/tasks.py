"""Jobs of the roof."""

import datetime as dt

from django.utils import timezone

from core.jobs import job
from salesflow import hooks, morning, reminding, unowned


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


@job("test_robot")
def test_robot(row):
    return morning.test_robot(row.args["robot"], now=timezone.now())


@job("remind_update")
def remind_update(row):
    return reminding.remind_update(timezone.now())


@job("check_unowned")
def check_unowned(row):
    """The daily check of R18; `run_job check_unowned` runs it by hand."""
    return unowned.check(now=timezone.now())


@job("tell_hooks")
def tell_hooks(row):
    return hooks.tell(now=timezone.now())
