"""Rows of the customers' sheets as they leave: in the template's words, phones as the reader may see them (D6, D46)."""

from django.db.models import Q

from accounts import rights
from core.lists import filtered
from core.periods import today, zone
from core.text import mask_phone
from customers.cells import tag_word
from customers.custom import own_fields
from customers.filters import CustomerFilter
from customers.models import Contact, Customer, FollowUp, Method, Need
from customers.staleness import Rule
from exchange import typed
from exchange.owncolumns import names_for

CHUNK = 1000


def may_take(user, prefix=""):
    """Whose customers a person may carry away: his own and his teams'. Helpers may not (D2). None: the nightly copy."""
    if user is None or user.is_admin:
        return Q()
    if not user.sells:
        return Q(pk__in=[])
    mine = Q(**{f"{prefix}owner": user})
    if user.is_manager:
        mine |= Q(**{f"{prefix}team__in": user.teams_led()}) | Q(**{f"{prefix}owner": None, f"{prefix}team": None})
    return mine


def customers_of(user, request, data):
    """Live customers of a person, narrowed by the query string of the list."""
    rows = Customer.objects.filter(may_take(user), merged_into=None)
    if user is None or not data:
        return rows.live()
    request.on, request.rule = today(), Rule.load()
    return filtered(request, rows, CustomerFilter, data=data)[0]


def follow_ups_of(user, request, data):
    """Follow-ups that count, of the customers the list shows."""
    customers = customers_of(user, request, data).order_by().values("pk")
    return FollowUp.objects.counted().filter(customer__in=customers)


def follow_up_rows(user, queryset):
    """(key, {field: value}) of follow-ups, oldest first; a thousand at a time, five queries each."""
    labels = dict(Method.objects.values_list("code", "label"))
    for rows in batches(queryset.order_by("customer_id", "happened_at", "pk")):
        rows = list(
            FollowUp.objects.filter(pk__in=rows)
            .order_by("customer_id", "happened_at", "pk")
            .select_related("customer__owner", "contact", "talked_by")
        )
        contacts = main_contacts({row.customer_id for row in rows})
        needs = {}
        for pk, text in Need.objects.filter(follow_up__in=rows).order_by("pk").values_list("follow_up", "text"):
            needs.setdefault(pk, []).append(text)
        for row in rows:
            contact = row.contact or contacts.get(row.customer_id)
            yield (
                f"F{row.pk}.{row.version}",
                customer_cells(row.customer)
                | contact_cells(contact, row.customer, user)
                | {
                    "purpose": row.purpose,
                    "happened": when(row),
                    "text": row.text,
                    "methods": "+".join(labels.get(code, code) for code in row.methods.split(",") if code),
                    "need": "\n".join(text for text in needs.get(row.pk, []) if text),
                    "next_text": row.next_text,
                    "tag": tag_word(row.customer.tag),
                    "rep": row.talked_by.name,
                },
            )


def customer_rows(user, queryset):
    """(key, {field: value}) of customers, by id; a thousand at a time, three queries each."""
    for keys in batches(queryset.order_by("pk")):
        rows = list(Customer.objects.filter(pk__in=keys).order_by("pk").select_related("owner"))
        own = own_fields()
        names = names_for(own, [row.custom for row in rows]) if own else None
        contacts = main_contacts({row.pk for row in rows})
        for row in rows:
            yield (
                f"C{row.pk}.{row.version}",
                customer_cells(row)
                | contact_cells(contacts.get(row.pk), row, user)
                | {
                    "revenue": row.revenue,
                    "source": row.source,
                    "address": row.address,
                    "website": row.website,
                    "tag": tag_word(row.tag),
                    "grade": row.grade,
                    "owner": row.owner.name if row.owner else "",
                    "notes": row.notes,
                }
                | {one.slug: typed.cell(row.custom.get(one.slug), one, names) for one in own},
            )


def customer_cells(customer):
    return {"customer": customer.name, "industry": customer.industry, "size_text": customer.size_text}


def contact_cells(contact, customer, user):
    if contact is None:
        return {"contact": "", "position": "", "phone": "", "email": "", "wechat": ""}
    shown = "full" if user is None else rights.sees_phone(user, customer)
    phone = contact.phone if shown == "full" else mask_phone(contact.phone) if shown == "masked" else ""
    return {
        "contact": contact.name,
        "position": contact.position,
        "phone": phone,
        "email": contact.email if shown == "full" else "",  # left out, not masked: empty cells keep what is there
        "wechat": contact.wechat if shown == "full" else "",
    }


def main_contacts(customers):
    found = {}
    for contact in Contact.objects.filter(customer_id__in=customers, retired_at=None).order_by("-is_main", "pk"):
        found.setdefault(contact.customer_id, contact)
    return found


def when(follow_up):
    """A date where only the day is known, else company time without a zone: Excel knows none."""
    moment = follow_up.happened_at.astimezone(zone())
    return moment.replace(tzinfo=None, second=0, microsecond=0) if follow_up.time_known else moment.date()


def batches(queryset):
    keys = list(queryset.values_list("pk", flat=True))
    return [keys[i : i + CHUNK] for i in range(0, len(keys), CHUNK)]
