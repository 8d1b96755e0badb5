"""/today: the rep's home (S2)."""

from django.shortcuts import render
from django.utils import timezone

from accounts.gates import only
from accounts.rights import may_see_pipeline
from salesflow.myday import first_run, my_day


@only(may_see_pipeline)
def today(request):
    return render(request, "today/today.html", {
        "day": my_day(request.user, timezone.now(), request.GET), "first_run": first_run(request.user),
    })
