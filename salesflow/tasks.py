"""Jobs of the roof."""

from django.utils import timezone

from core.jobs import job
from salesflow import reminding


@job("remind")
def remind(row):
    return reminding.remind(timezone.now())


@job("remind_update")
def remind_update(row):
    return reminding.remind_update(timezone.now())
