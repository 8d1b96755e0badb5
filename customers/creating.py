"""New customers, by form, log, import or paste: one road for all, written for a list (D10, D35)."""

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import switches
from activity.recording import record_many
from core.changing import write_history
from core.periods import today
from core.text import initials, name_key, phone_key, pinyin
from customers.models import Contact, Customer, TagChange
from customers.opening import open_first_deals
from customers.searching import index

BATCH = 2000
EXTRA = {"contacts", "deal"}


def create_many(rows, *, by, now, batch=None, open_deals=True):
    """Create a customer of each row and return them in order.

    Row keys are fields of Customer (owner a User or None) and two more: "contacts", a list of dicts of Contact's
    fields, and "deal", the values of its first deal for customers/opening.py. Team is the owner's unless given.
    `open_deals=False` leaves the opening of deals to the caller (an import that brings its own stages).
    About twelve statements a thousand rows.
    """
    if not rows:
        return []
    with transaction.atomic():
        quiet_until = today(now) + dt.timedelta(days=switches.get("import_quiet_days")) if batch else None
        customers = [_customer(row, by=by, now=now, batch=batch, quiet_until=quiet_until) for row in rows]
        Customer._base_manager.bulk_create(customers, batch_size=BATCH)
        write_history(customers, by=by, made=True)
        pairs = list(zip(customers, rows, strict=True))
        contacts_of = add_contacts([(customer, row.get("contacts", [])) for customer, row in pairs], by=by)
        index(customers, contacts_of, new=True)
        why = "import" if batch else "person"
        TagChange.objects.bulk_create(
            [TagChange(customer=c, old="", new=c.tag, at=now, recorded_at=now, by=by, why=why) for c in customers],
            batch_size=BATCH,
        )
        record_many(
            "customers.created", customers, by=by, at=now, about=lambda c: c.pk,
            data=lambda c: {"name": c.name} | ({"imported": True} if batch else {}),
        )
        if open_deals:
            values = {customer.pk: row["deal"] for customer, row in pairs if row.get("deal")}
            open_first_deals(customers, by=by, at=now, batch=batch, values=values)
            _read_back(customers)
    return customers


def create(*, by, now, batch=None, open_deals=True, **row):
    """The list of one: create(by=…, now=…, name="星澜科技", owner=user, contacts=[{"name": "张敏", "phone": "…"}])."""
    return create_many([row], by=by, now=now, batch=batch, open_deals=open_deals)[0]


def add_contacts(pairs, *, by):
    """Contacts of [(customer, [dict])] in one insert; the first of a customer without any is its main contact.
    Returns {customer id: [Contact]}. The caller keeps the search table (customers/searching.py)."""
    contacts_of = {}
    for customer, rows in pairs:
        made = [_contact(customer, row, by=by) for row in rows if any(row.values())]
        if made and not any(contact.is_main for contact in made):
            made[0].is_main = True
        contacts_of[customer.pk] = made
    new = [contact for made in contacts_of.values() for contact in made]
    Contact._base_manager.bulk_create(new, batch_size=BATCH)
    write_history(new, by=by, made=True)
    return contacts_of


def staff_band(text):
    """(least, most) of a size in the template's words: 500-1000人 → (500, 1000); 200人以上 → (200, None);
    words without a number, or about money, → (None, None)."""
    if not text or re.search(r"[¥￥亿万元]", text):
        return None, None
    numbers = [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]{0,8}", text)]
    if not numbers:
        return None, None
    if len(numbers) > 1:
        return min(numbers[:2]), max(numbers[:2])
    if re.search(r"以下|以内|小于|under|less|<", text, re.I):
        return None, numbers[0]
    if re.search(r"以上|大于|超过|over|more|\+|>", text, re.I):
        return numbers[0], None
    return numbers[0], numbers[0]


def named(name):
    """The three columns that follow from a name."""
    return {"name_key": name_key(name), "pinyin": pinyin(name), "initials": initials(name)}


def _customer(row, *, by, now, batch, quiet_until):
    fields = {name: value for name, value in row.items() if name not in EXTRA}
    name = " ".join(str(fields.pop("name", "")).split())
    if not name:
        raise ValidationError("a customer needs a name")
    owner = fields.get("owner")
    if owner is not None and not fields.get("team"):
        fields["team_id"] = owner.team_id
        fields.pop("team", None)
    if fields.get("size_text") and not (fields.get("staff_min") or fields.get("staff_max")):
        fields["staff_min"], fields["staff_max"] = staff_band(fields["size_text"])
    return Customer(
        name=name, **named(name), made_at=now, made_by=by, batch=batch, alarms_from=quiet_until, **fields
    )


def _contact(customer, row, *, by):
    return Contact(customer=customer, phone_key=phone_key(row.get("phone", "")), made_by=by, **row)


def _read_back(customers):
    """What opening the deals pushed down, on the objects the caller holds."""
    kept = ["open_deals", "open_amount", "limit_days", "opened_on", "quiet_since", "tag", "version"]
    rows = Customer._base_manager.filter(pk__in=[c.pk for c in customers]).values_list("pk", *kept)
    facts = {row[0]: row[1:] for row in rows}
    for customer in customers:
        for name, value in zip(kept, facts[customer.pk], strict=True):
            setattr(customer, name, value)
