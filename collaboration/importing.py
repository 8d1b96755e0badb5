"""The request's part of its sheet: matched by number, people kept as words where they are nobody here (D20, D47)."""

import datetime as dt

from accounts.models import Department, User
from collaboration import importing_own
from collaboration.importing_back import requests_back
from collaboration.models import CollaborationRequest, RequestKind
from collaboration.raising import raise_many, stage_copied
from core.asked import number
from core.changing import change_each
from core.periods import at
from core.text import name_key, plain
from customers.importing import SAME_AS, chunks
from customers.models import Contact, Customer
from exchange.parsing import NOT_ALLOWED
from exchange.problems import gettext_noop
from exchange.sheets import Part
from pipeline.models import Deal

NO_SUCH = gettext_noop("This row belongs to a request that was not found.")
NO_DEPARTMENT = gettext_noop(
    "No department accepts requests yet. Make “%(value)s” in Setup first, then check again."
)
NO_CUSTOMER = gettext_noop("No customer “%(value)s” was found; the name is kept as written.")
NO_PERSON = gettext_noop("“%(value)s” is nobody in that department; the name is kept as written.")
KIND_KEPT = gettext_noop("“%(value)s” is no kind of request here; “Other” is used and the words are kept.")
NO_UNIT = gettext_noop("“%(value)s” is not a department here; the asker's own is used.")
BY_VERB = gettext_noop("State, person and result of a request change on its own page, not by an import.")
NOT_YOURS = gettext_noop("Only the asker, the managers above and admins change a request.")
OVER = ("done", "withdrawn", "closed")

FIELDS = ("description", "standard", "priority", "needed_by")


class RequestPart(Part):
    order = 40

    def check(self, records, run):
        known, by_text = self._existing(records, run)
        look = Lookup(records, run)
        seen = {}
        for record in records:
            self._read(record, look, run)
            if record.errors:
                continue
            reference = plain(record.get("reference", ""))
            text = (record.links["department"].pk, plain(record.values["description"]))
            request = (
                known.get(record.values.get("request_key"))
                if record.values.get("request_key")
                else (known.get(reference) if reference else by_text.get(text))
            )
            place = request.pk if request else reference or text
            if record.values.get("request_key") and request is None:
                record.wrong("_key", NO_SUCH)
            elif place in seen:
                record.flag("reference", SAME_AS, row=seen[place])
            elif request is None:
                if "asker_named" in record.links:
                    record.links["asker"] = run.people.needed(record, "asker")
                seen[place], record.is_new = record.number, not record.errors
                importing_own.flag(record, run)
            else:
                seen[place] = record.number
                self._compare(record, request, run)

    def _existing(self, records, run):
        references = {r.values["reference"] for r in records if r.values.get("reference")}
        numbers = {n for t in references if t[:2].upper() == "R-" and (n := number(t[2:], digits=9)) is not None}
        keys = {r.values["request_key"] for r in records if r.values.get("request_key")}
        rows = CollaborationRequest.objects.visible_to(run.by).select_related("department", "kind", "asker", "person")
        known, by_text = {}, {}
        for chunk in chunks(references):
            for request in rows.filter(reference__in=chunk):
                known.setdefault(plain(request.reference), request)
        for chunk in chunks(numbers):
            for request in rows.filter(number__in=chunk):
                known[plain(request.code)] = request
        for chunk in chunks(keys):
            known |= {request.pk: request for request in rows.filter(pk__in=chunk)}
        days = [r.values["asked"].day for r in records if r.values.get("asked") and not r.values.get("reference")]
        if days:
            span = (at(min(days), dt.time()), at(max(days) + dt.timedelta(days=1), dt.time()))
            for request in rows.filter(asked_at__gte=span[0], asked_at__lt=span[1], reference=""):
                by_text.setdefault((request.department_id, plain(request.description)), request)
        return known, by_text

    def _read(self, record, look, run):
        """Words of a row into departments, kind, customer and people."""
        words = record.get("department", "")
        department = look.departments.get(unit_key(words))
        if department is None and not any(e["field"] == "department" for e in record.errors):
            if look.serving:
                record.wrong("department", NOT_ALLOWED, value=words, allowed=[d.name for d in look.serving])
            else:
                record.wrong("department", NO_DEPARTMENT, value=words)
        record.links["department"] = department
        record.links["kind"] = look.kind(record)
        if unit := record.get("asker_department", ""):
            record.links["asker_department"] = look.departments.get(unit_key(unit))
            if record.links["asker_department"] is None:
                record.flag("asker_department", NO_UNIT, value=unit)
        if name := record.get("customer", ""):
            record.links["customer"] = look.customers.get(name_key(name))
            if record.links["customer"] is None:
                record.flag("customer", NO_CUSTOMER, value=name)
        self._asker(record, run)
        if (person := record.values.get("person")) and department:
            record.links["person"] = look.person(person.words, department)
            if record.links["person"] is None:
                record.flag("person", NO_PERSON, value=person.words)

    def _asker(self, record, run):
        named = record.values.get("asker")
        if named is None or plain(named.words) in (plain(run.by.name), plain(run.by.username)):
            record.links["asker"] = run.by
        elif named.user is None and run.people.settled.get(plain(named.words)) == "":
            record.links["asker"] = None  # settled: nobody here, the words are kept
        else:
            record.links["asker_named"] = named

    def _compare(self, record, request, run):
        record.links["request"] = request
        record.links.pop("asker_named", None)
        fields = {}
        for name in FIELDS:
            new = record.values.get(name)
            new = new.day if name == "needed_by" and new else new
            if new not in (None, "") and new != getattr(request, name):
                fields[name] = new
        patch = importing_own.changed(record, request, run)
        if (fields or patch) and not may_change(run.by, request):
            named = list({**fields, **patch})
            for name in named if record.key else named[:1]:
                record.may_not(name, NOT_YOURS)
            return
        importing_own.compare(record, request, patch, run)
        record.links["fields"] = {
            name: new for name, new in fields.items() if record.change(name, getattr(request, name) or "", new)
        }
        state, result = record.values.get("state"), record.get("result", "")
        if (state and state != request.state) or (result and result != request.result):
            record.flag("state", BY_VERB)

    # --- writing ---

    def write(self, records, run):
        new = [record for record in records if record.is_new]
        requests = raise_many([self._row(record, run) for record in new], by=run.by, now=run.now, batch=run.batch)
        for record, request in zip(new, requests, strict=True):
            record.made.append(["collaboration.request", request.pk, request.code])
        wanted = []
        for record in records:
            if fields := record.links.get("fields"):
                request = record.links["request"]
                for name, value in fields.items():
                    record.set.append(
                        ["collaboration.request", request.pk, name, str(getattr(request, name) or ""), str(value)]
                    )
                wanted.append((request, fields))
        change_each(wanted, by=run.by)
        importing_own.write(records, run)

    def _row(self, record, run):
        get, links = record.get, record.links
        asked, needed, state = record.values.get("asked"), record.values.get("needed_by"), get("state", "submitted")
        moment = min(at(asked.day, asked.time or dt.time(12)), run.now) if asked else run.now
        customer, description = links.get("customer"), record.values["description"]
        row = {
            "department": links["department"],
            "kind": links["kind"],
            "kind_words": get("kind", ""),
            "title": description.split("\n")[0][:60],
            "description": description,
            "standard": get("standard", ""),
            "priority": get("priority", "normal"),
            "needed_by": needed.day if needed else None,
            "state": state,
            "asked_at": moment,
            "reference": get("reference", ""),
            "result": get("result", ""),
            "asker": links.get("asker"),
            "person": links.get("person"),
            "asker_words": record.values["asker"].words
            if record.values.get("asker") and not links.get("asker")
            else "",
            "person_words": record.values["person"].words
            if record.values.get("person") and not links.get("person")
            else "",
            "asker_department": links.get("asker_department"),
            "customer_name": get("customer", ""),
            "state_before": "submitted" if state == "waiting" else "",
            "ended_at": moment if state in OVER else None,
            "custom": importing_own.new_values(record, run),
        }
        if customer:  # ids and the copied fields, so that no row asks the database again
            row |= {"customer_id": customer.pk, "customer_name": customer.name} | look_of(customer, run)
        return row

    def take_back(self, batch, run):
        requests_back(batch, run)


