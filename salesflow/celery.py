"""The Celery application. Start a worker with `celery -A salesflow worker`, the clock with `celery -A salesflow beat`
(exactly one); `manage.py serve` runs both as threads beside the web server."""

import os

from celery import Celery
from celery.signals import beat_init, celeryd_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesflow.settings")

app = Celery("salesflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()  # for every thread: current_app is thread-local otherwise


@celeryd_init.connect(weak=False)
@beat_init.connect(weak=False)
def wait_longer(**kwargs):
    """`celery worker` and `celery beat` may wait five seconds for the broker; web processes wait one."""
    app.conf.broker_transport_options = {
        **app.conf.broker_transport_options,
        "socket_connect_timeout": 5,
        "socket_timeout": 5,
    }


@worker_ready.connect(weak=False)
def sweep_at_start(**kwargs):
    """What was left lying while no worker ran is picked up at once, not half a minute later."""
    app.send_task("core.tasks.sweep", expires=60)
