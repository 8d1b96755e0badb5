"""/today: the rep's home (S2)."""

from django.shortcuts import render
from django.utils import timezone

from accounts.gates import only
from accounts.readers import Reader
from accounts.rights import may_see_pipeline
from salesflow.myday import first_run, my_day


@only(may_see_pipeline)
def today(request):
    day = my_day(request.user, timezone.now(), request.GET)
    return render(request, "today/today.html", {
        "day": day, "first_run": first_run(Reader.of(request.user, day.on)),
    })
