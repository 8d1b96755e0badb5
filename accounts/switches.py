"""Switches and limits an admin may change, with their defaults; a row is written only when one was changed.

    switches.get("stale_days") -> 3            one query
    switches.everything() -> {name: value}     one query for all
"""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist

from accounts.happened import happened
from accounts.models import Setting
from core.changing import change
from core.kept import Kept, forget

GUARDED = not (settings.EMBEDDED or settings.DEBUG)  # production, as against the demo on one's own machine
DEFAULTS = {
    "company_name": "",
    # when a customer is quiet (D23): days, whether only working days count, other limits by tag and by class
    "stale_days": 3,
    "stale_working_days": False,
    "stale_by_tag": {},
    "stale_by_class": {},
    "planned_days": 14,  # an own next step at most so far ahead makes it "quiet, planned"
    "import_quiet_days": 7,  # no alarms for imported customers so long (D24)
    # the ladder of a quiet spell, in working days after its owner was told: the manager hears, the meeting speaks of it
    "manager_ladder_days": 2,
    "meeting_ladder_days": 5,
    "meeting_day": 1, "meeting_at": "09:30",  # of the weekly meeting: ISO weekday (0: none fixed), company time
    # logging (D25)
    "in_time_minutes": 30,
    "visit_hours": 2,
    "rep_share_shown": False,
    # duplicate warning (D5)
    "duplicate_names": True,
    "duplicate_answers": 30,
    "long_leave_days": 7,  # longer without anybody who stands in, and what is his is nobody's (R18)
    "agreement_deals": 5,  # a rep judges so many a week (M15); the manager's share is pipeline/agreement.py's
    "won_shown_days": 30,  # a won deal leaves the board so long after its last open next step (D15)
    "tag_labels": {},
    "pool_rules": {},  # the pool's own page sets them (customers/pooling.py)
    # how people hear of what (activity/channels.py): own choices of the company, its quiet hours, the morning's mail
    "notices": {}, "quiet_hours": ["20:00", "08:00"], "morning_at": "08:45",
    "form_budgets": {},  # how much each entry form may ask and take: its own page sets them (exchange/formuse.py)
    "second_factor_admins": GUARDED,  # required for admins in production (D8)
    "passkey_sign_in": True,
    # how long a session lasts (Q8): minutes without a page (0: no limit), hours since the sign-in, and the days of
    # "keep me signed in" (0: not offered), which administrators get by a switch of their own
    "idle_minutes": 60 if GUARDED else 0, "session_hours": 12, "remember_days": 30, "remember_admins": not GUARDED,
    # quiet until switched on (D52)
    "pool": False, "class_limits": False, "more_playbooks": False, "stage_agreement": False, "calibration": False,
    "ics": False, "wip_advice": False, "payments": False, "api": False, "webhook_hosts": [], "export_listed": True,
}  # fmt: skip


class UnknownSwitch(LookupError):
    """No such name among the defaults."""


def get(name):
    """The value as set, else the default. Raises UnknownSwitch for a name that is not declared."""
    if name not in DEFAULTS:
        raise UnknownSwitch(name)
    return everything()[name]


def in_time():
    """How long after its end a conversation still counts as logged in time (D25)."""
    return dt.timedelta(minutes=get("in_time_minutes"))


def everything():
    """All values, one query at most."""
    return DEFAULTS | _rows.get()


def version(name):
    """The version of one that a form shows and sends back to set(); 0 while it has no row."""
    return Setting.objects.filter(name=name).values_list("version", flat=True).first() or 0


_rows = Kept(lambda: dict(Setting.objects.filter(name__in=DEFAULTS).values_list("name", "value")))


def set(name, value, *, by, now, expect=None):  # noqa: A001  (switches.set reads like switches.get)
    """Change one. `expect` is the version the caller saw (0: no row yet). Raises UnknownSwitch, Conflict, or
    TypeError for a value of another kind than the default."""
    if name not in DEFAULTS:
        raise UnknownSwitch(name)
    if type(value) is not type(DEFAULTS[name]):
        raise TypeError(f"{name} is {type(DEFAULTS[name]).__name__}, not {type(value).__name__}")
    try:
        row = Setting.objects.get(name=name)
    except ObjectDoesNotExist:
        row = Setting(name=name, value=value)
        row._history_user = by
        row.save()
        changed = value != DEFAULTS[name]
    else:
        changed = bool(change(row, by=by, expect=expect, value=value))
    if changed:
        forget()
        happened("accounts.switched", row, by=by, at=now, name=name, value=value, version=row.version)
    return row
