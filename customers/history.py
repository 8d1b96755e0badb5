"""The record of changes of a customer and its contacts, field by field, from the history rows (D21)."""

from dataclasses import dataclass

from core.text import mask_phone, mask_words
from customers.models import Contact

HIDDEN = {"version", "id", "custom", "batch", "made_at", "made_by", "merged_into"}
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


def changes_of(customer, *, masked, most=MOST):
    """The newest changes of its fields and its contacts'. Phone, mail and WeChat are masked for whoever sees the mask."""
    rows = customer.history.select_related("history_user", "owner", "team").order_by("-history_id")
    found = _changes(rows[: most + 1], "")
    for contact in Contact._base_manager.filter(customer=customer):
        rows = contact.history.select_related("history_user").order_by("-history_id")[: most + 1]
        found += _changes(rows, contact.name, masked=masked)
    return sorted(found, key=lambda change: change.at, reverse=True)[:most]


def _changes(rows, of, *, masked=False):
    rows, found = list(rows), []
    for new, old in zip(rows, rows[1:], strict=False):
        for field in new.instance_type._meta.concrete_fields:
            if field.name in HIDDEN or not hasattr(new, field.attname):
                continue
            if getattr(new, field.attname) != getattr(old, field.attname):
                say = MASKS.get(field.name, str) if masked else str
                found.append(
                    Change(new.history_date, new.history_user, of, str(field.verbose_name),
                           say(_value(old, field)), say(_value(new, field)))
                )
    return found


def _value(row, field):
    if field.choices:
        return str(dict(field.flatchoices).get(getattr(row, field.attname), getattr(row, field.attname)))
    value = getattr(row, field.name, None)
    return "" if value is None else str(value)
