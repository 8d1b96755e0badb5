"""Background work: the row is the queue, Celery is the bell (D38).

    @job("flag_stale")                      in an app's tasks.py
    def flag_stale(job): ...; return {"flagged": 3}

    enqueue("apply_batch", key=f"batch {batch.pk}", by=user, batch=batch.pk)      in the transaction of the deed
    run_now("flag_stale")                                                         in a management command

A job gets its row (`job.args`, `job.slot`, `job.asked_by`, `job.progress(done, total)`) and returns a dict or None.
It may run twice (a worker was killed at its last line), so it must be idempotent. Whoever asked is read again when it
runs: rights are those of now, and somebody deactivated gets nothing done.
"""

import logging
import random
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import Error, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from core import broker
from core.models import Job, JobTaken
from core.tracing import places_of

logger = logging.getLogger(__name__)
State = Job.State

TRIES = 6
BACKOFF = [timedelta(seconds=s) for s in (30, 120, 600, 3600, 6 * 3600)]  # after the 1st … 5th failure
BELL_LIFE = 300  # seconds: an older bell is dropped, the sweep rings again


class UnknownJob(LookupError):
    """No tasks.py registers this name."""


class JobFailed(Exception):
    """run_now could not finish; the row tells why."""


class JobProblem(Exception):
    """Raised by a job with words of ours that may be shown; other exceptions are kept without their text."""


@dataclass(frozen=True)
class Registered:
    run: Callable[[Job], dict | None]
    long: bool
    may: Callable


registry: dict[str, Registered] = {}
running_here: set[int] = set()  # rows this process is working on right now


def job(name: str, *, long: bool = False, may: Callable = lambda user: True):
    """Register a function. `long` ones (reports, exports, imports) may take ten minutes instead of five. `may(user)` is
    the right whoever asks for it must have, asked again when it runs (INV-17); what the clock starts, nobody asked."""

    def register(function):
        other = registry.get(name)
        if other and (other.run.__module__, other.run.__qualname__) != (function.__module__, function.__qualname__):
            raise ValueError(f"two jobs are called {name}")
        registry[name] = Registered(function, long, may)
        return function

    return register


def registered(name: str) -> Registered:
    if name not in registry:
        autodiscover_modules("tasks")
    if name not in registry:
        raise UnknownJob(name)
    return registry[name]


# --- Asking ----------------------------------------------------------------------------------------------


def enqueue(
    name: str, *, key: str, by=None, due_at: datetime | None = None, now: datetime | None = None, **args
) -> Job:
    """Write the row in the current transaction and ring on commit. The same key again is the same job."""
    registered(name)
    now = now or timezone.now()
    due_at = due_at or now
    will_ring = due_at <= now and not broker.is_quiet()
    row, new = Job.objects.get_or_create(
        key=key,
        defaults={
            "name": name, "args": args, "asked_by": by, "due_at": due_at, "told_at": now if will_ring else None
        },
    )  # fmt: skip
    if new and will_ring:
        transaction.on_commit(partial(tell, row.pk, name), robust=True)
    return row


def tell(pk: int, name: str) -> bool:
    known = registry.get(name)  # an unknown one fails where it runs, not where it is told
    limits = {"soft_time_limit": 540, "time_limit": 600} if known and known.long else {}
    return broker.ring("core.tasks.run", pk, expires=BELL_LIFE, **limits)


def run_again(job_id: int, *, by) -> bool:
    """A failed or refused job starts over, in the name of whoever asked first. False when it is neither."""
    row = Job.objects.filter(pk=job_id, state__in=[State.FAILED, State.REFUSED]).first()
    if row is None:
        return False
    now = timezone.now()
    again = {"state": State.WAITING, "tries": 0, "claim": "", "ended_at": None, "result": {"again_by": by.pk}}
    if not Job.objects.filter(pk=job_id, state=row.state).update(due_at=now, told_at=now, **again):
        return False
    transaction.on_commit(partial(tell, job_id, row.name), robust=True)
    return True


