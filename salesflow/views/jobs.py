"""Setup → Jobs: what runs in the background, how it went, and "run again" (R63)."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.gates import only
from accounts.rights import may_set_up
from activity.mailing import dead_letters, send_again
from activity.replies import refused_lately
from core.jobs import run_again
from core.keys import deed
from core.sweeping import overview
from salesflow.jobtitles import title_of


@only(may_set_up)
def jobs(request):
    now = timezone.now()
    seen = overview(now)
    for row in seen["lines"]:
        row["title"] = title_of(row["line"].name)
    for job in seen["failures"]:
        job.title = title_of(job.name)
    context = {"seen": seen, "letters": dead_letters(), "refused": refused_lately(now=now)}
    return render(request, "setup/jobs.html", context)


@only(may_set_up)
@require_POST
@deed
def again(request, pk):
    if run_again(pk, by=request.user):
        messages.success(request, _("The job starts again now."))
    else:
        messages.info(request, _("This job is no longer failed."))
    return redirect("setup_jobs")


@only(may_set_up)
@require_POST
@deed
def mail_again(request, pk):
    """One person's messages that no mail server took in six tries start over; what is over or read stays away."""
    if send_again(pk, now=timezone.now()):
        messages.success(request, _("They go out within five minutes."))
    else:
        messages.info(request, _("Nothing of this person waits any more."))
    return redirect("setup_jobs")
