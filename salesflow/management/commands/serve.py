"""`manage.py serve`: the embedded installation in one process (web, worker, beat). run.py starts it."""

import os
import signal
import sys

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from salesflow.embedded import Machinery, web_server


def leave(signum, frame):
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the terminal and run.py may both send one
    raise SystemExit(0)


class Command(BaseCommand):
    help = "Serve pages and run the jobs and the clock beside them, in one process."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host, port, **options):
        try:
            server = web_server(host, port)
        except OSError as problem:
            raise CommandError(f"cannot listen on {host}:{port}: {problem.strerror or problem}") from None
        machinery = Machinery()
        machinery.start(timezone.now())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, leave)
        try:
            server.run()  # returns on SystemExit, after the requests that are under way
        finally:
            machinery.stop()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)  # a thread in the middle of a job must not hold the process: its row waits again
