"""Fields of customers and own tables: added, changed, switched off, taken back (R20, R40, R41).

Nothing is deleted: a field that is switched off keeps its values, an option that is merged keeps its code. Every change
is an Event with before and after, undone within 30 days unless the field was changed again since (activity/undoing.py).
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from activity.models import Event
from activity.recording import record
from core.changing import change, write_history
from core.errors import Refused
from core.kept import forget
from exchange.holding import holder_of
from exchange.models import FieldDefinition, OwnTable
from exchange.recognising import header_key
from exchange.retyping import retype, retype_back
from exchange.typed import Kind

MOST, TABLES = 40, 20  # fields of one thing and own tables, in use: a workbook may have 60 columns
STATE = ("label", "label_en", "kind", "target", "unit", "choices", "element", "asked", "required", "position")
ADDED, CHANGED = "exchange.field_added", "exchange.field_changed"
TABLE_ADDED, TABLE_CHANGED = "exchange.table_added", "exchange.table_changed"
TABLE_STATE = ("label", "label_en", "about", "position")


def state_of(one):
    """What may be changed of a field or table, as JSON; `on` says whether it is in use."""
    names = STATE if isinstance(one, FieldDefinition) else TABLE_STATE
    return {name: getattr(one, name) for name in names} | {"on": one.retired_at is None}


def add_field(of, values, *, by, now, table=None, tell=True):
    """A new field of "customer" or of an own table. `values` are those of STATE. Raises ValidationError by field.
    Returns (field, event); without `tell` no event, for fields that come with their table."""
    with transaction.atomic():
        one = FieldDefinition(of=table.slug if table else of, table=table, slug=_free_slug(), **_cleaned(values))
        if values.get("position") is None:
            last = FieldDefinition.objects.filter(of=one.of).aggregate(last=Max("position"))["last"]
            one.position = (last or 0) + 1
        check(one)
        one.save(force_insert=True)
        write_history([one], by=by, made=True)
        _forget()
        return one, tell and record(ADDED, one, by=by, at=now, name=one.label, of=one.of, after=state_of(one))


def change_field(one, values, *, by, now, expect):
    """Change a field; `values` may hold "on". Raises ValidationError by field, Conflict when it is another version by
    now (REL1). A new type takes the values along, or is refused with those that do not fit. Returns the Event, None
    when nothing differs."""
    with transaction.atomic():
        known = FieldDefinition.objects.select_for_update(of=("self",)).select_related("table").get(pk=one.pk)
        before, was = state_of(known), known.kind
        wanted = _cleaned(values, known=known, now=now)
        moved = _as(known, wanted)
        if known.version == expect:  # else the page of the conflict says more
            check(moved, keeps=before)
        if not change(known, by=by, expect=expect, **wanted):
            return None
        is_other = (known.kind, known.target) != (was, before["target"])
        taken = retype(known, was, by=by, now=now) if is_other else {}
        _forget()
        return record(
            CHANGED,
            known,
            by=by,
            at=now,
            name=known.label,
            of=known.of,
            before=before,
            after=state_of(known),
            **({"values": taken} if taken else {}),
        )


def undo_field(event, *, by, now):
    """As it was before; a new field is switched off, with its values kept."""
    rows = FieldDefinition.objects.select_for_update(of=("self",)).select_related("table")
    one = rows.filter(pk=event.subject_id).first()
    if one is None or state_of(one) != event.data["after"]:
        raise Refused(_("This field was changed again since."))
    before = event.data.get("before") or event.data["after"] | {"on": False}
    wanted, was = _cleaned(before, known=one, now=now), one.kind
    moved = _as(one, wanted)
    try:
        check(moved, keeps=state_of(one))
    except ValidationError as wrong:
        raise Refused(" ".join(wrong.messages)) from wrong
    change(one, by=by, **wanted)
    if one.kind != was:
        retype_back(one, was, event.data.get("values", {}), by=by, now=now)
    _forget()


def would_be(one, values, *, now):
    """The field as it would be with these values, unsaved."""
    return _as(one, _cleaned(values, known=one, now=now))


def _as(one, wanted):
    values = {field.attname: getattr(one, field.attname) for field in FieldDefinition._meta.concrete_fields}
    moved = FieldDefinition(**values | wanted)
    moved.table = one.table
    return moved


def _cleaned(values, known=None, now=None):
    """Columns out of a state; what a type does not have is emptied."""
    found = {name: value for name, value in values.items() if name in STATE and value is not None}
    kind = found.get("kind", known and known.kind)
    if kind not in (Kind.CHOICE, Kind.CHOICES):
        found["choices"] = known.choices if known else []  # kept: the type may come back
    if kind != Kind.NUMBER:
        found["unit"] = ""
    if kind != Kind.RECORD:
        found["target"] = ""
    if known is not None and "on" in values:
        found["retired_at"] = None if values["on"] else known.retired_at or now
    return found


def check(one, *, keeps=None):
    """Raise ValidationError by field when a definition would not do; `keeps` is the state it leaves, if any."""
    wrong, others = {}, list(FieldDefinition.objects.filter(of=one.of, retired_at=None).exclude(pk=one.pk))
    if one.is_on:
        wrong |= _check_labels(one, others)
        if len(others) >= MOST:
            wrong["label"] = _("Forty fields are enough: switch one off first.")
    if one.kind in (Kind.CHOICE, Kind.CHOICES):
        wrong |= _check_options(one)
    if keeps and _loses(one, keeps, others):
        element = FieldDefinition.Element(keeps["element"]).label
        message = _("This is the last field of “%(element)s”. A form cannot lose one of its five core elements.")
        wrong["element" if one.is_on else "on"] = message % {"element": element}
    if wrong:
        raise ValidationError(wrong)


def _loses(one, keeps, others):
    """Whether an own table would be without a field of a core element that it has (R20). Its customer is always one."""
    held = keeps["element"] if one.table_id and keeps["on"] else ""
    if held in ("", FieldDefinition.Element.CUSTOMER) or (one.is_on and one.element == held):
        return False
    return not any(other.element == held for other in others)


def _check_labels(one, others):
    wrong = {}
    taken = {header_key(name): name for other in others for name in (other.label, other.label_en) if name}
    for column in holder_of(one).columns():
        taken |= {header_key(name): column.label for name in (*column.words, *column.synonyms)}
    for name in ("label", "label_en"):
        label = getattr(one, name)
        key = header_key(label)
        if not label and name == "label":
            wrong[name] = _("Enter a label.")
        elif label and not key:
            wrong[name] = _("A label needs letters: what stands in brackets does not count.")
        elif key and key in taken:
            wrong[name] = _("“%(label)s” is taken: a table's column could not be told from it.") % {"label": taken[key]}
    return wrong


def _check_options(one):
    wrong, seen = {}, {}
    live = [option for option in one.choices if not option.get("into")]
    for option in live:
        for name in {header_key(option["label"]) or option["label"], header_key(option.get("label_en", ""))} - {""}:
            if name in seen:
                wrong["choices"] = _("“%(label)s” is in the list twice.") % {"label": option["label"]}
            seen[name] = option
    if not any(not option.get("off") for option in live):
        wrong["choices"] = _("A list needs at least one option in use.")
    return wrong


def _free_slug():
    """x1, x2 …: of all fields there ever were, so that a key never means two things."""
    last = FieldDefinition.objects.aggregate(last=Max("pk"))["last"] or 0
    taken = set(FieldDefinition.objects.filter(pk__gte=last - 1).values_list("slug", flat=True))
    number = last + 1
    while f"x{number}" in taken:
        number += 1
    return f"x{number}"


def _forget():
    forget()
    transaction.on_commit(forget)


# --- Tables ---


def add_table(values, *, by, now, fields=()):
    """A new table, with the fields of a proposal if it has any ([{name of STATE: value}]). Returns (table, event)."""
    with transaction.atomic():
        last = OwnTable.objects.aggregate(last=Max("pk"))["last"] or 0
        table = OwnTable(slug=f"own-{last + 1}", position=last + 1, **values)
        check_table(table)
        table.save(force_insert=True)
        write_history([table], by=by, made=True)
        for place, each in enumerate(fields, 1):
            add_field("", {"position": place} | each, by=by, now=now, table=table, tell=False)
        _forget()
        return table, record(TABLE_ADDED, table, by=by, at=now, name=table.label, after=state_of(table))


def change_table(table, values, *, by, now, expect):
    """Rename it, say what it is for, switch it off or on; rows stay. Returns the Event, or None."""
    with transaction.atomic():
        known = OwnTable.objects.select_for_update().get(pk=table.pk)
        before = state_of(known)
        wanted = {name: value for name, value in values.items() if name in TABLE_STATE}
        if "on" in values:
            wanted["retired_at"] = None if values["on"] else known.retired_at or now
        fresh = OwnTable(pk=known.pk, slug=known.slug, **{name: wanted.get(name, before[name]) for name in TABLE_STATE})
        fresh.retired_at = wanted.get("retired_at", known.retired_at)
        if known.version == expect:
            check_table(fresh)
        if not change(known, by=by, expect=expect, **wanted):
            return None
        _forget()
        return record(TABLE_CHANGED, known, by=by, at=now, name=known.label, before=before, after=state_of(known))


def undo_table(event, *, by, now):
    """As it was before; a new table is switched off, with its rows kept."""
    table = OwnTable.objects.select_for_update().filter(pk=event.subject_id).first()
    if table is None or state_of(table) != event.data["after"]:
        raise Refused(_("This table was changed again since."))
    before = event.data.get("before") or event.data["after"] | {"on": False}
    values = {name: before[name] for name in TABLE_STATE}
    change(table, by=by, retired_at=None if before["on"] else table.retired_at or now, **values)
    _forget()


def check_table(table):
    """Raise ValidationError when its names are taken or there are too many tables."""
    others = list(OwnTable.objects.filter(retired_at=None).exclude(pk=table.pk))
    taken = {header_key(name): name for one in others for name in (one.label, one.label_en) if name}
    wrong = {}
    for name in ("label", "label_en"):
        label = getattr(table, name)
        if name == "label" and not header_key(label):
            wrong[name] = _("Enter a label.")
        elif label and header_key(label) in taken and table.retired_at is None:
            wrong[name] = _("There is a table of this name already.")
    if len(others) >= TABLES and table.retired_at is None:
        wrong["label"] = _("Twenty tables are enough: switch one off first.")
    if wrong:
        raise ValidationError(wrong)


def changes(limit=10):
    """The newest changes of fields and tables, for the page of those who may make them."""
    return Event.objects.filter(verb__in=[ADDED, CHANGED, TABLE_ADDED, TABLE_CHANGED]).select_related("by")[:limit]
