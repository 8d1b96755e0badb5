"""Two records of one company become one, keeping all history; undone within 30 days (S28).

What hangs on customers from above (deals, requests) is moved by sockets. What was moved is remembered by its keys in
the event, so that the undo takes back exactly that: what came later stays with the one that was kept, and so does a
field somebody edited since.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts import rights
from activity.models import Attachment, Event, Notification
from activity.recording import record
from core.changing import change, change_each
from core.errors import Conflict, NotAllowed, Refused
from core.text import initials, name_key, pinyin
from customers import facts
from customers.models import (
    Contact,
    Customer,
    CustomerHelper,
    CustomerPair,
    FollowUp,
    Need,
    NextStep,
    Owed,
    TableRow,
    TagChange,
)
from customers.searching import index_again
from customers.tagging import is_raise, set_tags, void_tag_changes
from exchange.ownforms import patched

FILLED = ["industry", "size_text", "staff_min", "staff_max", "revenue", "source", "address", "website", "grade"]
MOVED = {model.__name__: model for model in (FollowUp, Need, NextStep, Owed, TableRow, TagChange)}
_above = {}


def on_merge(function, back=None):
    """Socket: function(keep, drop, *, by, now) moves what hangs on `drop` from above (deals, requests) to `keep` and
    returns what it moved, as JSON; back(keep, drop, moved, *, by, now) takes that back."""
    _above[f"{function.__module__}.{function.__name__}"] = (function, back)
    return function


def merge(keep, drop, *, by, now, chosen=None, expect=None):
    """Everything of `drop` goes to `keep`; `drop` stays as a pointer, seen by nobody. Returns the event to undo.

    `chosen` are the values picked field by field ({name: value}, tag and owner too, custom fields under "custom" as
    {slug: value, None for empty}); without it, empty fields of
    `keep` are filled and the higher tag is taken. `expect` is (version of keep, version of drop) as they were shown:
    Conflict when one moved on. Both come through the gate; the right is rights.may_merge's.
    """
    if keep.pk == drop.pk or drop.merged_into_id or keep.merged_into_id:
        raise Refused(_("These two customers are one already."))
    if not (rights.may_merge(by, keep) and rights.may_merge(by, drop)):
        raise NotAllowed(_("Only who answers for both customers may merge them."))
    with transaction.atomic():
        versions = expect or (keep.version, drop.version)
        rows = Customer._base_manager.select_for_update().filter(pk__in=[keep.pk, drop.pk])
        locked = {row.pk: row for row in rows.order_by("pk")}
        for customer, version in zip((keep, drop), versions, strict=True):
            if locked[customer.pk].version != version:
                raise Conflict(locked[customer.pk], [])
        change(drop, by=by, expect=versions[1], merged_into=keep)
        data = {"drop": drop.pk, "rows": _move_rows(keep, drop)}
        data["contacts"] = _move_contacts(keep, drop, by=by, now=now)
        data |= _set_fields(keep, drop, chosen, expect=versions[0], by=by, now=now)
        data["above"] = {key: move(keep, drop, by=by, now=now) for key, (move, _back) in _above.items()}
        CustomerPair.objects.filter(first__in=[keep, drop], second__in=[keep, drop]).delete()
        _count_again([keep])
        drop.grams.all().delete()
        return record("customers.merged", keep, by=by, at=now, about=keep, name=drop.name, into=keep.name, **data)


def undo_merge(event, *, by, now):
    """Both are there again, each with what it had; new rows and edited fields stay with the one that was kept."""
    keep, data = event.subject, event.data
    drop = Customer._base_manager.filter(pk=data.get("drop"), merged_into=keep).first()
    if drop is None or keep.merged_into_id:
        raise Refused(_("These customers were merged again since."))
    with transaction.atomic():
        change(drop, by=by, merged_into=None)
        for name, keys in data["rows"].items():
            _send(name, keys, drop)
        contacts = {c.pk: c for c in Contact._base_manager.filter(pk__in=[row[0] for row in data["contacts"]])}
        change_each(
            [(contacts[pk], {"customer": drop, "is_main": main, "retired_at": None} if fresh else
              {"customer": drop, "is_main": main}) for pk, main, fresh in data["contacts"] if pk in contacts], by=by,
        )
        for key, moved in data["above"].items():
            if key in _above and _above[key][1]:
                _above[key][1](keep, drop, moved, by=by, now=now)
        _fields_back(keep, data, by=by, now=now)
        _count_again([keep, drop])
        record("customers.unmerged", keep, by=by, at=now, about=keep, name=drop.name)
    return drop


def with_absorbed(customers):
    """A queryset of customers, each knowing as `absorbed` how many records were merged into it."""
    gone = Customer._base_manager.filter(merged_into=OuterRef("pk")).order_by().values("merged_into")
    return customers.annotate(absorbed=Subquery(gone.annotate(n=Count("pk")).values("n")))


def survivor(pk, user):
    """The id of the customer that this one was merged into, if `user` may see it; None otherwise."""
    for _step in range(10):
        pk = Customer._base_manager.filter(pk=pk).values_list("merged_into", flat=True).first()
        if pk is None or Customer.objects.visible_to(user).filter(pk=pk).exists():
            return pk
    return None


def _move_rows(keep, drop):
    """{what: keys} of everything of these floors that now names `keep`."""
    known = list(keep.helpers.values_list("user", flat=True))
    rows = {name: list(model._base_manager.filter(customer=drop).values_list("pk", flat=True))
            for name, model in MOVED.items()}
    rows["CustomerHelper"] = list(drop.helpers.exclude(user__in=known).values_list("pk", flat=True))
    rows["Event"] = list(Event.objects.about_customer(drop).values_list("pk", flat=True))
    kind = ContentType.objects.get_for_model(Customer)
    rows["Attachment"] = list(
        Attachment.objects.filter(parent_type=kind, parent_id=drop.pk).values_list("pk", flat=True)
    )
    rows["Notification"] = list(Notification.objects.about(drop).values_list("pk", flat=True))
    for name, keys in rows.items():
        _send(name, keys, keep)
    return {name: keys for name, keys in rows.items() if keys}


def _send(name, keys, to):
    """The rows of one table name `to` from now on."""
    if name in MOVED:
        MOVED[name]._base_manager.filter(pk__in=keys).update(customer=to)
    elif name == "CustomerHelper":
        CustomerHelper.objects.filter(pk__in=keys).update(customer=to)
    elif name == "Event":
        Event.objects.filter(pk__in=keys).update(about_customer_id=to.pk)
    elif name == "Attachment":
        Attachment.objects.filter(pk__in=keys).update(parent_id=to.pk)
    elif name == "Notification":
        Notification.objects.filter(pk__in=keys).update(subject_id=to.pk)


def _move_contacts(keep, drop, *, by, now):
    """[[key, was main, was in use and is no longer]]: somebody known at both, by name and number, is shown once."""
    mine = list(Contact._base_manager.filter(customer=keep, retired_at=None))
    known = {(contact.name, contact.phone_key) for contact in mine}
    has_main, wanted, kept = any(contact.is_main for contact in mine), [], []
    for contact in Contact._base_manager.filter(customer=drop).order_by("-is_main", "pk"):
        twice = contact.retired_at is None and (contact.name, contact.phone_key) in known
        kept.append([contact.pk, contact.is_main, twice])
        fields = {"customer": keep, "is_main": contact.is_main and not has_main and not twice}
        if twice:
            fields["retired_at"] = now
        wanted.append((contact, fields))
    change_each(wanted, by=by)
    return kept


def _set_fields(keep, drop, chosen, *, expect, by, now):
    """The fields as chosen; what the undo needs: the versions around it, the names, the rows of the tag."""
    if chosen is None:
        chosen = {name: getattr(drop, name) for name in FILLED if not getattr(keep, name) and getattr(drop, name)}
        if is_raise(keep.tag, drop.tag):
            chosen["tag"] = drop.tag
    values = dict(chosen)
    values["custom"] = patched(drop.custom | keep.custom, values.get("custom", {}))  # what keep lacks, then as chosen
    tag = values.pop("tag", keep.tag)
    if "name" in values:
        name = values["name"]
        values |= {"name_key": name_key(name), "pinyin": pinyin(name), "initials": initials(name)}
    if "size_text" in values and "staff_min" not in values:
        side = keep if values["size_text"] == keep.size_text else drop
        values |= {"staff_min": side.staff_min, "staff_max": side.staff_max}
    if "owner" in values:
        values["team"] = values["owner"].team if values["owner"] else keep.team
    changed = change(keep, by=by, expect=expect, **values)
    set_tags([(keep, tag)], by=by, now=now)
    rows = TagChange.objects.filter(customer=keep, recorded_at=now, new=tag, why="person", voided_at=None)
    return {"fields": changed, "version": expect, "tags": list(rows.values_list("pk", flat=True)), "tag": tag}


def _fields_back(keep, data, *, by, now):
    """What the merge changed and nobody changed since."""
    rows = list(TagChange.objects.filter(pk__in=data["tags"]))
    if rows and keep.tag == data["tag"]:
        void_tag_changes(rows, by=by, now=now)
        keep.refresh_from_db()
    past = {row.version: row for row in keep.history.filter(version__in=[data["version"], data["version"] + 1])}
    before, after = past.get(data["version"]), past.get(data["version"] + 1)
    if not data["fields"] or before is None or after is None:
        return
    names = [name for name in data["fields"] if hasattr(before, Customer._meta.get_field(name).attname)]
    back = {Customer._meta.get_field(name).attname: name for name in names}
    values = {
        name: getattr(before, attname) for attname, name in back.items()
        if getattr(keep, attname) == getattr(after, attname)
    }
    if "custom" in back.values():  # field by field: one edited since stays, the others go back
        was, given = before.custom, after.custom
        still = [slug for slug in {**was, **given} if was.get(slug) != given.get(slug) == keep.custom.get(slug)]
        values["custom"] = patched(keep.custom, {slug: was.get(slug) for slug in still})
    for name in ("owner", "team", "pooled_from", "made_by"):
        if name in values:
            model = Customer._meta.get_field(name).related_model
            values[name] = model._base_manager.filter(pk=values[name]).first()
    if "name" in values:
        name = values["name"]
        values |= {"name_key": name_key(name), "pinyin": pinyin(name), "initials": initials(name)}
    change(keep, by=by, **values)


def _count_again(customers):
    """What follow-ups, steps and names say of them."""
    for customer in customers:
        customer.refresh_from_db()
    facts.refresh_talks(customers)
    facts.refresh_steps(customers)
    index_again(customers)
