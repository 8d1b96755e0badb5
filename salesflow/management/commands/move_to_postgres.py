"""From SQLite to PostgreSQL in one command, compared row by row."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from salesflow.backup import Unusable, moving


class Command(BaseCommand):
    help = "Copy this installation's database into an empty PostgreSQL database and compare every row."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("url", help="postgres://user:password@host/name of an empty database")

    def handle(self, *, url, **options):
        try:
            done = moving.move(url, now=timezone.now())
        except Unusable as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(
            f"{done['rows']} rows of {done['tables']} tables are there, each compared. The files stay where they are.\n"
            "Stop SalesFlow, set DATABASE_URL to this address, and start it again."
        )
