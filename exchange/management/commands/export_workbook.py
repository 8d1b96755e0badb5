"""manage.py export_workbook follow-ups|stage-progress|requests|customers --as USER --out FILE"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from accounts.models import User
from exchange.exporting import queryset_of
from exchange.sheets import exported_sheets, sheet_of
from exchange.writing import write_csv, write_workbook


class Command(BaseCommand):
    help = "Write one of the tables as USER sees it, in the template's columns."

    def add_arguments(self, parser):
        parser.add_argument("sheet", choices=[sheet.slug for sheet in exported_sheets()])
        parser.add_argument("--as", dest="login", required=True, metavar="USER")
        parser.add_argument("--out", required=True, metavar="FILE", help=".xlsx or .csv")
        parser.add_argument("--query", default="", help="the query string of the list, to narrow it")

    def handle(self, *args, **options):
        user = User.objects.filter(username=options["login"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['login']}.")
        sheet, out = sheet_of(options["sheet"]), Path(options["out"])
        with translation.override(user.language or "zh-hans"):
            rows = sheet.rows(user, queryset_of(sheet, user, options["query"]))
            if out.suffix == ".csv":
                with out.open("w", encoding="utf-8", newline="") as file:
                    count = write_csv(file, sheet, rows)
            else:
                count = write_workbook(str(out), [(sheet, rows)])
        self.stdout.write(f"{out.name}: {count}")
