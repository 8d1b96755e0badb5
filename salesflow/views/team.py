"""/team: the manager's home, and its people's week (S10)."""

from django.shortcuts import render
from django.utils import timezone

from accounts.gates import only
from accounts.rights import may_see_team
from core.asked import number
from salesflow.teamhome import ALL, MOST, team_home
from salesflow.weekhere import week_here


@only(may_see_team)
def team(request):
    most = ALL if request.GET.get("all") == "1" else MOST
    home = team_home(request.user, timezone.now(), request.GET, team=number(request.GET.get("team")), most=most)
    return render(request, "team/team.html", {"home": home})


@only(may_see_team)
def week(request):
    """Who was not here or logged nothing this week, and what to know before people are compared."""
    here = week_here(request.user, timezone.now(), team=number(request.GET.get("team")))
    return render(request, "team/week.html", {"here": here})
