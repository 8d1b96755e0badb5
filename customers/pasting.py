"""A pasted chat or mail thread, read for a person: whose it is, what of it is there already, what each part says (R1).

Between the pure readers (customers/conversations.py) and the pages. Reading writes nothing; save() writes what was
checked, once: the customers are locked, and what came in meanwhile is left out by its digest.
"""

import datetime as dt
import re
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import switches
from accounts.calendar import Calendar
from core.errors import Refused
from core.periods import today
from core.text import phone_key, plain
from customers import choices, conversations
from customers.conversations import FILE, SAID, Conversation
from customers.datewords import plan_in
from customers.dictionary import taught
from customers.dictionary import whole as dictionary_whole
from customers.hinting import topics_in
from customers.linewords import vocabulary
from customers.logging import Entry, held, log_many
from customers.mentions import who
from customers.models import Contact, Customer, Pasted, Topic
from customers.naming import candidates, names_of

PHONE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)")
NEW, PART, THERE = "new", "part", "there"
KEEPS = dt.timedelta(days=7)  # a check page may stay open so long: 昨天 is still the day before it was pasted


@dataclass
class Row:
    """A conversation on the check page. `fate` is new, part (`known` of its messages are there, only the others come)
    or there; `plan` is the day it names, `topics` what the customer said in it, `hinted` what it may mean besides, by
    the installed dictionary: offered, not ticked."""

    whole: Conversation
    part: Conversation | None
    known: int = 0
    contact: Contact | None = None
    outcome: str = "talked"
    topics: list = field(default_factory=list)
    hinted: list = field(default_factory=list)
    offered: list = field(default_factory=list)  # every label in use
    plan: tuple | None = None
    line: str = ""

    @property
    def shown_first(self):
        """Every label: what was said, what it may mean, then the others."""
        first = [*self.topics, *self.hinted]
        return first + [topic for topic in self.offered if topic not in first]

    @property
    def ref(self):
        return self.whole.ref

    @property
    def fate(self):
        return THERE if self.part is None else PART if self.known else NEW


@dataclass
class Look:
    """What a person is shown of a pasted text. Without a customer, `candidates` are those it may be."""

    thread: conversations.Thread
    customer: Customer | None
    candidates: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    topics: list = field(default_factory=list)
    others: list = field(default_factory=list)  # customers that the thread names besides the one chosen
    left: int = 0  # conversations for the next time, when there are more than a page takes

    @property
    def method(self):
        method = choices.load().methods.get(self.thread.kind)
        return method.code if method else ""


def look(text, user, *, now, customer=None):
    """Read a pasted text. `customer` was chosen, else the thread must say whose it is, by one customer only."""
    thread = conversations.read(text, now=now, known=_known(user, customer))
    mine = Customer.objects.visible_to(user).live().select_related("owner")
    keys = _meant(thread, text, user)
    found = list(mine.filter(pk__in=keys).order_by("name", "pk"))
    if customer is None and len(found) == 1:
        customer = found[0]
        thread = conversations.read(text, now=now, known=_known(user, customer))
    if customer is None:
        return Look(thread, None, found)
    topics = list(Topic.objects.filter(retired_at=None).order_by("position", "pk"))
    shown = Look(thread, customer, topics=topics, others=[one for one in found if one != customer])
    shown.rows = _rows(shown, user, now)
    return shown


def _known(user, customer):
    names = [user.name, user.username]
    return names + list(customer.contacts.filter(retired_at=None).values_list("name", flat=True)) if customer else names


def _meant(thread, text, user):
    """Keys of the customers that the thread names: by a contact's mail address or phone, else by who speaks in it."""
    people = Contact.objects.visible_to(user).filter(retired_at=None, customer__archived_at=None)
    same = Q(pk__in=[])
    for address in thread.addresses[:20]:
        same |= Q(email__iexact=address)
    phones = {phone_key(number) for number in PHONE.findall(text)} if not user.is_admin else set()
    same |= Q(phone_key__in=sorted(phones)[:20])
    keys = set(people.filter(same).values_list("customer", flat=True)[:20])
    if keys:
        return keys
    others = [name for name in thread.speakers if not _is(user, name)]
    said = "\n".join(title.replace(user.name, "") for title in thread.titles)
    words = " , ".join([*others, said])[:400]
    named = who(words, candidates(words, user))
    return {named.customer} if named.customer else {pk for pk, _contact in named.choices}


def _is(user, name):
    """Whether a speaker is the person himself."""
    return plain(name) in {plain(one) for one in (user.name, user.username, user.email, "我", "me") if one}


