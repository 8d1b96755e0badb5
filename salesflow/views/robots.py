"""Setup → Group robots: where a team's morning message goes, a test of it, and what went wrong (S19, B44)."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Team
from accounts.rights import for_admins
from activity import robots
from activity.forms import RobotForm
from activity.models import Robot
from core.asked import VERSION, number
from core.errors import Refused, TooMany
from core.jobs import enqueue
from core.keys import deed
from core.periods import today
from salesflow.morning import message, test_again_in


@for_admins
def index(request):
    """Every team with how its robot does."""
    found = {robot.team_id: robot for robot in Robot.objects.visible_to(request.user)}
    teams = list(Team.objects.visible_to(request.user).filter(is_active=True).order_by("name", "pk"))
    for team in teams:
        team.robot_now = found.get(team.pk)
    return render(request, "setup/robots.html", {"teams": teams})


@for_admins
@reauthentication_required
@deed
def robot(request, pk):
    """Its address, asked for only of who confirmed lately that it is he; the message of today as it would read."""
    team = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    one = _now(request, team)
    form, refused = RobotForm(request.POST or None, robot=one), False
    if request.method == "POST" and form.is_valid():
        seen = number(request.POST.get("version"), VERSION) or 0
        try:
            robots.save(one, by=request.user, now=timezone.now(), expect=seen, **form.cleaned_data)
        except Refused as problem:  # what was typed stays; the form now carries the version of the other one
            one, refused = _now(request, team), True
            words = _("%(what)s Below is what you typed; saving it replaces the other.")
            form.add_error(None, words % {"what": problem.message})
        else:
            messages.success(request, _("Saved"))
            return redirect("setup_robot", team.pk)
    title, lines, link = message(team, today(timezone.now()))
    context = {"form": form, "team": team, "robot": one, "title": title, "lines": lines, "link": link[0]}
    return render(request, "setup/robot.html", context, status=409 if refused else 422 if form.is_bound else 200)


def _now(request, team):
    """The team's robot as it is now; a new one where there is none."""
    return Robot.objects.visible_to(request.user).filter(team=team).first() or Robot(team=team)


def _kept(request, pk):
    return get_object_or_404(Robot.objects.visible_to(request.user).select_related("team"), team=pk)


@for_admins
@require_POST
@deed
def test(request, pk):
    """Sent by a job, so that a slow chat tool holds nobody up; how it went stands on the page of the robots. One a
    minute and team: a chat tool that is asked more often shuts the robot out."""
    one, now = _kept(request, pk), timezone.now()
    if wait := test_again_in(one.team_id, now=now):
        raise TooMany(wait)
    enqueue("test_robot", key=f"test_robot {one.team_id} {now.isoformat()}", by=request.user, now=now, team=one.team_id)
    messages.success(request, _("A test is on its way. Load the page again in a few seconds to see how it went."))
    return redirect("setup_robots")


@for_admins
@require_POST
@deed
def remove(request, pk):
    robots.remove(_kept(request, pk), by=request.user, now=timezone.now())
    messages.success(request, _("Removed."))
    return redirect("setup_robots")
