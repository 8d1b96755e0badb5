"""The sweep: what makes the rows a queue even when the broker forgot, the beat slept or a worker died."""

import logging
from datetime import datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Max, Q

from core import broker
from core.jobs import TRIES, State, UnknownJob, enqueue, running_here, tell
from core.models import Heartbeat, Job, SubmittedKey
from core.room import room
from core.schedule import Line

logger = logging.getLogger(__name__)

TELL_AGAIN = timedelta(seconds=20)
STUCK = timedelta(minutes=10)  # without a sign of life; the longest job is killed after ten
KEYS_KEPT = timedelta(hours=24)
JOBS_KEPT = timedelta(days=30)
AT_ONCE = 200  # rows told a sweep
ALIVE = {"worker": 120, "beat": 60}  # seconds after which a silent process counts as away


def zone() -> ZoneInfo:
    return ZoneInfo(settings.COMPANY_ZONE)


def line_named(name: str) -> Line:
    return next(line for line in settings.SCHEDULE if line.name == name)


def write_slots(now: datetime, lines: list[Line] | None = None) -> list[Job]:
    """The missing Job rows of the slots that are due. Two beats, or a beat and the sweep, write each slot once."""
    rows = []
    for line in settings.SCHEDULE if lines is None else lines:
        newest = Job.objects.filter(name=line.name, key__startswith=f"{line.name} 2").order_by("-pk").first()
        for slot in line.missing(now, zone(), newest.key if newest else ""):
            try:
                rows.append(enqueue(line.name, key=line.key(slot), due_at=slot, now=now, slot=slot.isoformat()))
            except UnknownJob:  # the check core.E001 says it too; the other lines must not suffer
                logger.error("the beat table starts %s, which no tasks.py registers", line.name)
    return rows


def free_stuck(now: datetime) -> int:
    """Rows whose worker has been silent for ten minutes wait again, or have failed when that was the last try."""
    silent = Job.objects.filter(state=State.RUNNING, beat_at__lt=now - STUCK).exclude(pk__in=running_here)
    lost = "the worker was lost"
    failed = silent.filter(tries__gte=TRIES).update(state=State.FAILED, ended_at=now, error=lost)
    return failed + silent.update(state=State.WAITING, due_at=now, told_at=None, claim="", error=lost)


def free_all_running(now: datetime) -> int:
    """At the start of the embedded worker nobody else can be running anything."""
    return Job.objects.filter(state=State.RUNNING).update(state=State.WAITING, due_at=now, told_at=None, claim="")


def tell_waiting(now: datetime) -> int:
    waiting = Job.objects.filter(state=State.WAITING, due_at__lte=now).filter(
        Q(told_at=None) | Q(told_at__lt=now - TELL_AGAIN)
    )
    told = []
    for pk, name in waiting.order_by("due_at", "pk").values_list("pk", "name")[:AT_ONCE]:
        if not tell(pk, name):
            break
        told.append(pk)
    Job.objects.filter(pk__in=told, state=State.WAITING).update(told_at=now)
    return len(told)


def forget_old(now: datetime) -> None:
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()  # a held text may be in them (core/held.py)
    SubmittedKey.objects.filter(at__lt=now - KEYS_KEPT).delete()
    over = Job.objects.filter(state__in=[State.DONE, State.REFUSED], due_at__lt=now - JOBS_KEPT)
    newest = Job.objects.filter(name__in=[line.name for line in settings.SCHEDULE]).values("name")
    over.exclude(pk__in=list(newest.annotate(newest=Max("pk")).values_list("newest", flat=True))).delete()


def sweep(now: datetime) -> dict:
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": now})
    freed = free_stuck(now)
    slots = write_slots(now)
    forget_old(now)
    return {"freed": freed, "slots": len(slots), "told": tell_waiting(now)}


# --- For the page of jobs and /healthz ---------------------------------------------------------------------


def ages(now: datetime) -> dict[str, int | None]:
    """Seconds since worker and beat were last seen; None when never."""
    seen = dict(Heartbeat.objects.values_list("name", "at"))
    return {name: int((now - seen[name]).total_seconds()) if name in seen else None for name in ALIVE}


def is_degraded(seconds: dict[str, int | None], *, broker_ok: bool, short: bool) -> bool:
    late = any(age is None or age > ALIVE[name] for name, age in seconds.items())
    return late or short or not broker_ok


def overview(now: datetime) -> dict:
    """Everything the page of jobs shows."""
    names = [line.name for line in settings.SCHEDULE]
    newest = Job.objects.filter(name__in=names).values("name").annotate(newest=Max("pk")).values_list("newest")
    last = {row.name: row for row in Job.objects.filter(pk__in=newest)}
    seconds, answers, left = ages(now), broker.ping() and not broker.is_quiet(), room()
    return {
        "database": {"ok": True, "vendor": connection.vendor},
        "broker": {"ok": answers, "kind": broker.kind()},
        "heartbeats": seconds,
        "degraded": is_degraded(seconds, broker_ok=answers, short=left.short),
        "room": left,
        "lines": [
            {"line": line, "last": last.get(line.name), "next_at": line.next_after(now, zone())}
            for line in settings.SCHEDULE
        ],
        "backlog": Job.objects.filter(state=State.WAITING, due_at__lte=now).count(),
        "running": Job.objects.filter(state=State.RUNNING).count(),
        "failures": list(Job.objects.filter(state=State.FAILED).order_by("-ended_at", "-pk")[:20]),
    }
