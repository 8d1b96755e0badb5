"""manage.py import_crm_export FOLDER --as ADMIN [--stages "Engaging=需求分析,…"] [--apply] [--report FILE.csv]

FOLDER holds sales_teams.csv, sales_pipeline.csv, accounts.csv and perhaps products.csv. Without --apply nothing is
kept: the answer says what would be. --report writes every sentence about every row.
"""

import csv
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.models import User
from core.errors import Refused
from exchange.people import read_people
from exchange.problems import Unreadable, tell
from exchange.writing import apostrophe
from pipeline.crm_export import bring_export

SHOWN = 5  # sentences of one kind


class Command(BaseCommand):
    help = "Bring in another CRM's export: teams, accounts and opportunities from a folder of CSV files."

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="FOLDER")
        parser.add_argument("--as", dest="login", required=True, metavar="ADMIN", help="who imports")
        parser.add_argument("--stages", default="", help='words of the file and our stages: "Engaging=需求分析,…"')
        parser.add_argument("--apply", action="store_true", help="keep what was brought in")
        parser.add_argument("--report", default="", metavar="FILE", help="every sentence about every row, as CSV")

    def handle(self, *args, **options):
        user = User.objects.filter(username=options["login"], is_active=True).first()
        if user is None or not user.is_admin:
            raise CommandError(f"There is no active administrator {options['login']}.")
        try:
            stages = read_people(options["stages"])
        except ValueError as broken:
            raise CommandError(f"--stages: “{broken}” is not WORD=STAGE.") from broken
        with translation.override(user.language or "zh-hans"):
            try:
                done = bring_export(
                    options["folder"], by=user, now=timezone.now(), stages=stages, apply=options["apply"]
                )
            except (Unreadable, Refused) as problem:
                raise CommandError(str(problem)) from problem
            for one in done:
                self._tell(one)
            if options["report"]:
                self._report(Path(options["report"]), done)
        if not options["apply"]:
            self.stdout.write("Nothing was kept: --apply was not given.")

    def _tell(self, one):
        counts = ", ".join(f"{name} {number}" for name, number in one.counts.items())
        self.stdout.write(f"{one.name}: {counts}")
        for line in one.notices:
            self.stdout.write(f"  {line}")
        alike = Counter((said.wrong, said.message, tell(said.message, said.params)) for said in one.said)
        shown, rest = Counter(), Counter()
        for (wrong, message, words), number in alike.most_common():
            shown[message] += 1
            if shown[message] <= SHOWN:
                self.stdout.write(f"  {'left out' if wrong else 'noted'}, {number} rows: {words}")
            else:
                rest[message] += number
        if rest:
            self.stdout.write(f"  … and {sum(rest.values())} more such sentences: --report writes them all")

    def _report(self, path, done):
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "row", "left out", "column", "value", "what"])
            for one in done:
                for said in one.said:
                    cells = (said.field, said.value, tell(said.message, said.params))
                    writer.writerow([one.name, said.row, "1" if said.wrong else "", *map(apostrophe, cells)])
