"""Is a restored copy a working SalesFlow? Every content of every file, and a person who signs in and opens his home."""

import hashlib
import secrets

from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client, override_settings
from django.utils.translation import gettext as _

from accounts.models import User
from activity.models import Attachment
from salesflow.backup.archive import PIECE
from salesflow.backup.problems import Unusable


def prove(*, now):
    """Runs in the process whose database and folder are the copy. Raises Unusable with what is wrong."""
    return {"files": _files(), "login": _login()}


def _files():
    seen = 0
    for name, said in Attachment.objects.order_by("pk").values_list("file", "sha256").iterator():
        digest = hashlib.sha256()
        try:
            with default_storage.open(name) as content:
                while piece := content.read(PIECE):
                    digest.update(piece)
        except OSError:
            raise Unusable(_("The file %(name)s is missing.") % {"name": name}) from None
        if digest.hexdigest() != said:
            raise Unusable(_("The file %(name)s is not what was uploaded.") % {"name": name})
        seen += 1
    return seen


PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # the copy has no joined style sheets


def _login():
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": PLAIN}):
        return _sign_in()


def _sign_in():
    """A manager made for it, with a password of the moment, signs in on the page; then the first admin's home opens."""
    word = secrets.token_urlsafe(24)
    name = f"trial-{secrets.token_hex(4)}"
    User.objects.create_user(name, word, name=name, role="manager", email=f"{name}@example.com")
    client = Client()
    client.post("/login", {"login": name, "password": word, "key": secrets.token_urlsafe(12)})
    if "_auth_user_id" not in client.session:
        raise Unusable(_("Nobody can sign in to the restored copy."))
    pages = [client.get("/", follow=True).status_code]
    if admin := User.objects.filter(role="admin", is_active=True).order_by("pk").first():
        client.force_login(admin, backend="accounts.backends.SignIn")
        pages.append(client.get("/setup/people").status_code)
    if set(pages) != {200}:
        raise Unusable(_("The pages of the restored copy do not open."))
    return name
