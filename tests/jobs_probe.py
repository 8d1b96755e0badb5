"""Jobs of the tests, also loaded by real workers (`celery --include tests.jobs_probe`), and what they leave behind."""

import json
import os
import signal
import time
from pathlib import Path

from celery import current_app
from django.test import RequestFactory
from django.utils import timezone

from core.jobs import JobProblem, enqueue, job
from core.models import Heartbeat, Job
from salesflow.health import healthz

POINTS = ("first", "middle", "last")


@job("probe_count")
def count(job):
    """Not idempotent on purpose: it shows how often it ran."""
    seen, _new = Heartbeat.objects.get_or_create(name=f"ran {job.key}"[:40], defaults={"at": timezone.now()})
    seen.data["times"] = seen.data.get("times", 0) + 1
    seen.save()
    return {"times": seen.data["times"]}


@job("probe_fail")
def fail(job):
    raise ValueError("张敏 13800138000")


@job("probe_problem")
def problem(job):
    raise JobProblem("the file has no rows")


@job("probe_progress", long=True)
def progress(job):
    job.progress(1, 2)
    return {"done": job.done, "of": job.total}


@job("probe_killed")
def killed(job):
    """Kills its own worker process the first time it comes to a point; its effect is unique by key."""
    marker = Path(job.args["folder"]) / f"killed {job.key}"
    tries = Path(job.args["folder"]) / f"tries {job.key}"
    for point in POINTS:
        if point == "last":
            Heartbeat.objects.get_or_create(name=f"effect {job.key}", defaults={"at": timezone.now()})
        if point == job.args["point"] and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    with tries.open("a") as file:
        file.write("finished\n")


def save_some(rounds=4):
    """What a web process does while the broker is away: how long each save takes, and what /healthz says."""
    current_app.connection_for_write().transport  # noqa: B018  (a web process has loaded it long before)
    times = []
    for number in range(rounds):
        begun = time.monotonic()
        enqueue("probe_count", key=f"away {time.time_ns()} {number}")
        times.append(time.monotonic() - begun)
    request = RequestFactory().get("/healthz")
    request.user = None
    answer = healthz(request)
    print(json.dumps({"times": times, "rows": Job.objects.count(), "health": answer.content.decode().strip()}))
