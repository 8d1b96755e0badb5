"""The search table (D42): which customers a typed word may mean, on both databases alike.

Names and contacts by grams of one and two characters, pinyin initials by the same over their letters, phones by
their last four digits. A phone is searched only where the searcher sees it in full (requirements §1).
"""

import re

from django.db.models import Q

from core.text import grams, initials, is_masked, phone_key, plain
from customers.models import Contact, Gram

TAIL = 4
FIRST = 4  # grams of the query that are looked up; the rest adds nothing worth its join
BATCH = 60_000


def words_of(customer, contacts):
    """{(gram, kind)} of one customer and its contacts in use."""
    found = {(gram, "n") for gram in grams(customer.name)}
    found |= {(gram, "i") for gram in grams(initials(customer.name)) if gram.isalnum()}
    for contact in contacts:
        found |= {(gram, "c") for gram in grams(contact.name)}
        found |= {(gram, "i") for gram in grams(initials(contact.name)) if len(gram) == 2 and gram.isalnum()}
        key = phone_key(contact.phone)
        if len(key) >= TAIL and not is_masked(key[-TAIL:]):
            found.add((key[-TAIL:], "p"))
    return found


def index(customers, contacts_of, *, new=False):
    """Write the grams of customers. `contacts_of`: {customer id: [Contact]}; `new` skips the deletion of old rows."""
    if not new:
        Gram.objects.filter(customer__in=[customer.pk for customer in customers]).delete()
    Gram.objects.bulk_create(
        [
            Gram(customer_id=customer.pk, gram=gram, kind=kind)
            for customer in customers
            for gram, kind in sorted(words_of(customer, contacts_of.get(customer.pk, [])))
        ],
        batch_size=BATCH,
    )


def index_again(customers):
    """Grams after a name or a contact changed: read the contacts, then write."""
    contacts_of = {}
    for contact in Contact.objects.filter(customer__in=customers, retired_at=None):
        contacts_of.setdefault(contact.customer_id, []).append(contact)
    index(customers, contacts_of)


def found(text, user):
    """A condition on Customer for what was typed; None when nothing can match.

    Digits of four or more are a phone's end, or part of a name; letters may be pinyin initials.
    """
    squeezed = re.sub(r"\s+", "", plain(text))
    if not squeezed:
        return None
    condition = _all_of(squeezed, ["n"]) | _all_of(squeezed, ["c"])
    if squeezed.isascii() and squeezed.isalpha() and len(squeezed) > 1:
        condition |= _all_of(squeezed, ["i"])
    digits = phone_key(squeezed)
    if len(digits) >= TAIL and re.fullmatch(r"[\d+\-() ]+", squeezed):
        by_tail = Q(pk__in=Gram.objects.filter(gram=digits[-TAIL:], kind="p").values("customer"))
        if len(digits) > TAIL:
            by_tail &= Q(pk__in=Contact.objects.filter(phone_key__endswith=digits).values("customer"))
        condition |= by_tail & phone_scope(user)
    return condition


def found_by_contact(text):
    """A condition on Customer: the typed words are in a contact's name."""
    squeezed = re.sub(r"\s+", "", plain(text))
    return _all_of(squeezed, ["c"]) if squeezed else Q(pk__in=[])


def phone_scope(user):
    """Customers whose phones `user` sees in full: not admins, who see the mask until they reveal (D6)."""
    return Q(pk__in=[]) if user.is_admin else Q()


def _all_of(text, kinds):
    wanted = [text[i : i + 2] for i in range(len(text) - 1)] or [text]
    condition = Q()
    for gram in dict.fromkeys(wanted[:FIRST]):
        condition &= Q(pk__in=Gram.objects.filter(gram=gram, kind__in=kinds).values("customer"))
    if len(wanted) > FIRST and kinds == ["n"]:
        condition &= Q(name__icontains=text)
    return condition
