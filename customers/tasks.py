"""Background work of customers: shells around what the process files do."""

import datetime as dt

from django.utils import timezone

from accounts import switches
from core.jobs import job
from core.periods import zone
from customers import flagging, owing, pairing, pooling, steps


@job("flag_stale")
def flag_stale(job):
    """`now` (ISO, company time when it has no zone) stands in for the clock when the job is run by hand."""
    now = timezone.now()
    if text := job.args.get("now"):
        now = dt.datetime.fromisoformat(text)
        now = now if now.tzinfo else now.replace(tzinfo=zone())
    return flagging.flag_stale(now=now)


@job("owe_visits")
def owe_visits(job):
    """Visits and meetings whose planned time is over become owed a log (D25)."""
    now = timezone.now()
    made = owing.owe_visits(now=now, hours=switches.get("visit_hours"))
    return {"owed": len(made), "told": owing.tell_late(now=now)}


@job("end_repeats")
def end_repeats(job):
    """Weekly steps whose end has come, the deal won or the customer's answer, are no longer due (R50)."""
    return {"ended": steps.end_repeats(now=timezone.now())}


@job("suggest_pairs")
def suggest_pairs(job):
    """Customers that may be one company, for managers and admins to decide (R1)."""
    return pairing.suggest_pairs(now=timezone.now())


@job("recycle_pool")
def recycle_pool(job):
    """Owners are warned, and what nobody followed up goes to the pool; nothing while the pool is off."""
    return pooling.recycle(now=timezone.now())
