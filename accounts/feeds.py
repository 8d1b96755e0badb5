"""The secret address of a person's calendar feed (reliability Q10): off by default, 256 random bits, only a hash kept.

An address dies with what ends a session: another password or role, deactivation, "sign out everywhere". Coming back
revives none.
"""

import hashlib
import secrets

from django.db import transaction

from accounts import switches
from accounts.happened import happened
from accounts.models import FeedAddress
from core.errors import NotAllowed


def make_address(user, *, now):
    """A fresh token, shown once; the address made before is dead. Raises NotAllowed while feeds are switched off."""
    if not switches.get("ics"):
        raise NotAllowed
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        user.feed_addresses.all().delete()
        FeedAddress.objects.create(
            user=user, token_hash=_hash(token), stamp=user.get_session_auth_hash(), made_at=now
        )
        happened("accounts.feed_made", user, by=user, at=now, name=user.name)
    return token


def revoke_address(user, *, by, now):
    """Whoever has the address reads nothing from now on."""
    if user.feed_addresses.all().delete()[0]:
        happened("accounts.feed_revoked", user, by=by, at=now, name=user.name)


def read_address(token):
    """The person of an address, or None: made up, revoked, outlived and switched off look the same."""
    if not switches.get("ics"):
        return None
    rows = FeedAddress.objects.select_related("user").filter(token_hash=_hash(token), user__is_active=True)
    found = rows.first()
    return found.user if found and found.stamp == found.user.get_session_auth_hash() else None


def has_address(user):
    """Whether an address of his still leads somewhere."""
    return any(row.stamp == user.get_session_auth_hash() for row in user.feed_addresses.all())


def _hash(token):
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
