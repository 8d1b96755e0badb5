"""Web server, Celery worker and beat in one process: what `python3 run.py` starts.

The broker is `memory://`, so bells die with the process; the rows do not, and the first sweep rings them again.
"""

import logging
import threading
import time
from datetime import datetime

from celery.beat import EmbeddedService
from django.core.wsgi import get_wsgi_application
from waitress.server import create_server

from core import broker, sweeping
from salesflow.celery import app

logger = logging.getLogger(__name__)

WEB_THREADS = 8
WORKER_THREADS = 2
WATCH_EVERY = 5  # seconds


class Machinery:
    """The worker and the beat as threads. A thread that dies is started again."""

    def __init__(self):
        self.worker = self.beat = None
        self.threads: dict[str, threading.Thread] = {}
        self.stopping = threading.Event()

    def start(self, now: datetime) -> None:
        app.finalize()
        app.loader.import_default_modules()
        sweeping.free_all_running(now)
        self._start_worker()
        self._start_beat()
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def _start_worker(self):
        self.worker = app.WorkController(
            pool="threads", concurrency=WORKER_THREADS, quiet=True, loglevel="WARNING",
            without_heartbeat=True, without_mingle=True, without_gossip=True,
        )  # fmt: skip
        self.threads["worker"] = threading.Thread(target=self.worker.start, name="celery-worker", daemon=True)
        self.threads["worker"].start()
        broker.ring("core.tasks.sweep")  # what was left lying is picked up at once

    def _start_beat(self):
        self.beat = EmbeddedService(app, thread=True, max_interval=1, scheduler_cls=app.conf.beat_scheduler)
        self.beat.daemon = True
        self.threads["beat"] = self.beat
        self.beat.start()

    def _watch(self):
        while not self.stopping.wait(WATCH_EVERY):
            for name, start in (("worker", self._start_worker), ("beat", self._start_beat)):
                if not self.threads[name].is_alive() and not self.stopping.is_set():
                    logger.error("the %s thread ended; starting it again", name)
                    start()

    def stop(self, within: float = 2.0) -> None:
        """Ask both to end and wait no longer than `within`: a job that is cut off is a row that waits again."""
        self.stopping.set()
        end = time.monotonic() + within
        asked = [
            threading.Thread(target=stop, name="stopper", daemon=True) for stop in (self.beat.stop, self.worker.stop)
        ]
        for thread in asked:
            thread.start()
        for thread in [*asked, *self.threads.values()]:
            thread.join(max(0.0, end - time.monotonic()))


def web_server(host: str, port: int):
    return create_server(get_wsgi_application(), host=host, port=port, threads=WEB_THREADS, ident=None)
