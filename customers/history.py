"""The record of changes of a customer and its contacts, field by field, from the history rows (D21)."""

from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from activity.recording import record
from core.changing import change, conflict
from core.errors import NotAllowed
from core.text import mask_phone, mask_words, phone_key
from customers.creating import named, staff_band
from customers.custom import OF, own_fields, set_custom
from customers.models import Contact, Customer
from customers.searching import index_again
from exchange import typed
from exchange.defined import load
from exchange.owncolumns import names_for

RESTORED = {  # what can be brought back one by one; tag and owner have their own deeds
    Customer: {"name", "industry", "size_text", "revenue", "source", "address", "website", "grade", "labels", "notes"},
    Contact: {"name", "position", "phone", "email", "wechat", "part", "notes"},
}
HIDDEN = {"version", "id", "batch", "made_at", "made_by", "merged_into"}
MASKS = {"phone": mask_phone, "email": mask_words, "wechat": mask_words}  # of contacts (D6)
MOST = 100


@dataclass(frozen=True)
class Change:
    at: object
    by: object
    of: str  # "" for the customer, else the contact's name
    field: str
    old: str
    new: str
    of_contact: bool = False
    row: int = 0  # the history row whose value can be brought back; 0: not from here
    name: str = ""
    version: int = 0  # of the customer or contact when this was shown


def changes_of(customer, *, masked, most=MOST):
    """The newest changes of its fields and its contacts'. Phone, mail, WeChat masked for whoever sees the mask."""
    rows = customer.history.select_related("history_user", "owner", "team").order_by("-history_id")
    found = _changes(rows[: most + 1], "", customer.version)
    for contact in Contact._base_manager.filter(customer=customer):
        rows = contact.history.select_related("history_user").order_by("-history_id")[: most + 1]
        found += _changes(rows, contact.name, contact.version, masked=masked)
    return sorted(found, key=lambda change: change.at, reverse=True)[:most]


def restore(customer, of, row_id, name, *, masked, by, now, expect=None):
    """Bring one field back to what the history row `row_id` says, of the customer ("customer") or one of its contacts
    ("contact"). `expect` is the version the page showed: Conflict when the field was changed since (REL1). Raises
    ObjectDoesNotExist when the row is not of this customer, NotAllowed for what he sees masked."""
    model = {"customer": Customer, "contact": Contact}.get(of)
    if model is Customer and (one := next((one for one in own_fields() if one.slug == name), None)):
        row = Customer.history.get(history_id=row_id, id=customer.pk)
        if set_custom(customer, {name: row.custom.get(name)}, by=by, now=now, expect=expect):
            record("customers.restored", customer, by=by, at=now, about=customer, name=customer.name, field=one.label)
        return customer
    if model is None or name not in RESTORED[model]:
        raise ObjectDoesNotExist
    if masked and name in MASKS and model is Contact:
        raise NotAllowed
    own = {"id": customer.pk} if model is Customer else {"id__in": customer.contacts.values("pk")}
    row = model.history.get(history_id=row_id, **own)
    with transaction.atomic():
        obj = model._base_manager.select_for_update().get(pk=row.id)
        value = getattr(row, name)
        values = {name: value}
        if expect not in (None, obj.version) and (refused := conflict(obj, expect, values)).clashes:
            raise refused
        if name == "name" and model is Customer:
            values |= named(value)
        if name == "size_text":
            values["staff_min"], values["staff_max"] = staff_band(value)
        if name == "phone":
            values["phone_key"] = phone_key(value)
        if change(obj, by=by, **values):
            index_again([customer])
            label = str(model._meta.get_field(name).verbose_name)
            record("customers.restored", customer, by=by, at=now, about=customer, name=obj.name, field=label)
    return obj


def _changes(rows, of, version, *, masked=False):
    rows, found = list(rows), []
    for new, old in zip(rows, rows[1:], strict=False):
        for field in new.instance_type._meta.concrete_fields:
            if field.name in HIDDEN or not hasattr(new, field.attname):
                continue
            if field.name == "custom":
                found += _custom_changes(new, old, version)
            elif getattr(new, field.attname) != getattr(old, field.attname):
                may = field.name in RESTORED[new.instance_type] and not (masked and field.name in MASKS)
                say = MASKS.get(field.name, str) if masked else str
                found.append(
                    Change(new.history_date, new.history_user, of, str(field.verbose_name),
                           say(_value(old, field)), say(_value(new, field)),
                           new.instance_type is Contact, old.history_id if may else 0, field.name, version)
                )
    return found


def _custom_changes(new, old, version):
    """Custom fields, one by one, those switched off too."""
    known, found = load().every.get(OF, ()), []
    names = names_for(known, [new.custom, old.custom]) if known and new.custom != old.custom else None
    for one in known if names else ():
        was, now = old.custom.get(one.slug), new.custom.get(one.slug)
        if was != now:
            said = [typed.say(value, one, names) for value in (was, now)]
            row = old.history_id if one.is_on else 0
            at, by = new.history_date, new.history_user
            found.append(Change(at, by, "", one.words, *said, False, row, one.slug, version))
    return found


def _value(row, field):
    if field.choices:
        return str(dict(field.flatchoices).get(getattr(row, field.attname), getattr(row, field.attname)))
    value = getattr(row, field.name, None)
    return "" if value is None else str(value)
