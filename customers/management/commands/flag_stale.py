import datetime as dt

from django.core.management.base import CommandError

from core.management.base import JobCommand


class Command(JobCommand):
    help = "Flag the customers nobody followed up for longer than their limit, and tell their owners."

    def add_arguments(self, parser):
        parser.add_argument("--now", metavar="ISO", help="a moment, e.g. 2024-03-05T08:45 (company time)")

    def job_args(self, options):
        if not options["now"]:
            return {}
        try:
            return {"now": dt.datetime.fromisoformat(options["now"]).isoformat()}
        except ValueError:
            raise CommandError(f"--now {options['now']}: not a date and time") from None
