"""The clock: django-celery-beat's scheduler, which also says that it is alive and forgets removed lines."""

import logging
import time

from django.db import Error, close_old_connections
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from core import maintenance
from core.models import Heartbeat

logger = logging.getLogger(__name__)


class Scheduler(DatabaseScheduler):
    heartbeat_every = 10  # seconds
    last_heartbeat = -heartbeat_every

    changes = 0

    def setup_schedule(self):
        # The schedule is code: what is no longer in it, or was added by hand, goes.
        PeriodicTask.objects.exclude(name__in=self.app.conf.beat_schedule).delete()
        super().setup_schedule()

    def tick(self, *args, **kwargs):
        if maintenance.what_for():
            return 1.0  # seconds: nothing is rung and nothing written while the house is closed
        if self.changes != maintenance.changes():  # another database: the table of the clock is written there anew
            self.changes = maintenance.changes()
            self.setup_schedule()
        wait = super().tick(*args, **kwargs)
        if time.monotonic() - self.last_heartbeat >= self.heartbeat_every:
            self.last_heartbeat = time.monotonic()
            try:
                Heartbeat.objects.update_or_create(name="beat", defaults={"at": timezone.now()})
            except Error:
                logger.warning("beat could not write its sign of life")
                close_old_connections()
        return wait
