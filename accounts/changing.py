"""What happens to a person's row: preferences, role, place, deactivation. Every change of rights ends his sessions."""

import itertools

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.happened import happened
from accounts.leaving import hand_over
from accounts.models import User
from core.changing import change, save_form
from core.errors import NotAllowed, Refused
from core.text import initials, phone_key, pinyin

PREFERENCES = {
    "language": {"", "zh-hans", "en"},
    "theme": set(User.Theme.values),
    "dense": {True, False},
    "single_keys": {True, False},
    "mail_reminders": {True, False},
}


def set_preference(user, *, by, **values):
    """One's own switches; a value that makes no sense is left alone. Returns the names that changed."""
    fine = {name: value for name, value in values.items() if value in PREFERENCES.get(name, ())}
    return change(user, by=by, **fine)


def add_person(*, by, now, role, name, username, email="", mobile="", department=None, team=None, language=""):
    """An account without a usable password; an invitation lets its owner set one."""
    user = User(
        username=username, name=name, pinyin=pinyin(name)[:200], initials=initials(name)[:60], email=email.lower(),
        mobile=phone_key(mobile), role=role, department=department, team=team, language=language,
    )  # fmt: skip
    user.set_unusable_password()
    user._history_user = by
    user.save()
    happened("accounts.person_added", user, by=by, at=now, name=name, role=role)
    return user


def free_login(name):
    """A login nobody has, made of a name: 刘洋 → liuyang, and liuyang2 when there is one."""
    plain = "".join(char for char in pinyin(name).lower() if char.isascii() and char.isalnum())[:40] or "person"
    taken = set(User.objects.filter(username__istartswith=plain).values_list(Lower("username"), flat=True))
    return next(login for n in itertools.count(1) if (login := f"{plain}{n if n > 1 else ''}") not in taken)


def edit_person(user, *, by, now, expect=None, **fields):
    """Name, login, mail, mobile, role, department, team. A new role ends the person's sessions at once (INV-11).

    Raises NotAllowed for one's own role, Refused when no admin would be left. Returns the names that changed."""
    before = user.role
    fields |= _follows(user, fields, by=by)
    return _told(user, change(user, by=by, expect=expect, **fields), before, by=by, now=now)


def save_person(form, user, *, by, now, expect):
    """edit_person() for a form: disjoint edits of somebody else are kept (core.changing.save_form)."""
    before = user.role
    changed, _merged = save_form(form, user, by=by, expect=expect, also=lambda wanted: _follows(user, wanted, by=by))
    user.refresh_from_db()
    return _told(user, changed, before, by=by, now=now)


def _follows(user, fields, *, by):
    """What a change of role or name brings with it; raises when the role may not change."""
    extra = {}
    if fields.get("role", user.role) != user.role:
        if by == user:
            raise NotAllowed(_("You cannot change your own role."))
        _keep_an_admin(user)
        extra["session_stamp"] = user.session_stamp + 1
    if fields.get("is_active", True) is False:
        raise ValueError("deactivate() does that")
    if "name" in fields:
        extra |= {"pinyin": pinyin(fields["name"])[:200], "initials": initials(fields["name"])[:60]}
    return extra


def _told(user, changed, role_before, *, by, now):
    shown = [name for name in changed if name not in ("session_stamp", "pinyin", "initials")]
    if shown:
        happened("accounts.person_changed", user, by=by, at=now, tell=[user] if "role" in shown else (),
                 name=user.name, fields=shown, role_before=role_before, role=user.role,
                 version=user.version)  # fmt: skip
    return shown


@transaction.atomic
def deactivate(user, to, *, by, now, expect=None):
    """End an account and hand everything open to somebody else in one go. Returns how many things moved.

    Sessions, reset links and invitations are dead at once; coming back revives none of them."""
    if by == user:
        raise NotAllowed(_("You cannot deactivate yourself."))
    if not user.is_active:
        raise Refused(_("This account is not active."))
    _keep_an_admin(user)
    moved = hand_over(user, to, by=by, now=now) if to else 0
    user.refresh_from_db()
    change(user, by=by, expect=None if moved else expect, is_active=False, session_stamp=user.session_stamp + 1)
    user.invitations.filter(used_at=None).delete()
    happened("accounts.person_left", user, by=by, at=now, name=user.name, to=to.name if to else "", moved=moved)
    return moved


def reactivate(user, *, by, now, expect=None):
    """Let somebody come back. He signs in anew: nothing old is revived."""
    if user.is_active:
        raise Refused(_("This account is active."))
    change(user, by=by, expect=expect, is_active=True, session_stamp=user.session_stamp + 1)
    happened("accounts.person_back", user, by=by, at=now, name=user.name)


def end_sessions(user, *, by, now):
    """Sign out everywhere: one's own devices, or by an admin."""
    change(user, by=by, session_stamp=user.session_stamp + 1)
    happened("accounts.signed_out", user, by=by, at=now, name=user.name)


def _keep_an_admin(user):
    if user.is_admin and user.is_active and not User.objects.active().filter(role="admin").exclude(pk=user.pk).exists():
        raise Refused(_("This is the last administrator. Make somebody else administrator first."))
