"""/team: the manager's home (S10)."""

from django.shortcuts import render
from django.utils import timezone

from accounts.gates import only
from accounts.rights import may_see_team
from salesflow.teamhome import team_home


@only(may_see_team)
def team(request):
    chosen = request.GET.get("team", "")
    chosen = int(chosen) if chosen.isdecimal() and len(chosen) < 10 else None
    return render(request, "team/team.html", {"home": team_home(request.user, timezone.now(), team=chosen)})
