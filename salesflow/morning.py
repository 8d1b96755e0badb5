"""The morning message of a team in its chat group, by its robot: once a working day, off until turned on (S19).

Everybody in the group reads it, so it names no customer and no amount: each person's numbers of conversations to log,
next steps due and quiet customers, as they stand at the head of his own day, and one link, which opens for each who
follows it his own /today. Who is on leave is left out; who has nothing to do is named as such.

A job a team: one team's broken robot keeps no other from its message, its failure stands on the page of jobs.
"""

import datetime as dt
import math

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.calendar import Calendar, leave_of
from accounts.models import User
from activity import robots
from activity.models import Robot
from activity.recording import notify
from activity.webhooks import Unsendable
from collaboration import groups
from core.jobs import JobProblem, enqueue
from core.models import Job
from core.periods import today
from core.words import day
from customers.staleness import Rule
from salesflow.myday import counts_of

LATE = dt.timedelta(hours=3)  # a morning message is of no use in the afternoon
TEST_EVERY = dt.timedelta(minutes=1)  # chat tools shut out a robot that is asked more often than that for long


def greet_teams(*, now):
    """One job for each robot that is on, of a team or a department. Returns how many; none on a day the company
    rests."""
    on = today(now)
    if not Calendar.load().works(on):
        return 0
    working = Q(team__is_active=True) | Q(department__is_active=True)
    robots = list(Robot.objects.filter(working, is_on=True).exclude(sent_on=on).values_list("team", "department"))
    for team, department in robots:
        name, key = ("team", team) if team else ("department", department)
        enqueue(f"greet_{name}", key=f"greet_{name} {key} {on}", now=now, on=on.isoformat(), **{name: key})
    return len(robots)


def greet_team(team, on, *, due_at, now, **how):
    """Send a team its message of the day `on`, once; a test goes out by `test_robot`. Raises JobProblem, which has it
    tried again; the admins hear of the first failure of a day."""
    robot = Robot.objects.select_related("team").filter(team=team, is_on=True, team__is_active=True).first()
    return _greet(robot, on, due_at=due_at, now=now, **how)


def greet_department(department, on, *, due_at, now, **how):
    """The same for a department: what is to accept, what is late, who has what (collaboration/groups.py)."""
    rows = Robot.objects.select_related("department").filter(department=department, is_on=True)
    return _greet(rows.filter(department__is_active=True).first(), on, due_at=due_at, now=now, **how)


def _greet(robot, on, *, due_at, now, **how):
    if robot is None or robot.sent_on == on:
        return {"sent": 0}
    if now - due_at > LATE or today(now) != on:
        raise JobProblem(_("It is too late for a morning message."))
    with translation.override(settings.LANGUAGE_CODE):
        title, lines, link = message_for(robot, on, now=now)
    try:
        robots.send(robot, title, lines, link, now=now, **how)
    except Unsendable as problem:
        admins = User.objects.active().filter(role="admin")
        key = f"robot {robot.team_id or f'department {robot.department_id}'} {on}"
        notify("today.robot", robot.place, tell=admins, at=now, key=key, act=True, team=robot.place.name)
        raise JobProblem(problem.words) from None
    Robot.objects.filter(pk=robot.pk).update(sent_on=on)
    return {"sent": 1}


def test_again_in(robot, *, now):
    """Seconds until a robot may be tested again; 0: now. Tests of the last minute are rows of the queue."""
    tests = Job.objects.filter(name="test_robot", key__startswith=f"test_robot {robot.pk} ")
    last = tests.order_by("-pk").values_list("created_at", flat=True).first()
    return max(math.ceil((last + TEST_EVERY - now).total_seconds()), 0) if last else 0


def test_robot(robot_id, *, now, **how):
    """A message that says it is a test. Raises JobProblem with what went wrong."""
    robot = Robot.objects.select_related("team", "department").get(pk=robot_id)
    with translation.override(settings.LANGUAGE_CODE):
        title, lines = (
            _("SalesFlow: test"),
            [_("Morning messages of %(team)s arrive here.") % {"team": robot.place.words}],
        )
        link = _("Open my day"), _url()
    try:
        robots.send(robot, title, lines, link, now=now, **how)
    except Unsendable as problem:
        raise JobProblem(problem.words) from None
    return {"sent": 1}


def message_for(robot, on, *, now):
    """What a robot says on a morning, of a team or of a department."""
    return message(robot.team, on) if robot.team else groups.morning_of(robot.department, now=now)


def message(team, on):
    """(title, lines, (words of the link, its address)) in the language in force."""
    rule, lines, calm = Rule.load(), [], []
    people = User.objects.sellers().filter(team=team).order_by("pinyin", "pk")
    for person in people:
        if leave_of(person, on) is not None:
            continue
        owed, due, quiet = counts_of(person, on, rule)
        if owed or due or quiet:
            lines.append(
                _("%(name)s: %(due)s due, %(quiet)s quiet, %(owed)s to log")
                % {"name": person.name, "due": due, "quiet": quiet, "owed": owed}
            )
        else:
            calm.append(person.name)
    if calm:
        lines.append(_("Nothing waiting: %(names)s") % {"names": _(", ").join(calm)})
    title = _("%(team)s, %(day)s") % {"team": team.words, "day": day(on, on, translation.get_language())}
    return title, lines, (_("Open my day"), _url())


def _url():
    return f"{settings.SITE_URL.rstrip('/')}{reverse('today')}"
