"""The customers that a line may mean, out of those the writer sees: few, found through the search table (D42, M14).

customers/mentions.py then decides among them. At most four queries, whatever the number of customers.
"""

import re

from django.db.models import Count, Q
from pypinyin import lazy_pinyin

from core.text import plain
from customers.linewords import COMMON, HANZI, PLAIN_WORDS, SURNAMES, TITLES
from customers.mentions import Name
from customers.models import Contact, Customer, Gram

MOST = 120  # candidates by shared characters; the nearest come first
TOKENS = 8
_sounds = {}


def candidates(text, user):
    """[Name] of customers visible to `user` that share a word with the text; more than are meant, never all."""
    text = plain(text)
    visible = Customer.objects.visible_to(user).live()
    grams, tokens = _grams(text), _tokens(text)
    wanted = Q()
    pairs = grams | {token[i : i + 2] for token in tokens for i in range(len(token) - 1)}
    keys = []
    if pairs:
        near = Gram.objects.filter(gram__in=pairs, customer__in=visible.values("pk"))
        keys = list(
            near.values("customer").annotate(n=Count("gram", distinct=True)).order_by("-n").values_list(
                "customer", flat=True)[:MOST]
        )
    for token in tokens:
        if len(token) > 4:
            wanted |= Q(pinyin__startswith=token)
    surnames = _surnames(text, tokens)
    if surnames:
        wanted |= Q(pk__in=Gram.objects.filter(gram__in=surnames, kind="c").values("customer"))
    if wanted:
        keys += list(visible.filter(wanted).order_by("-last_contact_at", "-pk").values_list("pk", flat=True)[:MOST])
    return names_of(visible.filter(pk__in=set(keys))) if keys else []


def names_of(customers):
    """[Name] of a queryset of customers, with their contacts in use."""
    rows = list(customers.order_by("-last_contact_at", "-pk").values_list("pk", "name"))
    people = {}
    contacts = Contact.objects.filter(customer__in=[pk for pk, _name in rows], retired_at=None)
    for customer, pk, name, position in contacts.values_list("customer", "pk", "name", "position"):
        people.setdefault(customer, []).append((pk, name, position))
    return [Name(pk, name, tuple(people.get(pk, ()))) for pk, name in rows]


def _grams(text):
    """Pairs of Chinese characters that are not in every second line anyway."""
    runs = re.findall(f"[{HANZI}]+", text)
    return {run[i : i + 2] for run in runs for i in range(len(run) - 1)} - COMMON


def _tokens(text):
    """Latin words that may be a name or initials, the first ones of the line."""
    words = re.findall(r"(?<![\w#@.])[a-z][a-z'&-]{1,19}(?![\w@.])", text)
    return [word for word in dict.fromkeys(words) if word not in PLAIN_WORDS][:TOKENS]


def _surnames(text, tokens):
    """张 of 张经理, 老张 and zhang."""
    found = set(re.findall(f"([{HANZI}])(?:{TITLES})", text)) | set(re.findall(f"[老小]([{HANZI}])", text))
    if not _sounds:
        for char in SURNAMES:
            _sounds.setdefault(lazy_pinyin(char)[0], set()).add(char)
    for token in tokens:
        found |= _sounds.get(token, set())
    return found
