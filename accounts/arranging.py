"""Departments, teams, working hours, own days, leave: each change in one place, told once."""

from django.utils.translation import gettext as _

from accounts.happened import happened
from accounts.leaving import may_close
from accounts.models import CompanyDay, Department
from core.changing import change, save_form
from core.errors import Refused
from core.kept import forget


def make_place(place, *, by, now):
    """A new department or team from its form's unsaved object."""
    place._history_user = by
    place.save()
    if isinstance(place, Department):
        _set_path(place)
    happened("accounts.place_made", place, by=by, at=now, name=place.name)
    return place


def save_place(form, place, *, by, now, expect):
    """Edit a department or team; what hangs below a moved department moves with it. Returns the changed names."""
    closes = "is_active" in form.changed_data and not form.cleaned_data.get("is_active", True)
    if closes and isinstance(place, Department):
        may_close(place)
    changed, _merged = save_form(form, place, by=by, expect=expect)
    if changed:
        place.refresh_from_db()
        if "parent" in changed:
            _set_path(place)
        happened("accounts.place_changed", place, by=by, at=now, name=place.name, fields=changed,
                 version=place.version)  # fmt: skip
    return changed


def put_back(place, values, *, by, now):
    """Fields of a department or team as they were before a change (accounts/undoing.py). Raises Refused where something
    of today stands against it."""
    others = type(place).objects.exclude(pk=place.pk)
    if "name" in values and others.filter(name=values["name"]).exists():
        raise Refused(_("Another one is called “{name}” now.").format(name=values["name"]))
    upper = values.get("parent") or values.get("department")
    if upper is not None and not upper.is_active:
        raise Refused(_("“{name}” is no longer in use.").format(name=upper.name))
    if isinstance(place, Department) and upper is not None and upper.path.startswith(place.path):
        raise Refused(_("“{name}” is below it now.").format(name=upper.name))
    if values.get("is_active", True) is False:
        if place.people.filter(is_active=True).exists():
            raise Refused(_("People still work here: move them first"))
        if isinstance(place, Department):
            may_close(place)
    changed = change(place, by=by, **values)
    if "parent" in changed:
        _set_path(place)
    if changed:
        happened("accounts.place_changed", place, by=by, at=now, name=place.name, fields=changed, version=place.version)
    return changed


def set_day(*, day, works, name, by, now):
    """An own row of the calendar; it replaces the row of that day (rows are never edited in place: see _stamp)."""
    was = CompanyDay.objects.filter(day=day).first()
    before = {"works": was.works, "name": was.name} if was else None
    CompanyDay.objects.filter(day=day).delete()
    row = CompanyDay.objects.create(day=day, works=works, name=name)
    happened("accounts.day_set", by or row, by=by, at=now, day=day.isoformat(), works=works, name=name, before=before)
    return row


def remove_day(row, *, by, now):
    happened("accounts.day_removed", by or row, by=by, at=now, day=row.day.isoformat(), works=row.works, name=row.name)
    row.delete()


def save_hours(form, hours, *, by, now, expect):
    changed, _merged = save_form(form, hours, by=by, expect=expect)
    if changed:
        hours.refresh_from_db()
        happened("accounts.hours_changed", hours, by=by, at=now, fields=changed, version=hours.version)
    return changed


def add_leave(leave, *, by, now):
    """Somebody's own leave; two that overlap are refused, so that a day has one substitute."""
    if leave.user.leaves.filter(first__lte=leave.last, last__gte=leave.first).exists():
        raise Refused(_("You already have leave on one of these days."))
    leave.save()
    forget()
    happened("accounts.leave_added", leave.user, by=by, at=now, tell=[leave.substitute], name=leave.user.name,
             first=leave.first.isoformat(), last=leave.last.isoformat())  # fmt: skip
    return leave


def remove_leave(leave, *, by, now):
    happened("accounts.leave_removed", leave.user, by=by, at=now, name=leave.user.name, first=leave.first.isoformat(),
             last=leave.last.isoformat())  # fmt: skip
    leave.delete()
    forget()


def _set_path(department):
    """Ids from the root, for itself and everything below; derived, so outside the history."""
    path = f"{department.parent.path if department.parent else '/'}{department.pk}/"
    Department.objects.filter(pk=department.pk).update(path=path)
    department.path = path
    for child in department.children.all():
        _set_path(child)
