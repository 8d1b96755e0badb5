"""What backup, trial and restore run in a process of its own, whose database is an empty place beside the one in use.

Not for people: it writes into whatever DATABASE_URL says. It answers with one line of JSON.
"""

import json

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone, translation

from salesflow.backup import Unusable, filling, proving, settling


class Command(BaseCommand):
    help = "Used by restore, check_backup and move_to_postgres: fills the empty database of this process."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("deed", choices=["fill", "settle", "prove"])
        parser.add_argument("file", nargs="?")
        parser.add_argument("--by", default="")
        parser.add_argument("--language", default="en")

    def handle(self, *, deed, file, by, language, **options):
        with translation.override(language):
            try:
                answer = self.do(deed, file, by)
            except Unusable as problem:
                answer = {"refused": str(problem)}
        self.stdout.write(json.dumps(answer, ensure_ascii=False))

    def do(self, deed, file, by):
        if deed == "fill":
            if connection.introspection.table_names():
                raise CommandError("the database of this process is not empty")
            return filling.fill(file)
        if deed == "settle":
            return settling.settle(file, by=by, now=timezone.now())
        return proving.prove(now=timezone.now())
