"""Celery shells: the bell `run`, the relay `sweep`, and `slot`, which beat rings. While the house is closed
(core/maintenance.py) none of them does anything: the rows wait, and the first sweep after it rings again."""

from celery import shared_task
from django.utils import timezone

from core import jobs, maintenance, sweeping


@shared_task(name="core.tasks.run", bind=True)
def run(self, job_id):
    if not maintenance.what_for():
        jobs.execute(job_id, now=timezone.now(), token=self.request.id or "")


@shared_task(name="core.tasks.sweep")
def sweep():
    if not maintenance.what_for():
        sweeping.sweep(timezone.now())


@shared_task(name="core.tasks.slot")
def slot(name):
    if not maintenance.what_for():
        sweeping.write_slots(timezone.now(), [sweeping.line_named(name)])
