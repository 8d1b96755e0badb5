"""Jobs of requests; the lines of the beat table are in salesflow/schedule.py."""

from django.utils import timezone

from collaboration import escalating, sweeping
from core.jobs import job


@job("confirm_delivered")
def confirm_delivered(job):
    """Silence is consent: delivered requests after 14 days, counter-offers after one working day."""
    return sweeping.settle(now=timezone.now())


@job("sweep_requests")
def sweep_requests(job):
    """Reminders and escalations of requests near or past their clocks; how long approvals have lain, on the cards."""
    now = timezone.now()
    settled = sweeping.settle(now=now)
    sweeping.refresh_cards(now=now)
    return settled | escalating.remind(now=now)
