"""Jobs of pipeline; the lines of the beat table are in salesflow/schedule.py."""

from django.utils import timezone

from core.jobs import job
from pipeline import agreement


@job("draw_agreement")
def draw_agreement(row):
    """The week's sample of the stage agreement check; nothing while it is off (M15)."""
    return agreement.draw(now=timezone.now())