def _rows(shown, user, now):
    customer, thread = shown.customer, shown.thread
    there = already(customer, [digest for one in thread.conversations for digest in one.digests])
    words = vocabulary({}, shown.topics, tag_labels=switches.get("tag_labels"), taught=taught())
    names, calendar = names_of(Customer.objects.visible_to(user).filter(pk=customer.pk)), Calendar.load()
    people = {contact.pk: contact for contact in customer.contacts.filter(retired_at=None)}
    rows, dictionary = [], dictionary_whole()
    for whole in thread.conversations:
        part = whole.only(set(whole.digests) - there)
        if part and sum(row.part is not None for row in rows) == conversations.MOST:
            shown.left += 1
            continue
        row = Row(whole, part, known=len(whole.digests) - len(part.digests) if part else len(whole.digests))
        row.contact = _contact(whole, people, names)
        if part:
            theirs = _theirs(part, user, row.contact)
            said = "\n".join(one.text for one in theirs)
            row.topics = [topic for topic in shown.topics if dict(words.topics)[topic.pk].search(said)]
            row.offered, meant = shown.topics, topics_in(said, dictionary)
            row.hinted = [topic for topic in shown.topics if topic.pk in meant and topic not in row.topics]
            row.outcome = _outcome(part, theirs, thread.kind)
            row.plan = _plan(part, now, calendar)
            row.line = next((one.text.split("\n")[0] for one in theirs if len(one.text) > 3), "")[:40]
        rows.append(row)
    return rows


def already(customer, digests):
    """Those of the digests that follow-ups of this customer hold; an undone one holds nothing."""
    rows = Pasted.objects.filter(follow_up__customer=customer, follow_up__voided_at=None)
    found = set()
    for start in range(0, len(digests), 500):
        found |= set(rows.filter(digest__in=digests[start : start + 500]).values_list("digest", flat=True))
    return found


def _contact(whole, people, names):
    """The one contact of the customer who spoke in it, by mail address or name."""
    addresses = {one.address for one in whole.messages if one.address}
    mine = [contact for contact in people.values() if contact.email and contact.email.lower() in addresses]
    if len(mine) == 1:
        return mine[0]
    return people.get(who(" , ".join(whole.speakers)[:400], names).contact)


def _theirs(part, user, contact):
    """What the other side said. Of two who spoke, one of them a contact, the other is ours."""
    said = [one for one in part.messages if one.kind == SAID]
    speakers = part.speakers
    ours = {name for name in speakers if _is(user, name)}
    ours |= {one.speaker for one in said if one.address and plain(one.address) == plain(user.email or "")}
    if not ours and contact and len(speakers) == 2:
        named = [name for name in speakers if contact.name and (contact.name in name or name[:1] == contact.name[:1])]
        ours = set(speakers) - set(named) if len(named) == 1 else ours
    return [one for one in said if one.speaker not in ours]


def _outcome(part, theirs, kind):
    """A talk when the other side wrote; else something was sent, or only asked and never answered."""
    if theirs or part.unread:
        return "talked"
    return "sent" if kind == "email" or FILE.search(part.text()) else "no_answer"


def _plan(part, now, calendar):
    """(day, time, words) that the conversation names, seen from its own day, when that is still to come."""
    text = "\n".join(one.text for one in part.messages)
    plan = plan_in(text, today(part.end or now), calendar)
    if plan is None or plan[0].day < today(now):
        return None
    return plan[0].day, plan[0].time, plan[1][:120]


def save(parts, *, by, now, method, kind):
    """Write what was checked: `parts` are (Row, cleaned form). Returns (follow-ups made, conversations left out because
    they came in meanwhile)."""
    keys = sorted({data["customer"].pk for _row, data in parts})
    locked = {one.pk: one for one in held(Customer.objects.visible_to(by).live()).filter(pk__in=keys).order_by("pk")}
    asked = {key: [d for row, data in parts if data["customer"].pk == key for d in row.part.digests] for key in keys}
    there = {key: already(locked[key], asked[key]) for key in keys}
    entries, digests, late = [], [], 0
    for row, data in parts:
        customer = locked[data["customer"].pk]
        fresh = set(row.part.digests) - there[customer.pk]
        if not fresh:
            late += 1
            continue
        if fresh != set(row.part.digests):  # its text tells the others as well
            raise Refused(_("This was changed meanwhile."), holder=customer.owner)
        digests.append(sorted(fresh))
        entries.append(_entry(row, data, customer, by=by, method=method, kind=kind))
    made = log_many(entries, by=by, now=now, is_held=True)
    Pasted.objects.bulk_create(
        [Pasted(follow_up=one, digest=digest) for one, mine in zip(made, digests, strict=True) for digest in mine]
    )
    return made, late


def _entry(row, data, customer, *, by, method, kind):
    contact = row.contact if row.contact and row.contact.customer_id == customer.pk else None
    is_known = row.part.end is not None
    return Entry(
        customer=customer, talked_by=data["talker"] or (by if by.sells else customer.owner or by),
        happened_at=data["at"], time_known=is_known, text=data["text"], outcome=data["outcome"],
        methods=(method,) if method else (), contact=contact, source="chat",
        purpose=_("E-mail thread") if kind == "email" else _("Chat record"),
        needs=tuple((topic.kind, topic, "") for topic in data["topics"]),
        next_on=data["next_on"] if data["plan"] else None, next_time=data["next_time"] if data["plan"] else None,
        next_text=data["next_text"] if data["plan"] else "", key_action=_line(row, data),
    )


def _line(row, data):
    """The deal's key action: the first words of the customer, not the clock and the name before them."""
    if data["outcome"] == "no_answer":
        return ""
    return row.line or (_("Materials sent") if data["outcome"] == "sent" else "") or None
