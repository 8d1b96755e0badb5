"""What the roof tells people, and when it is over (S19; activity/topics.py)."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from activity.addresses import leads
from activity.models import Robot
from activity.topics import SELLS, joins, over, topic
from salesflow.backup import alarm


def plug():
    topic("due", _("What is due today"), ["today.due"], mail="now", roles=SELLS)
    topic("update", _("The end-of-day update is still to do"), ["today.update"], mail="now", roles=SELLS)
    topic("unowned", _("Open work nobody answers for"), ["team.unowned"], roles=("manager", "admin"))
    topic("machines", _("A backup failed or a group robot could not speak"), ["today.robot"], roles=("admin",))
    joins("machines", "accounts.backup_failed", "accounts.trial_failed")
    over(["today.robot"], _speaks_again)
    over(["accounts.backup_failed"], alarm.over("make_backup"))
    over(["accounts.trial_failed"], alarm.over("try_backup"))
    leads("today.due", lambda notice: f"{reverse('today')}#due")
    leads("today.update", lambda notice: reverse("pipeline:update"))
    leads("today.robot", lambda notice: reverse("setup_robots"))
    for kind in ("accounts.backup_failed", "accounts.trial_failed"):
        leads(kind, lambda notice: reverse("setup_copies"))
    leads("team.unowned", lambda notice: reverse("unowned"))


def _speaks_again(_now):
    """The robot of that team or department has no fault any more."""
    dumb = Q(pk__in=[])
    for model in ("team", "department"):
        robots = Robot.objects.filter(**{model: OuterRef("subject_id")}).exclude(error="")
        dumb |= Q(subject_type__app_label="accounts", subject_type__model=model) & Exists(robots)
    return ~dumb
