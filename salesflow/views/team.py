"""/team: the manager's home (S10)."""

from django.shortcuts import render
from django.utils import timezone

from accounts.gates import only
from accounts.rights import may_see_team
from core.asked import number
from salesflow.teamhome import team_home


@only(may_see_team)
def team(request):
    home = team_home(request.user, timezone.now(), request.GET, team=number(request.GET.get("team")))
    return render(request, "team/team.html", {"home": home})
