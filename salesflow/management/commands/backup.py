"""One command for database, files and manifest, while people work (REL14)."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from salesflow.backup import Unusable, back_up


class Command(BaseCommand):
    help = "Write a backup of database and files under <data>/backups and print its path."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--why", default="by-hand", help="a short word for the name of the file")

    def handle(self, *, why, **options):
        try:
            path = back_up(by=None, now=timezone.now(), why=why)
        except Unusable as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(str(path))
