"""Run any registered job here and now: `manage.py run_job flag_stale`, `manage.py run_job some_job batch=3`."""

import json

from django.core.management.base import CommandError

from core.jobs import UnknownJob, registered
from core.management.base import JobCommand


def value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


class Command(JobCommand):
    help = "Run a registered job in this process, with name=value arguments."

    def add_arguments(self, parser):
        parser.add_argument("name")
        parser.add_argument("args", nargs="*", metavar="name=value")

    def handle(self, *args, **options):
        self.job, self.pairs = options["name"], args
        try:
            registered(self.job)
        except UnknownJob:
            raise CommandError(f"no job is called {self.job}") from None
        super().handle(**options)

    def job_args(self, options):
        if wrong := [pair for pair in self.pairs if "=" not in pair]:
            raise CommandError(f"not name=value: {wrong[0]}")
        return {name: value(text) for name, _equals, text in (pair.partition("=") for pair in self.pairs)}
