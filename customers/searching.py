"""The search table (D42): which customers a typed word may mean, on both databases alike.

Names and contacts by grams of one and two characters, pinyin initials by the same over their letters, whole pinyin by
its first letters, phones by their last four digits. A phone is searched only where the searcher sees it in full
(requirements §1).
"""

import re

from django.db.models import Count, Q

from core.text import grams, initials, is_masked, phone_key, pinyin, plain, without_suffixes
from customers.linewords import HANZI
from customers.mentions import core_name
from customers.models import Contact, Gram
from exchange.defined import load
from exchange.typed import TEXTS

TAIL = 4
FIRST = 4  # grams of the query that are looked up; the rest adds nothing worth its join
LOOKED = 12  # of a custom text, which is not compared whole
KEPT = 400  # characters of a custom text that are found
HEARD = 12  # letters of a name's pinyin that are kept
BATCH = 60_000


def words_of(customer, contacts):
    """{(gram, kind)} of one customer and its contacts in use."""
    found = {(gram, "n") for gram in grams(customer.name)}
    found |= {(gram, "i") for gram in grams(initials(customer.name)) if gram.isalnum()}
    found |= {(sound, "y") for sound in sounds(customer.name, core_name(customer.name))}
    for contact in contacts:
        found |= {(sound, "y") for sound in sounds(contact.name)}
        found |= {(gram, "c") for gram in grams(contact.name)}
        found |= {(gram, "i") for gram in grams(initials(contact.name)) if len(gram) == 2 and gram.isalnum()}
        key = phone_key(contact.phone)
        if len(key) >= TAIL and not is_masked(key[-TAIL:]):
            found.add((key[-TAIL:], "p"))
    for one in _texts() if customer.custom else ():
        found |= {(gram, "x") for gram in grams(str(customer.custom.get(one.slug, ""))[:KEPT])}
    return found


def _texts():
    """The custom fields that are texts, those switched off too: they may come back."""
    return [one for one in load().every.get("customer", ()) if one.kind in TEXTS]


def sounds(*names):
    """The first letters of each Chinese name's pinyin: 张敏 → zhangmin."""
    return {pinyin(name)[:HEARD] for name in names if re.search(f"[{HANZI}]", name)}


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

    Digits of four or more are a phone's end, or part of a name; letters may be pinyin initials, or
    the pinyin of a name from its beginning.
    """
    squeezed = re.sub(r"\s+", "", plain(text))
    if not squeezed:
        return None
    ways = [*(_all_of(name, "n") for name in _spellings(squeezed)), _all_of(squeezed, "c")]
    if squeezed.isascii() and squeezed.isalpha() and len(squeezed) > 1:
        ways.append(_all_of(squeezed, "i"))
        if len(squeezed) > 2:
            heard = squeezed[:HEARD]  # between two words of letters alone: every collation has them in this order
            ways.append(Gram.objects.filter(kind="y", gram__gte=heard, gram__lte=f"{heard}zzzz").values("customer"))
    digits = phone_key(squeezed)
    if len(digits) >= TAIL and re.fullmatch(r"[\d+\-() ]+", squeezed) and not user.is_admin:
        by_tail = Gram.objects.filter(gram=digits[-TAIL:], kind="p")  # admins see the mask until they reveal (D6)
        if len(digits) > TAIL:
            by_tail = by_tail.filter(customer__in=Contact.objects.filter(phone_key__endswith=digits).values("customer"))
        ways.append(by_tail.values("customer"))
    if any(one.is_on for one in _texts()):
        ways.append(_said_in_a_field(squeezed))
    return Q(pk__in=ways[0].union(*ways[1:]))  # one set of ids: a condition of ORs would read every customer


def _spellings(name):
    """What a customer may be kept as when its whole name is typed: 上海星澜科技有限公司, 上海星澜科技, 星澜科技."""
    short = without_suffixes(name)
    if short == name:
        return [name]
    core = core_name(name)
    return [short, core] if core != short and len(core) > 2 else [short]


def found_by_contact(text):
    """A condition on Customer: the typed words are in a contact's name."""
    squeezed = re.sub(r"\s+", "", plain(text))
    return Q(pk__in=_all_of(squeezed, "c") if squeezed else [])


def _said_in_a_field(text):
    """Ids of the customers with every gram of the text in their custom texts: counted, since one condition within the
    other is deeper than SQLite reads."""
    wanted = set([text[i : i + 2] for i in range(len(text) - 1)][:LOOKED] or [text])
    rows = Gram.objects.filter(kind="x", gram__in=wanted).order_by().values("customer")
    return rows.annotate(n=Count("gram")).filter(n=len(wanted)).values("customer")


def _all_of(text, kind):
    """Ids of the customers with every gram of the text among those of the kind."""
    wanted = [text[i : i + 2] for i in range(len(text) - 1)] or [text]
    found = None
    for gram in dict.fromkeys(wanted[:FIRST]):
        having = Gram.objects.filter(gram=gram, kind=kind)
        found = (having if found is None else having.filter(customer__in=found)).values("customer")
    if len(wanted) > FIRST and kind == "n":
        found = found.filter(customer__name__icontains=text)
    return found
