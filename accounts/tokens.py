"""Personal tokens for other programs (the API): named, for reading or for writing too, with an end, shown once.

Only a hash is kept. A token dies with what ends a session: another password or role, deactivation, "sign out
everywhere"; coming back revives none. It reaches what its owner sees through /api/v1, never Setup.
"""

import datetime as dt
import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.happened import happened
from accounts.models import ApiToken
from core.errors import Refused

PREFIX = "sf_"
MOST = 20  # of one person at a time
NOTE_EVERY = dt.timedelta(minutes=5)


def make_token(user, *, name, writes, days, now):
    """A fresh token, returned this once. `days` until it ends. Raises Refused when somebody has too many."""
    if len(live_tokens(user, now=now)) >= MOST:
        raise Refused(_("You have 20 tokens. End one that is no longer used."))
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        ApiToken.objects.create(
            user=user, name=name, writes=writes, token_hash=_hash(token), stamp=user.get_session_auth_hash(),
            made_at=now, ends_at=now + dt.timedelta(days=days),
        )  # fmt: skip
        happened("accounts.token_made", user, by=user, at=now, name=user.name, token=name, writes=writes)
    return token


def end_token(token, *, by, now):
    """Whoever has it reads nothing from now on."""
    happened("accounts.token_ended", token.user, by=by, at=now, name=token.user.name, token=token.name)
    token.delete()


def read_token(text, *, now):
    """The token with its person, or None: made up, ended, over and outlived look the same."""
    rows = ApiToken.objects.select_related("user", "user__department", "user__team")
    found = rows.filter(token_hash=_hash(text), user__is_active=True, ends_at__gt=now).first()
    return found if found and found.stamp == found.user.get_session_auth_hash() else None


def note_use(token, *, now):
    """When it was used last, to within five minutes."""
    if token.used_at is None or now - token.used_at > NOTE_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)


def live_tokens(user, *, now):
    """Those that still open something, the newest first."""
    stamp = user.get_session_auth_hash()
    return [one for one in user.api_tokens.filter(ends_at__gt=now).order_by("-pk") if one.stamp == stamp]


def _hash(token):
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
