"""Put a backup in the place of the database in use: all or nothing, with a copy of today's first (REL14)."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.models import User
from salesflow.backup import Unusable, restoring


class Command(BaseCommand):
    help = "Restore database and files from a backup. Everybody signs in again."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--by", default="", help="username of who asked, for the record")
        parser.add_argument("--language", default="")
        parser.add_argument("--without-copy", action="store_true", help="when today's database cannot be read any more")

    def handle(self, *, file, by, language, without_copy, **options):
        with translation.override(language or translation.get_language()):
            now = timezone.now()
            try:
                person = User.objects.filter(username=by).first() if by else None
                outcome = restoring.restore(file, by=person, now=now, copy_first=not without_copy)
            except Unusable as problem:
                restoring.note(at=now.isoformat(), by=by, problem=str(problem))
                raise CommandError(str(problem)) from None
            except BaseException:
                restoring.note(at=now.isoformat(), by=by, problem="?")
                raise
        restoring.note(at=now.isoformat(), by=by, problem="", **outcome)
        self.stdout.write(json.dumps(outcome, ensure_ascii=False))
