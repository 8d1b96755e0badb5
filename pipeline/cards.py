"""Cards: deals with everything a card says, in three queries for any number of them (S7)."""

from dataclasses import dataclass

from django.db.models import F, OuterRef, Subquery

from accounts import rights
from accounts.models import User
from accounts.readers import Reader
from core.prepared import prepared
from customers.models import Contact, NextStep
from customers.staleness import state_of
from pipeline.listed import same_words
from pipeline.models import CardNote, Deal
from pipeline.models.stage import in_language
from pipeline.strips import CALM, strip_of

SHOWN = (
    "customer", "playbook", "stage", "name", "amount", "contract_amount", "rep", "owner", "expected_close", "signed_on",
    "won_at", "lost_at", "entered_at", "key_action", "key_action_on", "key_action_kind", "risk", "slips", "version",
    "updated_on", "custom", "customer__name", "customer__tag", "customer__grade", "customer__owner", "customer__team",
    "customer__open_deals", "customer__limit_days", "customer__quiet_since", "customer__next_step_on",
    "customer__waiting_until", "customer__archived_at", "customer__pooled_at", "customer__merged_into",
    "customer__tries", "customer__last_contact_on",
)


@dataclass
class Card:
    """One deal as the board prints it; `index` is its place in its column."""

    deal: Deal
    stage: object
    strip: object
    quiet: object
    step_on: object
    step_text: str
    phone: str
    index: int | str = 0
    past: bool = False  # of a day gone by (pipeline/asof.py): to be read, not to be worked with

    @property
    def pk(self):
        return self.deal.pk

    @property
    def is_won(self):
        return self.deal.won_at is not None and self.deal.signed_on is not None

    @property
    def closes(self):
        """The day it was signed, else the one it is expected to close."""
        return self.deal.signed_on if self.is_won else self.deal.expected_close

    @property
    def rank(self):
        return self.strip.rank if self.strip else CALM

    @property
    def name(self):
        """The customer; with several deals, which one."""
        return f"{self.deal.customer.name} · {self.deal.name}" if self.deal.name else self.deal.customer.name

    @property
    def money(self):
        won = self.deal.won_at is not None and self.deal.contract_amount is not None
        return self.deal.contract_amount if won else self.deal.amount

    @property
    def action(self):
        """The newest key action; one that says nothing but its name in the list says it in the reader's language."""
        deal = self.deal
        if deal.kind_code and same_words(deal.key_action, deal.kind_label, deal.kind_label, deal.kind_label_en):
            return in_language(deal.kind_label, deal.kind_label_en)
        return deal.key_action

    @property
    def kind_words(self):
        return in_language(self.deal.kind_label, self.deal.kind_label_en) if self.deal.kind_code else ""

    @property
    def href(self):
        several = f"?deal={self.deal.pk}" if self.deal.name else ""
        return f"/customers/{self.deal.customer_id}{several}"

    @property
    def log_href(self):
        several = f"&deal={self.deal.pk}" if self.deal.name else ""
        return f"/log?customer={self.deal.customer_id}{several}"

    @property
    def person(self):
        return self.deal.owner or self.deal.rep

    @property
    def order(self):
        """Strip priority, next step, expected close (ux S7)."""
        far = "9999"
        return (self.rank, str(self.step_on or far), str(self.deal.expected_close or far), self.deal.pk)


def shown(deals):
    """The queryset with what cards and rows of the table read, and nothing of the long texts."""
    steps = NextStep.objects.open().filter(customer=OuterRef("customer"), kind="ours").order_by("due_on", "id")
    mine = Contact.objects.filter(customer=OuterRef("customer")).exclude(phone="").order_by("-is_main", "id")
    return (
        deals.select_related("customer").only(*SHOWN)
        .annotate(
            step_text=Subquery(steps.values("text")[:1]), phone=Subquery(mine.values("phone")[:1]),
            rep_name=F("rep__name"), owner_name=F("owner__name"), kind_code=F("key_action_kind__code"),
            kind_label=F("key_action_kind__label"), kind_label_en=F("key_action_kind__label_en"),
        )
    )


def cards_of(deals, *, user, on, rule, stages):
    """Card for each of a list of deals read through shown(), in the order given. `stages` is {id: Stage}."""
    notes = {}
    for note in _standing([deal.pk for deal in deals]) if deals else ():
        notes.setdefault(note.deal_id, []).append(note)
    people = {}
    for deal in deals:  # a page has hundreds of deals and few people: one object a person
        deal.rep = _person(people, deal.rep_id, deal.rep_name)
        deal.owner = _person(people, deal.owner_id, deal.owner_name)
    return [_card(deal, notes.get(deal.pk, ()), user, on, rule, stages) for deal in deals]


@prepared
def _standing(deals):
    """The notes that stand on these deals, newest first."""
    return CardNote.objects.filter(deal__in=deals, until=None).order_by("-since", "-id")


@prepared
def shown_to(reader, keys):
    """The deals with these keys that are his to see, as a card shows them."""
    return shown(Deal.objects.visible_to(reader.person).filter(pk__in=keys))


def _person(people, pk, name):
    if pk and pk not in people:
        people[pk] = User(pk=pk, name=name)
    return people.get(pk)


def _card(deal, notes, user, on, rule, stages):
    deal.stage = stages[deal.stage_id]
    customer = deal.customer
    quiet = state_of(customer, on, rule)
    strip = strip_of(
        deal, on, quiet=quiet, step_on=customer.next_step_on, waiting_until=customer.waiting_until, notes=notes
    )
    phone = deal.phone if deal.phone and "*" not in deal.phone and rights.sees_phone(user, customer) == "full" else ""
    return Card(deal, deal.stage, strip, quiet, customer.next_step_on, deal.step_text or "", phone or "")


def cards_by_id(ids, *, user, on, rule, stages):
    """The same for ids, in their order; ids that no longer exist are left out."""
    ids = list(ids)
    found = {deal.pk: deal for deal in shown_to(Reader.of(user), ids)} if ids else {}
    return cards_of([found[pk] for pk in ids if pk in found], user=user, on=on, rule=rule, stages=stages)
