"""The contact's part of every sheet: found by number or name, completed, never robbed of a full number (D6, B17)."""

from core.changing import change_each
from core.text import is_masked, phone_key, plain
from customers.cells import fits
from customers.creating import add_contacts
from customers.importing import OF_CONTACT, OTHERWISE
from customers.models import Contact
from customers.searching import index_again
from exchange.problems import gettext_noop
from exchange.sheets import Part

MASK_KEPT = gettext_noop("A masked number does not replace the one on file.")


class ContactPart(Part):
    order = 12

    def check(self, records, run):
        for record in records:
            if customer := record.links.get("customer"):
                self._contact(record, customer, run)

    def write(self, records, run):
        if touched := self._change_contacts(records, run):
            index_again(list(touched.values()))

    def _contact(self, record, customer, run):
        name, phone = record.get("contact", ""), record.get("phone", "")
        if not (name or phone):
            return
        mine = run.shared["contacts"].setdefault(customer.pk, [])
        contact = next((c for c in mine if phone and c.phone and fits(phone, c.phone)), None)
        contact = contact or next((c for c in mine if name and plain(c.name) == plain(name)), None)
        if contact is None:
            contact = Contact(customer=customer, name=name, **{f: record.get(f, "") for f in OF_CONTACT})
            mine.append(contact)
            if record.change("contact", "", name or phone):
                record.told |= {"phone", *OF_CONTACT}
                record.links["new_contact"] = {"name": name} | {f: record.get(f, "") for f in OF_CONTACT}
            record.links["contact"] = contact
            return
        record.links["contact"] = contact
        for field in OF_CONTACT:
            new, old = record.get(field, ""), getattr(contact, field)
            if not new or new == old or contact.pk is None:
                continue
            if field == "phone" and (phone_key(new) == phone_key(old) or is_masked(new)):
                if is_masked(new) and old and not fits(new, old):
                    record.flag("phone", MASK_KEPT)
                    continue
                if old:
                    continue
            first = run.shared["seen"].setdefault((contact.pk, "contact", field), (record.number, new))
            if first[1] != new:
                record.flag(field, OTHERWISE, row=first[0])
            elif first[0] == record.number and record.change(field, old, new):
                record.links.setdefault("contact_fields", {})[field] = new

    def _change_contacts(self, records, run):
        new, wanted, touched = [], {}, {}
        for record in records:
            customer = record.links.get("customer")
            if row := record.links.get("new_contact"):
                new.append((record, customer, row))
                touched[customer.pk] = customer
            if fields := record.links.get("contact_fields"):
                contact = record.links["contact"]
                values = wanted.setdefault(contact.pk, (contact, {}))[1]
                for field, value in fields.items():
                    record.set.append(["customers.contact", contact.pk, field, getattr(contact, field), value])
                    values[field] = value
                if "phone" in fields:
                    values["phone_key"] = phone_key(fields["phone"])
                touched[customer.pk] = customer
        change_each(list(wanted.values()), by=run.by)
        groups = {}
        for _record, customer, row in new:
            has_some = any(c.pk for c in run.shared["contacts"].get(customer.pk, []))
            groups.setdefault(customer.pk, (customer, []))[1].append(row | ({} if not has_some else {"is_main": False}))
        made_now = add_contacts(list(groups.values()), by=run.by) if groups else {}
        for record, customer, row in new:
            contact = next(c for c in made_now[customer.pk] if (c.name, c.phone) == (row["name"], row["phone"]))
            record.links["contact"] = contact
            record.made.append(["customers.contact", contact.pk, str(contact)])
        return touched
