"""Celery shells: the bell `run`, the relay `sweep`, and `slot`, which beat rings."""

from celery import shared_task
from django.utils import timezone

from core import jobs, sweeping


@shared_task(name="core.tasks.run", bind=True)
def run(self, job_id):
    jobs.execute(job_id, now=timezone.now(), token=self.request.id or "")


@shared_task(name="core.tasks.sweep")
def sweep():
    sweeping.sweep(timezone.now())


@shared_task(name="core.tasks.slot")
def slot(name):
    sweeping.write_slots(timezone.now(), [sweeping.line_named(name)])
