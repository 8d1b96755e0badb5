"""The trial: the newest backup (or a file) into an empty place, compared row by row, every file, a login (REL14)."""

import json

from django.core.management.base import BaseCommand, CommandError

from salesflow.backup import Unusable, drilling, making


class Command(BaseCommand):
    help = "Restore a backup into an empty place, compare every row and file, sign in, and throw the place away."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", help="default: the newest under <data>/backups")

    def handle(self, *, file, **options):
        newest = max(making.folder().glob("salesflow-*.zip"), default=None)
        if not (file or newest):
            raise CommandError("there is no backup yet; make one: manage.py backup")
        try:
            figures = drilling.drill(file or newest)
        except Unusable as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(json.dumps(figures, ensure_ascii=False))
