"""A link or QR for a group: whoever opens it types name and mobile and waits until an admin lets him in (S24).

Nothing about an account is told to somebody who is not signed in: a number that is here already, a made-up link and a
link that ended look like every other. The device that asked is the one that sets the password, within `TAKE`.
"""

import datetime as dt

from django.core.signing import b62_decode, b62_encode
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.changing import add_person, free_login
from accounts.happened import happened
from accounts.inviting import invite
from accounts.models import JoinAsk, JoinLink, User
from core.asked import KEY, number
from core.errors import Refused
from core.text import phone_key, plain

MOST_WAITING = 200  # of one link: an office of thirty never gets there
TAKE = dt.timedelta(days=7)  # so long the device may set the password after the approval


def open_link(*, by, now, name, days, role="rep", department=None, team=None):
    """A link for a group that holds `days` days. Returns the JoinLink; token_of() is what its address carries."""
    link = JoinLink.objects.create(
        name=name, role=role, department=department, team=team, made_by=by, made_at=now,
        ends_at=now + dt.timedelta(days=days),
    )  # fmt: skip
    happened("accounts.join_opened", link, by=by, at=now, name=name, until=link.ends_at.date().isoformat())
    return link


def token_of(link):
    """What the link's address carries: its number and a signature over it and its nonce."""
    return f"{b62_encode(link.pk)}-{_sign(link)}"


def find(token, *, now):
    """The link of a token while it is open, or None: ended, old and made up look the same."""
    start, _dash, sign = token.partition("-")
    if not (start.isascii() and start.isalnum() and len(start) <= 10):
        return None
    pk = number(str(b62_decode(start)), KEY)
    link = JoinLink.objects.open(now).filter(pk=pk).first() if pk else None
    return link if link and constant_time_compare(sign, _sign(link)) else None


def end_link(link, *, by, now):
    """Nobody can ask through it any more; who waits already still can be let in."""
    if JoinLink.objects.open(now).filter(pk=link.pk).update(ended_at=now) != 1:
        raise Refused(_("This link has ended already."))
    happened("accounts.join_ended", link, by=by, at=now, name=link.name)


def ask(link, *, name, mobile, now):
    """Somebody waits for an admin. Every asking is a row of its own: a number typed twice opens nobody's door but the
    one the admin opens. Raises Refused while too many wait."""
    if link.asks.waiting().count() >= MOST_WAITING:
        raise Refused(_("Too many people are waiting. Please ask your administrator."))
    return JoinAsk.objects.create(link=link, name=name, mobile=phone_key(mobile), asked_at=now)


def asked_by_device(key):
    """What a device asked for: its key stands in its session, which only the server writes. None for nothing."""
    return JoinAsk.objects.filter(pk=key).select_related("user", "decided_by").first() if key else None


def doubts(asks):
    """{ask id: sentence} of those an admin should look at twice: the number, or the name, is here already, or two
    devices asked with one number. Two queries."""
    found, numbers = {}, {}
    for one in asks:
        numbers.setdefault(one.mobile, []).append(one)
    taken = dict(User.objects.filter(mobile__in=list(numbers)).values_list("mobile", "name"))
    names = {plain(name) for name in User.objects.active().values_list("name", flat=True)}
    for one in asks:
        if one.mobile in taken:
            found[one.pk] = _("{name} has this number already").format(name=taken[one.mobile])
        elif len(numbers[one.mobile]) > 1:
            found[one.pk] = _("Asked more than once with this number: ask him which is his")
        elif plain(one.name) in names:
            found[one.pk] = _("Somebody of this name is here already")
    return found


@transaction.atomic
def approve(one, *, role, by, now, department=None, team=None):
    """Let him in: the account is made, his device may set the password. Returns the User. Raises Refused when it was
    decided meanwhile, or the number belongs to somebody."""
    if User.objects.filter(mobile=one.mobile).exists():
        raise Refused(_("Somebody has this number already. Refuse this one, or give him a new link."))
    _decide(one, JoinAsk.State.APPROVED, by=by, now=now)
    user = add_person(
        by=by, now=now, role=role, name=one.name, username=free_login(one.name), mobile=one.mobile,
        department=department, team=team,
    )  # fmt: skip
    JoinAsk.objects.filter(pk=one.pk).update(user=user)
    return user


def refuse(one, *, by, now):
    _decide(one, JoinAsk.State.REFUSED, by=by, now=now)
    happened("accounts.join_refused", one.link, by=by, at=now, name=one.name)


def may_take(one, *, now):
    """Whether the device that asked may set the password now."""
    user = one.user
    return (
        one.state == JoinAsk.State.APPROVED and user is not None and user.is_active and user.last_login is None
        and now - one.decided_at <= TAKE
    )  # fmt: skip


@transaction.atomic
def take(one, *, now):
    """A one-time token for the device that asked. Raises Refused when it is over."""
    if not may_take(one, now=now):
        raise Refused(_("This link is no longer valid"))
    return invite(one.user, by=one.decided_by, now=now)


def _decide(one, state, *, by, now):
    rows = JoinAsk.objects.waiting().filter(pk=one.pk)
    if rows.update(state=state, decided_by=by, decided_at=now) != 1:
        raise Refused(_("This was decided already."))


def _sign(link):
    return salted_hmac("accounts.joining", f"{link.pk} {link.nonce}", algorithm="sha256").hexdigest()[:32]
