"""Jobs of requests; the lines of the beat table are in salesflow/schedule.py."""

from django.utils import timezone

from collaboration import escalating, firstcontact, groups, sweeping
from core.jobs import job


@job("confirm_delivered")
def confirm_delivered(job):
    """Silence is consent: delivered requests after 14 days, counter-offers after one working day."""
    return sweeping.settle(now=timezone.now())


@job("sweep_requests")
def sweep_requests(job):
    """Reminders and escalations of requests near or past their clocks; what waiting has
    cost, on the cards; leads near the end of their 24 hours."""
    now = timezone.now()
    settled = sweeping.settle(now=now)
    sweeping.refresh_cards(now=now)
    return settled | escalating.remind(now=now) | {"leads": firstcontact.remind(now=now)}


@job("tell_group")
def tell_group(job):
    """A robot says in its group what came in or back; after its tries it waits on the page of jobs."""
    return groups.post(job.args["robot"], job.args["request"], job.args["verb"], now=timezone.now())
