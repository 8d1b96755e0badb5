"""Jobs of the roof."""

from django.utils import timezone

from core.jobs import job
from salesflow.reminding import remind as remind_all


@job("remind")
def remind(row):
    return remind_all(timezone.now())
