from django.core.management.base import CommandError

from core.management.base import JobCommand
from core.periods import read_period


class Command(JobCommand):
    help = "Freeze the figures of a closed month for every scope; without --month all that were missed."

    def add_arguments(self, parser):
        parser.add_argument("--month", default="", metavar="2024-03")

    def job_args(self, options):
        if not options["month"]:
            return {}
        try:
            read_period(options["month"])
        except ValueError as problem:
            raise CommandError(str(problem)) from None
        return {"month": options["month"]}
