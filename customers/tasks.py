"""Background work of customers: shells around what the process files do."""

import datetime as dt

from django.utils import timezone

from core.jobs import job
from core.periods import zone
from customers import flagging


@job("flag_stale")
def flag_stale(job):
    """`now` (ISO, company time when it has no zone) stands in for the clock when the job is run by hand."""
    now = timezone.now()
    if text := job.args.get("now"):
        now = dt.datetime.fromisoformat(text)
        now = now if now.tzinfo else now.replace(tzinfo=zone())
    return flagging.flag_stale(now=now)
