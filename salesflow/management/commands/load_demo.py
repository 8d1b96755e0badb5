"""manage.py load_demo: the demo company, once. Writes the logins to <data>/demo-logins.txt, which run.py prints."""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from salesflow.making import demo
from salesflow.making.people import SHOWN


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        if demo.is_loaded():
            self.stdout.write("The demo is already there.")
            return
        secret = demo.password()
        demo.load(timezone.now(), secret, report=self.stdout.write)
        lines = [f"  {login:<8} {who}" for login, who in SHOWN]
        text = "\n".join(["Demo logins (password for all: " + secret + ")", *lines]) + "\n"
        path = settings.DATA_DIR / "demo-logins.txt"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        self.stdout.write(text)