class Lookup:
    """What the words of all rows may mean, read once: departments, kinds, customers, people of the departments."""

    def __init__(self, records, run):
        departments = list(Department.objects.filter(is_active=True))
        self.serving = [department for department in departments if department.serves]
        self.departments = {}
        for department in departments:
            for name in (department.name, department.name_en):
                if name:
                    self.departments.setdefault(unit_key(name), department)
        self.kinds = list(RequestKind.objects.filter(retired_at=None))
        self.other = next((kind for kind in self.kinds if kind.code == "other"), None) or self.kinds[-1]
        keys = {name_key(r.values["customer"]) for r in records if r.values.get("customer")}
        self.customers, same = {}, {}
        for chunk in chunks(keys):
            for customer in Customer.objects.visible_to(run.by).filter(name_key__in=chunk):
                same.setdefault(customer.name_key, []).append(customer)
        self.customers = {key: found[0] for key, found in same.items() if len(found) == 1}
        copied(list(self.customers.values()), run)
        self.people = {}
        for user in User.objects.active().exclude(department=None).select_related("department"):
            for name in (user.name, user.username):
                self.people.setdefault((user.department_id, plain(name)), user)

    def kind(self, record):
        words = record.get("kind", "")
        found = next((kind for kind in self.kinds if kind.means(words)), None)
        if found is None and words:
            record.flag("kind", KIND_KEPT, value=words)
        return found or self.other

    def person(self, words, department):
        return self.people.get((department.pk, plain(words)))


def copied(customers, run):
    """The one open deal and the main contact of each customer: what a request carries (D3)."""
    deals, contacts = {}, {}
    for chunk in chunks(customer.pk for customer in customers):
        for deal in Deal.objects.filter(customer__in=chunk, stage__kind="open").select_related("stage"):
            deals.setdefault(deal.customer_id, []).append(deal)
        for contact in Contact.objects.filter(customer__in=chunk, retired_at=None):
            contacts.setdefault(contact.customer_id, contact)
    run.shared["copied"] = deals, contacts


def look_of(customer, run):
    deals, contacts = run.shared["copied"]
    mine, contact = deals.get(customer.pk, []), contacts.get(customer.pk)
    row = {"contact_id": contact.pk} if contact else {}
    if len(mine) == 1:
        row |= {"deal_id": mine[0].pk, "amount": mine[0].amount} | stage_copied(mine[0].stage)
    return row


def may_change(user, request):
    return (
        user.is_admin or request.asker_id == user.pk or (user.is_manager and request.asker_team_id in user.teams_led())
    )


def unit_key(name):
    return plain(name).removesuffix("部门").removesuffix("部").replace(" ", "")
