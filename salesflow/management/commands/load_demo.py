"""manage.py load_demo [--reset]: the demo company, once. Writes <data>/demo-logins.txt, which run.py prints.

--reset starts the demo afresh: everything is removed first. It is refused where somebody real has an account.
"""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from salesflow.making import demo
from salesflow.making.people import SHOWN


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--reset", action="store_true")

    def handle(self, *, reset, **options):
        if reset:
            if not demo.may_reset():
                raise CommandError("There are accounts that are not the demo's: nothing was removed.")
            demo.remove_everything()
        if demo.is_loaded():
            self.stdout.write("The demo is already there.")
            return
        secret = demo.password()
        lines = [f"  {login:<8} {who}" for login, who in SHOWN]
        text = "\n".join(["Demo logins (password for all: " + secret + ")", *lines]) + "\n"
        path = settings.DATA_DIR / "demo-logins.txt"
        with transaction.atomic():  # nobody can sign in to a demo whose password was never written down
            demo.load(timezone.now(), secret, report=self.stdout.write)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o600)
        self.stdout.write(text)
