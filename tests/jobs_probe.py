"""Jobs of the tests, also loaded by real workers (`celery --include tests.jobs_probe`), and what they leave behind."""

import json
import os
import signal
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from core import jobs
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


DEADLY = ("apply_import", "make_export", "build_weekly_review", "deliver_mail")


def deadly(run):
    """The real job, whose worker is killed once: at its first write, its twelfth, or when it had done everything."""

    def dying(job):
        point = job.args.get("die")
        marker = Path(os.environ["PROBE_FOLDER"]) / f"died {job.key}"
        if point is None or marker.exists():
            return run(job)
        writes = {"first": 1, "middle": 12, "last": 0}[point]

        def counting(execute, sql, *rest):
            nonlocal writes
            if sql.lstrip().startswith(("INSERT", "UPDATE")) and "core_job" not in sql:
                writes -= 1
                if writes == 0:
                    die(marker)
            return execute(sql, *rest)

        with connection.execute_wrapper(counting):
            run(job)
        return die(marker)

    return dying


def die(marker):
    marker.touch()
    os.kill(os.getpid(), signal.SIGKILL)


if os.environ.get("PROBE_FOLDER"):  # in the workers of that test alone
    for name in DEADLY:
        known = jobs.registered(name)
        jobs.registry[name] = replace(known, run=deadly(known.run))


def ask_deadly():
    """Each of the real jobs, to die at its first write and when all is done; an import also in its midst."""
    from activity.models import Notification  # noqa: PLC0415
    from activity.recording import notify  # noqa: PLC0415  (a worker needs none of this)
    from core.periods import period_of, today  # noqa: PLC0415
    from exchange import exporting  # noqa: PLC0415
    from exchange.models import ImportBatch  # noqa: PLC0415
    from exchange.sheets import sheet_of  # noqa: PLC0415
    from tests.cast import build_cast, make_customer  # noqa: PLC0415
    from tests.exchange.conftest import LOG_HEAD, bring_rows  # noqa: PLC0415

    alice, now = build_cast().alice, timezone.now()
    alice.email = "alice@example.com"
    alice.save()
    seen = make_customer(alice, name="邮件客户")
    for number, point in enumerate(POINTS):
        rows = [[f"{point}客户{n}", "2024-03-05", "电话", f"{point} {n}", "", "意向客户"] for n in range(9)]
        batch, _records = bring_rows([LOG_HEAD, *rows], alice)
        ImportBatch.objects.filter(pk=batch.pk).update(state="ready")
        enqueue("apply_import", key=f"import {point}", by=alice, batch=batch.pk, die=point)
        if point == "middle":
            continue
        made = exporting.ask(sheet_of("customers"), by=alice, query="", form="xlsx", now=now)
        enqueue("make_export", key=f"export {point}", by=alice, export=made.pk, die=point)
        week = period_of("week", today() - timedelta(days=7 * (number + 1))).code
        enqueue("build_weekly_review", key=f"week {point}", week=week, die=point)
        notify("customers.given", seen, tell=[alice], at=now, key=f"mail {point}")
        Notification.objects.filter(mailed_at=None).update(mail_due_at=now)
        enqueue("deliver_mail", key=f"mail {point}", die=point)
