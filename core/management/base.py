"""Every job is also a command: `class Command(JobCommand): help = "…"` in a file named like the job."""

import json

from django.core.management.base import BaseCommand, CommandError

from core.jobs import JobFailed, run_now


class JobCommand(BaseCommand):
    job = ""  # the registered name; empty: the command's own

    def job_args(self, options) -> dict:
        """The job's arguments from the command line; override together with add_arguments."""
        return {}

    def handle(self, *args, **options):
        name = self.job or type(self).__module__.rpartition(".")[2]
        try:
            result = run_now(name, **self.job_args(options))
        except JobFailed as problem:
            raise CommandError(f"{name}: {problem}") from None
        self.stdout.write(json.dumps(result, ensure_ascii=False))
