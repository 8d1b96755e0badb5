from django.core.management.base import CommandError

from core.management.base import JobCommand
from core.periods import read_period


class Command(JobCommand):
    help = "Freeze the figures of a closed week for every scope; without --week all that were missed."

    def add_arguments(self, parser):
        parser.add_argument("--week", default="", metavar="2024-W10")

    def job_args(self, options):
        if not options["week"]:
            return {}
        try:
            read_period(options["week"])
        except ValueError as problem:
            raise CommandError(str(problem)) from None
        return {"week": options["week"]}
