"""Answers by mail: which things take one, and the reference that says what a reply answers (D9).

    answerable("request", CollaborationRequest, may=rights_say_so, take=say_it)     from an upper app's apps.py

A mail about one such thing, and nothing else, carries a reference in its Message-ID and in its last line. It names the
thing and the person it was mailed to, signed with the house's key: nobody can make one up, and one that was forwarded
is worth nothing to another sender. Off without a mailbox (settings.MAILBOX_URL).
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.utils.crypto import constant_time_compare, salted_hmac

from activity.parents import seen

SALT = "activity.answering"
FORM = re.compile(r"sf-([a-z]{1,12})-(\d{1,12})-(\d{1,12})-([0-9a-f]{40})")

_kinds = {}


@dataclass(frozen=True)
class Answerable:
    """`may(user, thing, now)`: may he say something there. `take(thing, text, files, by=, now=)` keeps it and returns
    the sentences of what was refused of it. `notices`: the kinds of message it is for; empty: every other kind."""

    name: str
    model: type
    may: Callable
    take: Callable
    notices: tuple = ()


@dataclass(frozen=True)
class Reference:
    """What a genuine reference names."""

    kind: Answerable
    thing: int
    person: int


def answerable(name, model, *, may, take, notices=()):
    _kinds[name] = Answerable(name, model, may, take, notices)


def is_on():
    return bool(settings.MAILBOX_URL)


def reference_of(person, pairs, *, now):
    """The reference of a mail about `pairs` of (message, thing); empty where a reply is not taken: no mailbox, several
    things in one mail, or nothing he may say there."""
    kinds = {_kind_of(row, thing) for row, thing in pairs}
    things = {(type(thing), thing.pk) for _row, thing in pairs}
    if not is_on() or len(things) != 1 or None in kinds:
        return ""
    kind = min(kinds, key=lambda kind: not kind.notices)  # of a note and a comment: where fewer read it
    thing = pairs[0][1]
    return sign(kind.name, thing.pk, person.pk) if kind.may(person, thing, now=now) else ""


def sign(name, thing, person):
    return f"sf-{name}-{thing}-{person}-{_seal(name, thing, person, settings.SECRET_KEY)}"


def read(text):
    """The genuine References in a text, in their order."""
    for found in FORM.finditer(text.lower()):
        name, thing, person, seal = found.groups()
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        good = any(constant_time_compare(seal, _seal(name, thing, person, key)) for key in keys)
        if good and name in _kinds:
            yield Reference(_kinds[name], int(thing), int(person))


def headers(reference):
    """What every mail of ours says about itself, and where its answer goes. No machine is to answer it."""
    found = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    if reference:
        house = settings.REPLY_ADDRESS.rpartition("@")[2].rstrip(">") or "localhost"
        found["Message-ID"] = f"<{reference}.{secrets.token_hex(8)}@{house}>"
    return found


def fetch(reference, person):
    """The thing as far as it exists for this person, or None."""
    kind = ContentType.objects.get_for_model(reference.kind.model)
    return seen(person, {(kind.pk, reference.thing)}).get((kind.pk, reference.thing))


def _kind_of(row, thing):
    here = [kind for kind in _kinds.values() if type(thing) is kind.model]
    return next((kind for kind in here if row.kind in kind.notices), None) or next(
        (kind for kind in here if not kind.notices), None
    )


def _seal(name, thing, person, key):
    return salted_hmac(SALT, f"{name}-{thing}-{person}", secret=key, algorithm="sha256").hexdigest()[:40]
