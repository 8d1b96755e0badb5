"""The customer's part of every sheet: matched by key, name or phone, compared cell by cell, written set-based."""

from core.changing import change_each
from core.text import name_key, plain
from customers.cells import fits, tag_word
from customers.creating import create_many, named, staff_band
from customers.custom import own_fields
from customers.importing_back import CUSTOM, customers_back, tags_back
from customers.models import Contact, Customer
from customers.searching import index_again
from customers.tagging import set_tags
from customers.transferring import IMPORT, assign_many
from exchange import typed
from exchange.owncolumns import all_people, flag_missing
from exchange.ownforms import patched
from exchange.problems import gettext_noop
from exchange.sheets import Part

AMBIGUOUS = gettext_noop("%(count)s customers are called “%(value)s”. Write the phone number of the one you mean.")
NOT_FOUND = gettext_noop("This row belongs to a customer that was not found.")
SAME_AS = gettext_noop("The same as row %(row)s: counted once.")
OTHERWISE = gettext_noop("Row %(row)s says otherwise for the same customer; its value is used.")
NO_RIGHT = gettext_noop("You may not give this customer to somebody else.")

FIELDS = ("industry", "size_text", "revenue", "source", "address", "website", "notes", "grade")
OF_CONTACT = ("position", "phone", "email", "wechat")
CHUNK = 5000


class New:
    """A customer the file brings: `row` for create_many, and the record that brought it first."""

    def __init__(self, record, row):
        self.record, self.row, self.customer = record, row, None


