"""make_admin EMAIL: an administrator without a password, and a one-time link to set it."""

import json
import os
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.changing import add_person, edit_person, reactivate
from accounts.inviting import invite
from accounts.models import User


def _address():
    """SITE_URL, or where run.py said that it answers: it keeps that in state.json of the data folder."""
    state = settings.DATA_DIR / "state.json"
    if "SITE_URL" in os.environ or not state.exists():
        return settings.SITE_URL
    return json.loads(state.read_text()).get("url") or settings.SITE_URL


class Command(BaseCommand):
    help = "Make (or find) an administrator and print a one-time link that sets the password."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--url", default="", help="address of the site, if it is not SITE_URL")

    @transaction.atomic
    def handle(self, *args, email, name, url, **options):
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        now = timezone.now()
        user = User.objects.called(email)
        if user is None:
            user = add_person(by=None, now=now, role="admin", name=name or email.split("@")[0],
                              username=self._free_login(email), email=email)  # fmt: skip
        else:
            if not user.is_active:
                reactivate(user, by=None, now=now)
            edit_person(user, by=None, now=now, role="admin")
        token = invite(user, by=None, now=now)
        self.stdout.write(f"{(url or _address()).rstrip('/')}{reverse('invite', args=[token])}")

    def _free_login(self, email):
        wanted = re.sub(r"[^\w.-]", "", email.split("@")[0])[:50] or "admin"
        names = [wanted, *(f"{wanted}{n}" for n in range(2, 100))]
        taken = {name.lower() for name in User.objects.filter(username__in=names).values_list("username", flat=True)}
        return next(name for name in names if name.lower() not in taken)
