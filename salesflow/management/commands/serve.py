"""`manage.py serve`: the embedded installation in one process (web, worker, beat). run.py starts it."""

import _thread
import os
import signal
import sys
import threading

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from salesflow.embedded import Machinery, web_server


def leave(signum, frame):
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the terminal and run.py may both send one
    raise SystemExit(0)


def leave_with_parent():
    """run.py holds the other end of our standard input: it closes when run.py stops, or is gone."""
    sys.stdin.buffer.read()
    _thread.interrupt_main()


class Command(BaseCommand):
    help = "Serve pages and run the jobs and the clock beside them, in one process."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--until-stdin-closes", action="store_true", help="end when the parent does")

    def handle(self, *, host, port, until_stdin_closes=False, **options):
        try:
            server = web_server(host, port)
        except OSError as problem:
            raise CommandError(f"cannot listen on {host}:{port}: {problem.strerror or problem}") from None
        machinery = Machinery()
        machinery.start(timezone.now())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, leave)
        if until_stdin_closes:
            threading.Thread(target=leave_with_parent, name="parent", daemon=True).start()
        try:
            server.run()  # returns on SystemExit, after the requests that are under way
        finally:
            machinery.stop()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)  # a thread in the middle of a job must not hold the process: its row waits again
