"""manage.py import_workbook FILE… --as USER [--people "李*=alice,王*=bob"] [--make-people TEAM] [--apply] [--only-good]
[--json]

Without --apply nothing is written: every row's fate is told. Exit codes: 0 done, 1 refused (a file that cannot be
read, or rows with errors), 2 people that nobody is (the list is printed).
"""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.models import Team, User
from core.errors import Refused
from exchange import applying, checking, staging
from exchange.checking import MORE
from exchange.models import ImportBatch
from exchange.people import read_people
from exchange.problems import Unreadable, tell
from exchange.sheets import sheet_of


class Command(BaseCommand):
    help = "Check workbooks and, with --apply, import them: all rows of a file or none."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--as", dest="login", required=True, metavar="USER", help="who imports")
        parser.add_argument(
            "--people", default="", help='names in the file: "李*=alice,王*=bob"; "张*=" keeps the words'
        )
        parser.add_argument(
            "--make-people", default="", metavar="TEAM", help="with --apply, as an admin: unknown names become reps"
        )
        parser.add_argument("--owner", default="", metavar="USER", help="owner of new customers whose row names nobody")
        parser.add_argument("--apply", action="store_true", help="write what was checked")
        parser.add_argument("--only-good", action="store_true", help="leave the rows with errors out")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args, **options):
        user = User.objects.filter(username=options["login"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['login']}.")
        try:
            people = read_people(options["people"])
        except ValueError as broken:
            raise CommandError(f"--people: “{broken}” is not NAME=USER.") from broken
        options["team"] = self._team(user, options)
        with translation.override(user.language or "zh-hans"):
            results = [self._one(Path(name), user, people, options) for name in options["files"]]
        if options["json"]:
            self.stdout.write(json.dumps(results, ensure_ascii=False, indent=1))
        unresolved = sorted({name for result in results for name in result.get("unresolved", [])})
        if unresolved:
            self.stderr.write("Nobody is: " + ", ".join(unresolved))
            sys.exit(2)
        if any(
            result["state"] not in ("ready", "done") or (result["wrong"] and not options["only_good"])
            for result in results
        ):
            sys.exit(1)

    def _team(self, user, options):
        """The team of --make-people, or None; people are made only where the rows are written too."""
        if not options["make_people"]:
            return None
        team = Team.objects.filter(name=options["make_people"], is_active=True).first()
        if team is None or not user.is_admin or not options["apply"]:
            raise CommandError("--make-people takes the name of a team, --apply, and an administrator as --as.")
        return team

    def _one(self, path, user, people, options):
        now = timezone.now()
        try:
            data = path.read_bytes()
        except OSError as broken:
            raise CommandError(f"{path.name}: {broken.strerror}") from broken
        try:
            batch = staging.bring_in(by=user, now=now, data=data, name=path.name)
        except Unreadable as problem:
            self._say(options, f"{path.name}: {problem}", error=True)
            return {"file": path.name, "state": "refused", "reason": str(problem), "wrong": 0}
        batch.mapping |= {"people": people, "owner": options["owner"]}
        batch.only_good = options["only_good"]
        batch.save(update_fields=["mapping", "only_good"])
        staging.stage_rows(batch)
        records, run = checking.check(batch, by=user, now=now)
        if options["team"] and run.people.unresolved:
            made = run.people.make(sorted(run.people.unresolved), options["team"], now=now)
            batch.mapping["people"] = people | made
            batch.save(update_fields=["mapping"])
            for words, login in made.items():
                self._say(options, f"{path.name}: {words} is now the rep {login} of {options['team'].name}.")
            records, run = checking.check(batch, by=user, now=now)
        result = {
            "file": path.name,
            "sheet": batch.sheet,
            "state": "ready",
            **batch.counts,
            "batch": batch.pk,
            "unresolved": sorted(run.people.unresolved),
            "notices": [tell(message, values) for message, values in batch.notices],
            "errors": [
                f"{r.row.part} {r.number}: {tell(e['message'], e['params'])}" for r in records for e in r.errors
            ][:50],
        }
        if options["apply"] and not (result["unresolved"] and not batch.only_good):
            try:
                applying.apply(batch, by=user, now=now)
                result |= {"state": "done"} | ImportBatch.objects.get(pk=batch.pk).counts
            except Refused as refusal:
                result |= {"state": "refused", "reason": refusal.message}
        self._tell(options, result)
        return result

    def _tell(self, options, result):
        sheet = sheet_of(result["sheet"])
        self._say(
            options,
            f"{result['file']}: {sheet.words if sheet else result['sheet']} · {result['state']} · "
            f"new {result['new']}, changed {result['changed']}, same {result['same']}, wrong {result['wrong']}"
            + "".join(f", {fate} {result[fate]}" for fate in MORE if fate in result),
        )
        for line in [*result["notices"], *result["errors"]]:
            self._say(options, f"  {line}")

    def _say(self, options, line, *, error=False):
        if not options["json"]:
            (self.stderr if error else self.stdout).write(line)