class CustomerPart(Part):
    order = 10

    def check(self, records, run):
        found = self._found(records, run)
        run.shared.setdefault("new", {})
        run.shared.setdefault("seen", {})
        for record in records:
            if record.errors and not record.values.get("customer"):
                continue
            self._match(record, run, *found)
            if customer := record.links.get("customer"):
                self._compare(record, customer, run)
            elif not record.errors:
                self._new(record, run)
        self._tags(records, run)

    # --- finding ---

    def _found(self, records, run):
        keys = {name_key(r.values["customer"]) for r in records if r.values.get("customer")}
        pks = {r.values["customer_key"] for r in records if r.values.get("customer_key")}
        rows = Customer.objects.visible_to(run.by).select_related("owner", "team")
        customers = []
        for chunk in chunks(keys):
            customers += rows.filter(name_key__in=chunk)
        by_pk = {customer.pk: customer for customer in customers}
        for chunk in chunks(pks - set(by_pk)):
            by_pk |= {customer.pk: customer for customer in rows.filter(pk__in=chunk)}
        by_name = {}
        for customer in by_pk.values():
            by_name.setdefault(customer.name_key, []).append(customer)
        contacts = {}
        for chunk in chunks(by_pk):
            for contact in Contact.objects.filter(customer_id__in=chunk, retired_at=None):
                contacts.setdefault(contact.customer_id, []).append(contact)
        run.shared["contacts"] = contacts
        return by_pk, by_name, contacts

    def _match(self, record, run, by_pk, by_name, contacts):
        if key := record.values.get("customer_key"):
            if key not in by_pk:
                record.wrong("_key", NOT_FOUND)
            else:
                record.links["customer"] = by_pk[key]
            return
        name = record.values.get("customer")
        same = by_name.get(name_key(name), []) if name else []
        if len(same) > 1:
            exact = [customer for customer in same if plain(customer.name) == plain(name)]
            same = exact if len(exact) == 1 else same
        if len(same) > 1 and (phone := record.values.get("phone")):
            same = [c for c in same if any(fits(phone, one.phone) for one in contacts.get(c.pk, []))] or same
        if len(same) > 1:
            record.wrong("customer", AMBIGUOUS, count=len(same), value=name)
        elif same:
            record.links["customer"] = same[0]

    # --- comparing ---

    def _compare(self, record, customer, run):
        if record.values.get("customer_key") and record.sheet.slug == "customers":
            self._differs(record, customer, run, "name", record.values.get("customer", ""))
        for field in FIELDS:
            if (new := record.values.get(field)) not in (None, ""):
                self._differs(record, customer, run, field, new)
        if (lead := record.values.get("lead")) and lead not in customer.notes:
            self._differs(record, customer, run, "notes", f"{customer.notes}\n{lead}".strip())
        if record.sheet.slug == "customers":
            self._owner(record, customer, run)
            self._own(record, customer, run)

    def _own(self, record, customer, run):
        """Custom fields, by their slugs; an empty cell keeps what is there."""
        for one in run.once("own", own_fields):
            old, new = typed.current(customer.custom.get(one.slug), one), record.values.get(one.slug)
            if new is None or old == new:
                continue
            first = run.shared["seen"].setdefault((customer.pk, one.slug), (record.number, new))
            shown = tuple(typed.say(value, one, run.once("people", all_people)) for value in (old, new))
            if first[1] != new:
                record.flag(one.slug, OTHERWISE, row=first[0])
            elif first[0] == record.number and record.change(one.slug, old, new, shown=shown):
                record.links.setdefault("own", {})[one.slug] = new

    def _differs(self, record, customer, run, field, new):
        if new in ("", None) or getattr(customer, field) == new:
            return
        shown = "customer" if field == "name" else field
        first = run.shared["seen"].setdefault((customer.pk, field), (record.number, new))
        if first[1] != new:
            record.flag(shown, OTHERWISE, row=first[0])
        elif first[0] == record.number and record.change(shown, getattr(customer, field), new):
            record.links.setdefault("fields", {})[field] = new

    def _owner(self, record, customer, run):
        named_person = record.values.get("owner")
        if named_person is None or (customer.owner and plain(named_person.words) == plain(customer.owner.name)):
            return
        if (user := run.people.needed(record, "owner")) is None or user == customer.owner:
            return
        if run.by.is_rep:
            record.may_not("owner", NO_RIGHT)
        elif record.change("owner", customer.owner or "", user):
            record.links["assign"] = user

    # --- new ones ---

    def _new(self, record, run):
        name = record.values.get("customer")
        if not name:
            return
        key = name_key(name)
        new = run.shared["new"].get(key)
        if new is None:
            # The rep of the row owns what it brings; a table that has both names means the responsible person.
            field = next((f for f in ("rep", "owner") if record.values.get(f)), None)
            owner = run.people.needed(record, field) if field else run.owner
            if record.errors:
                return
            row = {"name": name, "owner": owner, "contacts": [], "deal": {}}
            new = run.shared["new"][key] = New(record, row)
            record.is_new = True
            if record.sheet.slug == "customers":
                flag_missing(record, run.once("own", own_fields))
        elif record.sheet.slug == "customers":
            record.flag("customer", SAME_AS, row=new.record.number)
        for field in FIELDS:
            if record.values.get(field) not in (None, "") and field not in new.row:
                new.row[field] = record.values[field]
        for one in run.once("own", own_fields):
            if record.values.get(one.slug) is not None:
                new.row.setdefault("custom", {}).setdefault(one.slug, record.values[one.slug])
        if lead := record.values.get("lead"):
            new.row["notes"] = f"{new.row.get('notes', '')}\n{lead}".strip()
        name, phone = record.get("contact", ""), record.get("phone", "")
        known = [c for c in new.row["contacts"] if (phone and fits(phone, c["phone"])) or (name and c["name"] == name)]
        if (name or phone) and not known:
            new.row["contacts"].append({"name": name} | {f: record.get(f, "") for f in OF_CONTACT})
        record.links["new"] = new

    def _tags(self, records, run):
        """The tag a file gives a customer is that of its newest line; older lines repeat what was true then or now."""
        newest = {}
        for record in records:
            subject = record.links.get("customer") or record.links.get("new")
            if subject is not None and record.values.get("tag") and not record.errors:
                at = record.values["happened"].day.toordinal() if record.values.get("happened") else 0
                if id(subject) not in newest or at >= newest[id(subject)][0]:
                    newest[id(subject)] = (at, record, subject)
        for _at, record, subject in newest.values():
            tag = record.values["tag"]
            if isinstance(subject, New):
                subject.row["tag"] = tag
                record.links["tag"] = tag
            elif subject.tag != tag and record.change(
                "tag", subject.tag, tag, shown=(tag_word(subject.tag), tag_word(tag))
            ):
                record.links["tag"] = tag

    def take_back(self, batch, run):
        customers_back(batch, run)

    # --- writing ---

    def write(self, records, run):
        self._create(records, run)
        self._change(records, run)

    def _create(self, records, run):
        wanted = {id(r.links["new"]): r.links["new"] for r in records if r.links.get("new")}
        rows, first = list(wanted.values()), {}
        for record in records:
            if new := record.links.get("new"):
                first.setdefault(id(new), record)
        for new in rows:
            if new.row.get("tag"):
                new.row["deal"]["keep_tag"] = True
        customers = create_many([new.row for new in rows], by=run.by, now=run.now, batch=run.batch)
        for new, customer in zip(rows, customers, strict=True):
            new.customer = customer
            first[id(new)].made.append(["customers.customer", customer.pk, customer.name])
        for record in records:
            if new := record.links.get("new"):
                record.links["customer"] = new.customer

    def _change(self, records, run):
        wanted, renamed = {}, {}
        for record in records:
            if fields := record.links.get("fields"):
                customer = record.links["customer"]
                values = wanted.setdefault(customer.pk, (customer, {}))[1]
                for field, new in fields.items():
                    record.set.append(
                        ["customers.customer", customer.pk, field, plain_value(customer, field), str(new)]
                    )
                    values[field] = new
                if "name" in fields:
                    values.update(named(fields["name"]))
                    renamed[customer.pk] = customer
                if "size_text" in fields:
                    values["staff_min"], values["staff_max"] = staff_band(fields["size_text"])
            if patch := record.links.get("own"):
                customer = record.links["customer"]
                values = wanted.setdefault(customer.pk, (customer, {}))[1]
                values["custom"] = patched(values.get("custom", customer.custom), patch)
                for slug, new in patch.items():
                    old = customer.custom.get(slug)
                    record.set.append(["customers.customer", customer.pk, f"{CUSTOM}{slug}", old, new])
                renamed[customer.pk] = customer  # its words are found again
        change_each(list(wanted.values()), by=run.by)
        if renamed:
            index_again(list(renamed.values()))
        to = {}
        for record in records:
            if user := record.links.get("assign"):
                customer = record.links["customer"]
                record.set.append(["customers.customer", customer.pk, "owner", customer.owner_id, user.pk])
                to.setdefault(user, []).append(customer)
        for user, customers in to.items():
            assign_many(customers, user, by=run.by, now=run.now, how=IMPORT)


class TagPart(Part):
    """Last of all: what the file says of the tag stands, whatever the deals implied on the way (D11)."""

    order = 90

    def write(self, records, run):
        wanted = {r.links["customer"].pk: (r, r.links["tag"]) for r in records if r.links.get("tag")}
        changes = []
        for customer in Customer._base_manager.filter(pk__in=wanted) if wanted else []:
            record, tag = wanted[customer.pk]
            if customer.tag != tag:
                changes.append((customer, tag))
            if record.links.get("new") is None:
                old = next((c["old"] for c in record.changes if c["field"] == "tag"), "")
                record.set.append(["customers.tag", customer.pk, "tag", old, tag])
        set_tags(changes, by=run.by, now=run.now, why="import")

    def take_back(self, batch, run):
        tags_back(batch, run)


def plain_value(obj, field):
    value = getattr(obj, field)
    return None if value is None else str(value)


def chunks(keys):
    keys = sorted(keys)
    return [keys[i : i + CHUNK] for i in range(0, len(keys), CHUNK)]
