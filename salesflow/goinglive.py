"""正式启用 (S25, D54): the company and its first admin, the copy before the demo goes, the first three things after."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import switches
from accounts.changing import add_person
from accounts.inviting import accept_at_once
from accounts.models import User
from core.errors import Refused
from customers.models import Customer
from exchange.models import ImportBatch
from salesflow import phones
from salesflow.backup import Unusable, back_up
from salesflow.making.removing import Going

LOGINS = "demo-logins.txt"


@transaction.atomic
def begin(*, company, name, username, password, by, now, email="", mobile=""):
    """The company's name and an admin with an account of his own, made by an admin of the demo. Returns the User."""
    switches.set("company_name", company, by=by, now=now)
    user = add_person(by=by, now=now, role="admin", name=name, username=username, email=email, mobile=mobile)
    accept_at_once(user, password, now=now)
    return user


def remove_demo(*, by, now):
    """Back up, then remove. Returns (what was said, the backup's Path). Raises Refused where somebody of the demo asks,
    there is no demo, or no backup can be made."""
    going = Going.look()
    if by.is_demo or not going.rows:
        raise Refused(_("There is no demo to remove."))
    try:
        copy = back_up(by=by, now=now, why="before-demo-goes")  # reads over a connection of its own: what was there
    except Unusable as problem:
        raise Refused(str(problem)) from None
    said = going.remove(by=by, now=now)
    transaction.on_commit(lambda: (settings.DATA_DIR / LOGINS).unlink(missing_ok=True))
    return said, copy


def first_things():
    """[(name, done)] of an admin's first day: people, the old tables, phones (D54). Who came by another way is not
    asked any more: customers that somebody entered, a phone that signed in. At most five queries."""
    people = User.objects.active().filter(is_demo=False).count() > 1
    brought = ImportBatch.objects.filter(owner__is_demo=False, state=ImportBatch.State.DONE).exists()
    brought = brought or Customer.objects.filter(made_by__is_demo=False).exists()
    reached = phones.any_reached() or UserSession.objects.filter(user_agent__icontains="mobile").exists()
    return [("people", people), ("import", brought), ("phones", reached)]
