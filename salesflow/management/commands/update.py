"""Bring the database to the version of this program: a copy first, the pages closed meanwhile (REL15)."""

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from core import maintenance
from salesflow import VERSION
from salesflow.backup import Unusable, back_up, states


class Command(BaseCommand):
    help = "Back up, then bring the database forward to this program's version. Stop the services first."
    requires_system_checks = []

    def handle(self, **options):
        try:
            migrations = states.applied(connection)
            states.check(migrations)
            if states.is_current(migrations):
                self.stdout.write(f"The database is up to date with SalesFlow {VERSION}.")
                return
            with maintenance.closed("update") as changed:
                self.forward(copy_first=bool(migrations))
                changed()
        except maintenance.AlreadyClosed:
            raise CommandError("Another restore or update is running. Wait until it has ended.") from None
        except Unusable as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"The database is that of SalesFlow {VERSION} now.")

    def forward(self, *, copy_first):
        path = back_up(by=None, now=timezone.now(), why="before-update") if copy_first else None
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except Exception as problem:
            way = f"\nThe way back: put the old program in place, then  manage.py restore {path} --without-copy"
            raise CommandError(f"The update broke off: {problem}{way if path else ''}") from problem
