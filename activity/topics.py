"""What people are told of (S19): topics, each a line where one chooses how to hear of it, and when a message is over.

    topic("quiet", _("A customer of mine became quiet"), ["customers.stale"], roles=SELLS)     from an app's noticing.py
    over(["customers.stale"], lambda now: Q(…))

A kind of message may be named with its group, "collaboration.said act". A kind without a topic only rings the bell.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from activity.models import Notification

MAIL = {"": _("Off"), "now": _("At once"), "day": _("In the morning")}
SELLS = ("rep", "manager")
EXPIRES = dt.timedelta(days=30)  # what was only for information is over then; what needs somebody never expires

_topics = {}
_of_kind = {}
_over = []


@dataclass(frozen=True)
class Topic:
    """`bell` and `mail` are the defaults, kept low; `hours`: mailed in the company's working time only; `roles`: whom
    it concerns (empty: everybody)."""

    name: str
    label: str
    bell: bool = True
    mail: str = ""
    hours: bool = False
    roles: tuple = ()


def topic(name, label, kinds=(), **defaults):
    _topics[name] = Topic(name, label, **defaults)
    joins(name, *kinds)


def joins(name, *kinds):
    """Let kinds of message belong to a topic of a floor below."""
    for kind in kinds:
        _of_kind[kind] = name


def topic_of(kind, group):
    """The topic of a message; None for one that only rings the bell."""
    name = _of_kind.get(f"{kind} {group}") or _of_kind.get(kind)
    return _topics[name] if name else None


def topics_for(role=None):
    """In the order of the floors; `role` leaves out what never concerns it."""
    return [one for one in _topics.values() if role is None or not one.roles or role in one.roles]


def over(kinds, condition):
    """Messages of these kinds are over where condition(now) holds: a Q or Exists about the row of the message."""
    _over.append((kinds, condition))


def withdraw_over(*, now):
    """Each kind knows when it is no longer true: those messages go by themselves. One statement a rule. Returns how
    many."""
    gone = 0
    for kinds, condition in _over:
        gone += Notification.objects.waiting_anywhere().filter(condition(now), kind__in=kinds).update(over_at=now)
    old = Q(group=Notification.Group.FYI, at__lt=now - EXPIRES) | Q(recipient__is_active=False)
    return gone + Notification.objects.waiting_anywhere().filter(old).update(over_at=now)


topic("given", _("Handed to me: a customer, a step, a deal, a request"), mail="now")
topic("mention", _("Somebody named, reminded or answered me"), mail="now")
topic("people", _("I stand in for somebody, or my role changed"), ["accounts.leave_added", "accounts.person_changed"],
      mail="now")  # fmt: skip
