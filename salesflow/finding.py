"""Search over all floors (S20): customers, contacts, deals, requests, what was said, places; each through its own
gate."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import Count, Q, Subquery, Value
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.rights import sees_phone
from collaboration.models import CollaborationRequest
from collaboration.own import own_fields as request_fields
from core.asked import VERSION, number
from core.periods import today
from core.text import phone_key, plain
from customers.line import LONGEST
from customers.models import Contact, Customer, FollowUp, Gram, TableRow
from customers.recalling import newest_holding
from customers.rowkeeping import title_of
from customers.saying import told
from customers.searching import TAIL, found, found_by_contact
from customers.tablelist import saying
from customers.tagbar import TagBar, count_tags, tags_in
from exchange.defined import held, load
from exchange.typed import TEXTS
from pipeline.models import Deal
from pipeline.own import own_fields as deal_fields
from salesflow.doing import about_first, commands
from salesflow.hits import Hit
from salesflow.navigation import BARS, PLACES

MOST = 8
TWO_YEARS = dt.timedelta(days=731)
COUNTED = 100  # of the newest conversations that hold the words: how many the tags' chips count
WINDOW, DEEP = 3_000, 30_000  # conversations looked through where words have no index, newest first: palette, page


@held()
def search(user, text, *, now, deep=False, tags=(), tally=None):
    """[(heading, [Hit])] for what was typed; nothing typed: the five customers last spoken to, and the places.

    ">" asks for places alone, "@" for people, "#" for requests. `deep` (the page, not the palette) looks further back
    in what was said. With `tags` only what is about customers with one of them, and no places; `tally` is counted on
    the way.
    """
    whole, text = text.strip()[:LONGEST], text.strip()[:80]
    only, text = (text[0], text[1:].strip()) if text[:1] in (">", "@", "#") else ("", text)
    if only:
        groups = {
            ">": lambda: [] if tags else [(_("Do"), commands(user, text)), (_("Go to"), _places(user, text))],
            "#": lambda: [(_("Requests"), _requests(user, text, tags))],
            "@": lambda: [(_("Contacts"), _contacts(user, text, tags))],
        }[only]()
    else:
        customers = _customers(user, text, tags, tally)
        groups = [(_("Customers") if text else _("Recent"), customers)]
        if text:
            groups += [
                (_("Contacts"), _contacts(user, text, tags) if customers else []),  # each is found with its customer
                (_("Deals"), _deals(user, text, tags)),
                (_("Requests"), _requests(user, text, tags)),
                *_rows(user, text, tags),
                (_("Follow-ups"), _talks(user, text, tags, tally, now=now, deep=deep)),
            ]
        if not tags:
            line, named = _log(user, whole), about_first(user, customers) if text else []
            done = [(_("Do"), named + commands(user, text))]
            groups = [(_("Do"), line), *groups, *done, (_("Go to"), _places(user, text))]
    return [(heading, hits) for heading, hits in groups if hits]


@dataclass
class Tally:
    """How many customers with each tag something is found about: `rows` are those customers. Counted along with the
    first of them, in the statement that reads these; else by a grouped query of its own (R22)."""

    rows: object
    groups: dict | None = None
    talks: tuple = ()  # what was read of the conversations for it

    @property
    def statement(self):
        counted = {tag: Count("pk", filter=Q(tag=tag)) for tag in Customer.Tag.values}
        rows = self.rows.order_by().annotate(one=Value(1)).values("one")
        return Subquery(rows.annotate(counted=JSONObject(**counted)).values("counted"))

    def bar(self, data):
        groups = count_tags(self.rows, "tag") if self.groups is None else self.groups
        return TagBar(data, groups, tags_in(data))


def tally_of(user, text, *, now):
    """What the chips over the search page count; nothing where places are asked for. A contact is found with its
    customer (customers/searching.py). Of what was said the newest COUNTED are counted: no index counts words."""
    text = text.strip()[:80]
    only, text = (text[0], text[1:].strip()) if text[:1] in (">", "@", "#") else ("", text)
    if not text or only == ">":
        return Tally(Customer.objects.none(), {})
    talks = () if only else tuple(newest_holding(_two_years(user, now), text, most=COUNTED, window=DEEP))
    about = {
        "@": lambda: [_contact_rows(user, text).values("customer")],
        "#": lambda: [_request_rows(user, text).filter(customer__isnull=False).values("customer")],
        "": lambda: [
            _customer_rows(user, text).values("pk"), _deal_rows(user, text).values("customer"),
            _request_rows(user, text).filter(customer__isnull=False).values("customer"),
            Customer.objects.filter(pk__in=[customer for _pk, customer, _words, _name in talks]).values("pk"),
        ],
    }[only]()
    first, *others = (rows.order_by() for rows in about)
    wanted = first.union(*others) if others else first  # one set of ids: a condition of ORs would read every customer
    return Tally(Customer.objects.visible_to(user).filter(pk__in=wanted), talks=talks)


def _customer_rows(user, text):
    customers = Customer.objects.visible_to(user).live()
    if text:
        condition = found(text, user)
        customers = customers.filter(condition) if condition is not None else customers.none()
    return customers


def _customers(user, text, tags, tally):
    rows = _with_tags(_customer_rows(user, text), tags, "tag").select_related("owner")
    counts = tally is not None and tally.groups is None
    rows = rows.annotate(counted=tally.statement) if counts else rows
    first = list(rows.order_by("-last_contact_at", "-id")[: MOST if text else 5])
    if counts and first:
        tally.groups = {(tag,): n for tag, n in first[0].counted.items() if n}
    return [
        Hit(reverse("customer", args=[c.pk]), c.name, str(c.owner or ""), about=f"customer-{c.pk}") for c in first
    ]


def _with_tags(rows, tags, path="customer__tag"):
    return rows.filter(**{f"{path}__in": tags}) if tags else rows


def _contact_rows(user, text):
    """People by name, by the end of a number where it is shown in full, by both at their customer."""
    wanted = Q(customer__in=Customer.objects.live().filter(found_by_contact(text)), name__icontains=text)
    digits = phone_key(text)
    if len(digits) >= TAIL and not user.is_admin and re.fullmatch(r"[\d+\-() ]+", text):
        by_tail = Gram.objects.filter(gram=digits[-TAIL:], kind="p").values("customer")
        wanted |= Q(customer__in=by_tail, phone_key__endswith=digits)
    rows = Contact.objects.visible_to(user).filter(wanted, retired_at=None, customer__archived_at=None)
    return rows.filter(customer__merged_into=None)


def _contacts(user, text, tags):
    if not text:
        return []
    rows = _with_tags(_contact_rows(user, text), tags).select_related("customer").order_by("name", "pk")[:MOST]
    return [
        Hit(reverse("customer", args=[c.customer_id]), _name_of(c, user), c.customer.name, "people",
            about=f"customer-{c.customer_id}") for c in rows
    ]


def _name_of(contact, user):
    if contact.phone and sees_phone(user, contact.customer) == "full":
        return f"{contact.name} {contact.phone}".strip()
    return contact.name


def _deal_rows(user, text):
    said = Q(name__icontains=text)
    for one in deal_fields():
        said |= Q(**{f"custom__{one.slug}__icontains": text}) if one.kind in TEXTS else Q()
    return Deal.objects.visible_to(user).filter(said)


def _deals(user, text, tags):
    rows = _with_tags(_deal_rows(user, text), tags)
    rows = rows.select_related("customer", "stage").order_by("-pk")[:MOST]
    return [
        Hit(f"{reverse('customer', args=[d.customer_id])}?deal={d.pk}", d.name or d.customer.name,
            f"{d.customer.name} · {d.stage.words}", "flow", about=f"customer-{d.customer_id}") for d in rows
    ]


def _talks(user, text, tags, tally, *, now, deep):
    """What was said, newest first, of the conversations of two years that he may read (D42)."""
    if tally is not None and not tags:
        found = tally.talks[:MOST]
    else:
        talks = _with_tags(_two_years(user, now), tags)
        found = newest_holding(talks, text, most=MOST, window=DEEP if deep else WINDOW)
    return [
        Hit(f"{reverse('customer', args=[customer])}#ev-{pk}", _around(words, text), name, "chat",
            about=f"customer-{customer}")
        for pk, customer, words, name in found
    ]


def _two_years(user, now):
    return FollowUp.objects.visible_to(user).counted().filter(happened_at__gte=now - TWO_YEARS)


def _around(words, text):
    """The words around the hit."""
    words = " ".join(words.split())
    at = max(words.casefold().find(text.casefold()) - 12, 0)
    return f"{'…' if at else ''}{words[at : at + 40]}{'…' if len(words) > at + 40 else ''}"


def _rows(user, text, tags):
    """[(table, hits)] of the own tables whose rows say it; nothing is asked where there are none (R41)."""
    tables, found = load().tables, {}
    if not tables or not text:
        return []
    rows = _with_tags(TableRow.objects.visible_to(user).live().filter(saying(text)), tags)
    for row in rows.select_related("customer", "table").order_by("-pk")[:MOST]:
        name = title_of(row.values, load().every.get(row.table.slug, ()))
        url = f"{reverse('customers:table', args=[row.table.slug])}?{urlencode({'q': text})}"
        hit = Hit(url, name or row.customer.name, row.customer.name, "grid", about=f"customer-{row.customer_id}")
        found.setdefault(row.table.words, []).append(hit)
    return list(found.items())


def _log(user, text):
    """A line that says more than a name is a log (M14): Enter reads it. Nobody is looked up before."""
    if user.is_support or not told(text, on=today()).is_told:
        return []
    url = reverse("customers:line") + "?" + urlencode({"text": text})
    return [Hit(url, _("Log: %(line)s") % {"line": text}, "↵", "pen", opens="drawer")]


def _request_rows(user, text):
    key = plain(text)
    wanted = Q(reference__icontains=text) | Q(title__icontains=text)
    for one in request_fields():
        wanted |= Q(**{f"custom__{one.slug}__icontains": text}) if one.kind in TEXTS else Q()
    if (asked := number(key.removeprefix("r-").removeprefix("#"), VERSION)) is not None:
        wanted |= Q(number=asked)
    return CollaborationRequest.objects.visible_to(user).filter(wanted)


def _requests(user, text, tags):
    if not text:
        return []
    rows = _request_rows(user, text)
    rows = _with_tags(rows.with_tag(user), tags, "seen_tag") if tags else rows
    rows = rows.order_by("-number")[:MOST]
    return [
        Hit(reverse("collaboration:page", args=[r.number]), f"{r.code} {r.title}", r.get_state_display(), "hands",
            about=f"request-{r.number}")
        for r in rows
    ]


def _places(user, text):
    key = plain(text)
    names = [name for name in BARS[user.role][0] if key in plain(str(PLACES[name][1]))]
    return [Hit(reverse(PLACES[name][0]), str(PLACES[name][1]), icon=PLACES[name][2]) for name in names]
