"""The one way fields of a historied row change (D35): conditional update, version + 1, history row, one transaction."""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from core.errors import Conflict

TRIES = 5
_told_at = ContextVar("told_at", default=None)


@dataclass(frozen=True)
class Clash:
    """One field two people changed: what it was when the form opened, what it is now, what was typed."""

    field: str
    label: str
    before: object
    now: object
    yours: object


def change(obj, *, by, expect=None, when=None, **fields):
    """Set `fields` on `obj` and return the names that really changed.

    `expect` is the version the caller saw; without it the object's own version is expected, so a change between
    fetching and writing is still noticed. `when` narrows the update further, e.g. when={"state": "submitted"}.
    Raises Conflict when the row has moved on; nothing is written then.
    """
    changed = [name for name, value in fields.items() if not _same(obj, name, value)]
    if not changed:
        return []
    expected = obj.version if expect is None else expect
    values = {name: fields[name] for name in changed}
    with transaction.atomic():
        rows = obj._meta.model._base_manager.filter(pk=obj.pk, version=expected, **(when or {}))
        if rows.update(version=F("version") + 1, **values) != 1:
            raise conflict(obj, expected, values)
        for name, value in values.items():
            setattr(obj, name, value)
        obj.version = expected + 1
        write_history([obj], by=by)
    return changed


def change_many(objs, *, by, **fields):
    """The same for a list that was fetched and locked by the caller: per object, one statement for the fields
    that are equal for all, one history insert. Returns the objects that really changed."""
    touched = [obj for obj in objs if any(not _same(obj, name, value) for name, value in fields.items())]
    if not touched:
        return []
    model = touched[0]._meta.model
    with transaction.atomic():
        by_version = {}
        for obj in touched:
            by_version.setdefault(obj.version, []).append(obj.pk)
        done = 0
        for version, keys in by_version.items():
            rows = model._base_manager.filter(pk__in=keys, version=version)
            done += rows.update(version=F("version") + 1, **fields)
        if done != len(touched):
            raise Conflict(touched[0], [])
        for obj in touched:
            for name, value in fields.items():
                setattr(obj, name, value)
            obj.version += 1
        write_history(touched, by=by)
    return touched


def change_each(wanted, *, by):
    """A list of (object, {field: value}) fetched and locked by the caller, each with its own values: one statement
    for 500 objects of the same fields, one history insert. Returns the objects that really changed; Conflict when a row
    moved on."""
    touched = [(obj, values) for obj, values in wanted if any(not _same(obj, n, v) for n, v in values.items())]
    if not touched:
        return []
    model = touched[0][0]._meta.model
    with transaction.atomic():
        by_shape = {}
        for obj, values in touched:
            by_shape.setdefault(frozenset(values), []).append((obj, values))
        for names, members in by_shape.items():
            for start in range(0, len(members), 500):
                part = members[start : start + 500]
                fields = {name: _case(model, name, part) for name in names}
                if _as_seen(model, part).update(version=F("version") + 1, **fields) != len(part):
                    raise Conflict(part[0][0], [])
        for obj, values in touched:
            for name, value in values.items():
                setattr(obj, name, value)
            obj.version += 1
        write_history([obj for obj, _ in touched], by=by)
    return [obj for obj, _ in touched]


def _as_seen(model, part):
    """The rows of these objects in the versions they were fetched in."""
    keys = {}
    for obj, _values in part:
        keys.setdefault(obj.version, []).append(obj.pk)
    seen = Q()
    for version, same in keys.items():
        seen |= Q(version=version, pk__in=same)
    return model._base_manager.filter(seen)


def _case(model, name, members):
    """The column's new values as one expression; objects with equal ones share a branch."""
    field = model._meta.get_field(name)
    keys, values = {}, {}
    for obj, wanted in members:
        value = getattr(wanted[name], "pk", wanted[name])
        keys.setdefault(repr(value), []).append(obj.pk)
        values[repr(value)] = value
    if len(values) == 1:
        return value
    kind = getattr(field, "target_field", field)
    return Case(*(When(pk__in=keys[said], then=Value(values[said], kind)) for said in keys), output_field=kind)


def write_history(objs, *, by, made=False):
    """History rows for objects just written by update() or bulk_create()."""
    if objs:
        history = objs[0]._meta.model.history
        moment = _told_at.get() or timezone.now()
        history.bulk_history_create(objs, update=not made, default_user=by, default_date=moment)


@contextmanager
def told_at(moment):
    """A story of the past is told (the demo): its history rows carry the moment of the story, not of the telling."""
    token = _told_at.set(moment)
    try:
        yield
    finally:
        _told_at.reset(token)


def save_form(form, obj, *, by, expect, also=None, less=()):
    """Save a field form's cleaned data through change(). Edits of different fields merge by themselves (D36).

    `also(wanted)` gives the columns that follow from those to be written, {name: value}; fields of `less` are no
    columns and are saved by the caller. Returns (changed names, merged): merged is true when somebody else's disjoint
    edit was kept. Raises Conflict with the fields both changed.
    """
    mine = [name for name in form.changed_data if name not in less]
    typed = {name: form.cleaned_data[name] for name in mine if name in form.cleaned_data}
    for _try in range(TRIES):
        now, wanted = obj._meta.model._base_manager.get(pk=obj.pk), typed
        merged = now.version != expect
        seen = _past(now, expect) if merged else None
        if seen is not None:
            # The form compared with the row as it is now. What it sends as it was shown is not an edit.
            wanted = {name: value for name, value in typed.items() if not _is_as_shown(now, seen, name, value)}
        wanted = wanted | (also(wanted) if also else {})
        if merged and (refused := conflict(now, expect, wanted)).clashes:
            raise refused
        try:
            return change(now, by=by, **wanted), merged
        except Conflict as error:  # somebody else was faster between reading and writing: look again
            faster = error
    raise faster


def conflict(obj, expected, values):
    """Compare three ways: the row when the form opened (from history), now, and what was typed."""
    now = obj._meta.model._base_manager.filter(pk=obj.pk).first() or obj
    history = getattr(obj._meta.model, "history", None)
    rows = history.filter(id=obj.pk).select_related("history_user").order_by("-history_id") if history else []
    past = _past(obj, expected)
    last = rows.first() if history else None
    clashes = []
    for name, yours in values.items():
        if past is not None and not hasattr(past, _attname(obj, name)):
            continue  # kept out of the history because it follows from another field
        before = getattr(past, _attname(obj, name), None) if past else None
        current = getattr(now, _attname(obj, name))
        mine = yours.pk if isinstance(yours, models.Model) else yours
        if past is None or (before != current and current != mine):
            label = obj._meta.get_field(name).verbose_name
            clashes.append(Clash(name, label, before, getattr(now, name), yours))
    return Conflict(now, clashes, by=last and last.history_user, at=last and last.history_date)


def _past(obj, version):
    """The history row of a version, or None."""
    history = getattr(obj._meta.model, "history", None)
    return history.filter(id=obj.pk, version=version).order_by("-history_id").first() if history else None


def _is_as_shown(obj, seen, name, value):
    attname = _attname(obj, name)
    return hasattr(seen, attname) and getattr(seen, attname) == (value.pk if isinstance(value, models.Model) else value)


def _attname(obj, name):
    return obj._meta.get_field(name).attname


def _same(obj, name, value):
    current = getattr(obj, _attname(obj, name))
    return current == (value.pk if isinstance(value, models.Model) else value)