# --- Running ---------------------------------------------------------------------------------------------


def claim(job_id: int, *, now: datetime, token: str, early: bool = False) -> Job | None:
    """Take the row by conditional update: of two workers told about it, one gets it.

    A message that comes again after its worker was killed carries the same token, so it may take its row again.
    """
    row = Job.objects.filter(pk=job_id)
    mine = {"state": State.RUNNING, "started_at": now, "beat_at": now, "claim": token, "tries": F("tries") + 1}
    waiting = row.filter(state=State.WAITING) if early else row.filter(state=State.WAITING, due_at__lte=now)
    taken = waiting.update(**mine)
    if not taken and token and job_id not in running_here:
        taken = row.filter(state=State.RUNNING, claim=token, tries__lt=TRIES).update(**mine)
    return row.select_related("asked_by").get() if taken else None


def execute(job_id: int, *, now: datetime, token: str = "", once: bool = False) -> Job | None:
    """Run one job if it is ours to run, and write down how it went. `once`: by hand, so due or not and no retry."""
    row = claim(job_id, now=now, token=token or uuid.uuid4().hex, early=once)
    if row is None:
        return None
    if row.asked_by is not None and not _still_may(row):
        return _finish(row, state=State.REFUSED, error="")
    running_here.add(row.pk)
    try:
        with patient_database():
            result = registered(row.name).run(row)
        return _finish(row, state=State.DONE, result=result or {}, error="")
    except JobTaken:
        logger.warning("job %s was given to another worker", row.name)
        return None
    except Exception as problem:
        error = safe_traceback(problem)
        logger.warning("job %s failed (try %s): %s", row.name, row.tries, error)
        if once or row.tries >= TRIES or isinstance(problem, UnknownJob):
            return _finish(row, state=State.FAILED, error=error)
        wait = BACKOFF[row.tries - 1] * random.uniform(0.9, 1.1)  # noqa: S311  (jitter, not a secret)
        return _finish(row, state=State.WAITING, error=error, due_at=timezone.now() + wait, told_at=None)
    finally:
        running_here.discard(row.pk)


def _still_may(row: Job) -> bool:
    known = registry.get(row.name)  # an unknown one fails where it runs
    return row.asked_by.is_active and (known is None or known.may(row.asked_by))


def _finish(row: Job, **fields) -> Job | None:
    """Only the claim that is still in force may write the end of a job."""
    fields["ended_at"] = None if fields["state"] == State.WAITING else timezone.now()
    still_ours = Job.objects.filter(pk=row.pk, state=State.RUNNING, tries=row.tries)
    return Job.objects.get(pk=row.pk) if still_ours.update(**fields) else None


def safe_traceback(problem: BaseException) -> str:
    """Places and class; the text only where it is ours (JobProblem), for it may be shown."""
    words = str(problem) if isinstance(problem, (JobProblem, UnknownJob)) else ""
    return f"{places_of(problem)}: {words}".rstrip(": ")


@contextmanager
def patient_database():
    """A job may ask PostgreSQL for ten minutes where a page may ask for fifteen seconds."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '10min'")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("RESET statement_timeout")
            except Error:
                connection.close_if_unusable_or_obsolete()


def run_now(name: str, *, key: str | None = None, by=None, **args) -> dict:
    """Run a job in this process and return its result. With a `key` that is already done: the result it had."""
    registered(name)
    now = timezone.now()
    row, _new = Job.objects.get_or_create(
        key=key or f"{name}/by hand {uuid.uuid4().hex}",
        defaults={"name": name, "args": args, "asked_by": by, "due_at": now, "told_at": now},
    )
    if row.state != State.DONE:
        Job.objects.filter(pk=row.pk, state=State.FAILED).update(state=State.WAITING, tries=0)
        row = execute(row.pk, now=now, once=True) or Job.objects.get(pk=row.pk)
    if row.state != State.DONE:
        raise JobFailed(row.error or row.get_state_display())
    return row.result
