"""People, departments, teams, switches, hours and own days as they were before a change: what the record of changes
takes back within 30 days (S18). `UNDOERS` is {verb: function(event, by=, now=)}, plugged in at the roof.

What a field was before stands in the history; a field that was changed again since refuses, so that nobody's later
decision goes by the way.
"""

import datetime as dt

from django.utils.translation import gettext as _

from accounts import switches
from accounts.arranging import put_back, remove_day, set_day
from accounts.changing import edit_person, reactivate
from accounts.models import CompanyDay, Setting, User, WorkingHours
from core.changing import change
from core.errors import Refused
from core.kept import forget

ONCE = ("username", "email", "mobile")  # of a person: nobody else may have the same


def undo_person(event, *, by, now):
    """Raises Refused when a field was changed again, is somebody else's now, or names what is no longer in use."""
    user = event.subject
    values = _before(event, user)
    for name in ONCE:
        if values.get(name) and User.objects.exclude(pk=user.pk).filter(**{f"{name}__iexact": values[name]}).exists():
            raise Refused(_("Somebody else has “{value}” now.").format(value=values[name]))
    for name in ("department", "team"):
        if values.get(name) is not None and not values[name].is_active:
            raise Refused(_("“{name}” is no longer in use.").format(name=values[name].name))
    edit_person(user, by=by, now=now, **values)


def undo_left(event, *, by, now):
    """He comes back; what was handed over stays where it is, which is said."""
    reactivate(event.subject, by=by, now=now)
    data = event.data
    return [_("what was handed over stays with {name}").format(name=data["to"])] if data.get("to") else []


def undo_place(event, *, by, now):
    put_back(event.subject, _before(event, event.subject), by=by, now=now)


def undo_switch(event, *, by, now):
    """Back to the value before, or to the default when this was the first change of it."""
    row = event.subject
    name, version = row.name, event.data.get("version")
    if version is None:
        raise Refused(_("What it was before is not known: it was changed by an older version."))
    if row.version != version:
        raise Refused(_("It was changed again since: undo that first."))
    earlier = Setting.history.filter(id=row.pk, version__lt=version).order_by("-version", "-history_id").first()
    switches.set(name, earlier.value if earlier else switches.DEFAULTS[name], by=by, now=now)


def undo_hours(event, *, by, now):
    hours = WorkingHours.load()
    change(hours, by=by, **_before(event, hours))
    forget()


def undo_day_set(event, *, by, now):
    """The row of that day as it was, or none."""
    data, day = event.data, dt.date.fromisoformat(event.data["day"])
    row = CompanyDay.objects.filter(day=day).first()
    if row is None or (row.works, row.name) != (data["works"], data["name"]) or "before" not in data:
        raise Refused(_("That day was changed again since."))
    if data["before"]:
        set_day(day=day, **data["before"], by=by, now=now)
    else:
        remove_day(row, by=by, now=now)


def undo_day_removed(event, *, by, now):
    data, day = event.data, dt.date.fromisoformat(event.data["day"])
    if "works" not in data or CompanyDay.objects.filter(day=day).exists():
        raise Refused(_("That day was changed again since."))
    set_day(day=day, works=data["works"], name=data["name"], by=by, now=now)


def _before(event, obj):
    """{field: value} of what the event changed, as it was just before. Raises Refused when one was changed again."""
    version = event.data.get("version")
    history = type(obj).history.filter(id=obj.pk)
    after = history.filter(version=version).order_by("-history_id").first() if version else None
    before = history.filter(version__lt=version).order_by("-version", "-history_id").first() if version else None
    if after is None or before is None:
        raise Refused(_("What it was before is not known: it was changed by an older version."))
    values = {}
    for name in event.data["fields"]:
        field = obj._meta.get_field(name)
        if getattr(obj, field.attname) != getattr(after, field.attname):
            raise Refused(_("“{field}” was changed again since: undo that first.").format(field=field.verbose_name))
        values[name] = _value(field, getattr(before, field.attname))
    return values


def _value(field, value):
    """A key of the history as the row it means; a row that is gone refuses."""
    if not field.is_relation or value is None:
        return value
    found = field.related_model._base_manager.filter(pk=value).first()
    if found is None:
        raise Refused(_("What it pointed to is gone."))
    return found


UNDOERS = {
    "accounts.person_changed": undo_person, "accounts.person_left": undo_left, "accounts.place_changed": undo_place,
    "accounts.switched": undo_switch, "accounts.hours_changed": undo_hours, "accounts.day_set": undo_day_set,
    "accounts.day_removed": undo_day_removed,
}  # fmt: skip
