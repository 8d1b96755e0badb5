"""Setup → Group robots: where a team's and a department's messages go, a test of it, and what went wrong (S19, B44)."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Department, Team
from accounts.rights import for_admins
from activity import robots
from activity.forms import RobotForm
from activity.models import Robot
from core.asked import VERSION, number
from core.errors import Refused, TooMany
from core.jobs import enqueue
from core.keys import deed
from core.periods import today
from salesflow.morning import message_for, test_again_in

PLACES = {"team": Team, "department": Department}  # what a robot speaks for; the name is its field


@for_admins
def index(request):
    """Every team and every department that is asked, each with how its robot does."""
    found = {(robot.team_id, robot.department_id): robot for robot in Robot.objects.visible_to(request.user)}
    teams = list(Team.objects.visible_to(request.user).filter(is_active=True).order_by("name", "pk"))
    places = Department.objects.visible_to(request.user).filter(is_active=True, serves=True)
    rows = [("team", team, found.get((team.pk, None))) for team in teams]
    rows += [("department", place, found.get((None, place.pk))) for place in places.order_by("position", "pk")]
    return render(request, "setup/robots.html", {"rows": rows})


@for_admins
@reauthentication_required
@deed
def robot(request, of, pk):
    """Its address, asked for only of who confirmed lately that it is he; the message of today as it would read."""
    place = get_object_or_404(_model(of).objects.visible_to(request.user), pk=pk)
    one = _now(request, of, place)
    form, refused = RobotForm(request.POST or None, robot=one), False
    if request.method == "POST" and form.is_valid():
        seen = number(request.POST.get("version"), VERSION) or 0
        try:
            robots.save(one, by=request.user, now=timezone.now(), expect=seen, **form.cleaned_data)
        except Refused as problem:  # what was typed stays; the form now carries the version of the other one
            one, refused = _now(request, of, place), True
            words = _("%(what)s Below is what you typed; saving it replaces the other.")
            form.add_error(None, words % {"what": problem.message})
        else:
            messages.success(request, _("Saved"))
            return redirect("setup_robot", of, place.pk)
    title, lines, link = message_for(one, today(timezone.now()), now=timezone.now())
    context = {"form": form, "place": place, "of": of, "robot": one, "title": title, "lines": lines, "link": link[0]}
    return render(request, "setup/robot.html", context, status=409 if refused else 422 if form.is_bound else 200)


def _model(of):
    if of not in PLACES:
        raise Http404
    return PLACES[of]


def _now(request, of, place):
    """The robot of a team or department as it is now; a new one where there is none."""
    return Robot.objects.visible_to(request.user).filter(**{of: place}).first() or Robot(**{of: place})


def _kept(request, of, pk):
    _model(of)
    return get_object_or_404(Robot.objects.visible_to(request.user).select_related("team", "department"), **{of: pk})


@for_admins
@require_POST
@deed
def test(request, of, pk):
    """Sent by a job, so that a slow chat tool holds nobody up; how it went stands on the page of the robots. One a
    minute and robot: a chat tool that is asked more often shuts the robot out."""
    one, now = _kept(request, of, pk), timezone.now()
    if wait := test_again_in(one, now=now):
        raise TooMany(wait)
    enqueue("test_robot", key=f"test_robot {one.pk} {now.isoformat()}", by=request.user, now=now, robot=one.pk)
    messages.success(request, _("A test is on its way. Load the page again in a few seconds to see how it went."))
    return redirect("setup_robots")


@for_admins
@require_POST
@deed
def remove(request, of, pk):
    robots.remove(_kept(request, of, pk), by=request.user, now=timezone.now())
    messages.success(request, _("Removed."))
    return redirect("setup_robots")
