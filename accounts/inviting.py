"""One-time links: they set the first password of an account, once, within seven days. Only a hash is kept."""

import datetime as dt
import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.happened import happened
from accounts.models import Invitation
from core.changing import change
from core.errors import Refused

LIFE = dt.timedelta(days=7)


def invite(user, *, by, now):
    """A fresh token for somebody; links made before are dead. Shown once, so it is returned and never stored."""
    if not user.is_active:
        raise Refused(_("This account is not active."))
    user.invitations.filter(used_at=None).delete()
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(user=user, token_hash=_hash(token), made_by=by, ends_at=now + LIFE)
    happened("accounts.invited", user, by=by, at=now, name=user.name)
    return token


def read(token, *, now):
    """The open invitation of a token, or None: used, old, withdrawn and made up look the same."""
    rows = Invitation.objects.select_related("user").filter(used_at=None, ends_at__gt=now, user__is_active=True)
    return rows.filter(token_hash=_hash(token)).first()


@transaction.atomic
def accept(invitation, password, *, now):
    """Set the first password, once. Raises Refused when the link was used meanwhile."""
    if Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now) != 1:
        raise Refused(_("This link was used already."))
    user = invitation.user
    user.set_password(password)
    change(user, by=user, session_stamp=user.session_stamp + 1)
    user.save(update_fields=["password"])
    happened("accounts.joined", user, by=user, at=now, name=user.name)
    return user


def accept_at_once(user, password, *, now):
    """The first password of an account whose owner sits here himself, without a link."""
    user.set_password(password)
    user.save(update_fields=["password"])
    happened("accounts.joined", user, by=user, at=now, name=user.name)


def _hash(token):
    return hashlib.sha256(token.encode()).hexdigest()
