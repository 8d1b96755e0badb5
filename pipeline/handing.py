"""Deals change hands or homes with their customers: transfer, leaving, merge of two customers (D34). Sales rep and
owner are two people where they must be, and each hand-over of one of them is a line of the customer's history (R53)."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from activity.recording import notify, record_many
from core.changing import change, change_each
from core.kept import forget
from customers.keeping import add_helper
from customers.models import Customer
from customers.transferring import LEAVING
from pipeline import facts, promises
from pipeline.models import CardNote, DayMark, Deal, StageDuty

PARTS = ("owner", "rep")
VERB = "pipeline.handed"


@dataclass(frozen=True)
class Hand:
    """One part of a deal ("owner" or "rep") that went from one person to another; either may be nobody."""

    deal: Deal
    part: str
    was: object
    to: object


def record_hands(hands, *, by, now, why="", how=""):
    """One event a hand-over on its customer's timeline; those that changed nothing are left out. [(Hand, event)]."""
    hands = [hand for hand in hands if (hand.was and hand.was.pk) != (hand.to and hand.to.pk)]
    said = iter(hands)
    reason = {name: text for name, text in (("why", why[:200]), ("how", how)) if text}

    def data(_deal):
        hand = next(said)
        return {
            "deal": hand.deal.name, "part": hand.part, "from": hand.was.name if hand.was else "",
            "to": hand.to.name if hand.to else "",
        } | reason  # fmt: skip

    deals = [hand.deal for hand in hands]
    events = record_many(VERB, deals, by=by, at=now, about=lambda deal: deal.customer_id, data=data)
    return list(zip(hands, events, strict=True))


def welcome(deal, recorded, *, by, now):
    """Whoever got a part of the deal sees it from now on, as a helper of its customer where he did not (D2), and is
    told so."""
    people = {hand.to.pk: (hand.to, event) for hand, event in recorded if hand.to}
    for person, event in people.values():
        if person.sells and not Customer.objects.visible_to(person).filter(pk=deal.customer_id).exists():
            add_helper(deal.customer, person, by=by, now=now)
        notify(
            VERB, deal, tell=[person], by=by, at=now, event=event, act=True, key=f"handed {event.pk}",
            name=deal.customer.name, deal=deal.name,
        )  # fmt: skip


def change_deals(wanted, *, by, now, how=""):
    """change_each() of core.changing for deals with owner and sales rep at hand: what changes hands is recorded."""
    parts = [(deal, part, fields) for deal, fields in wanted for part in PARTS if part in fields]
    hands = [Hand(deal, part, getattr(deal, part), fields[part]) for deal, part, fields in parts]
    changed = change_each(wanted, by=by)
    record_hands(hands, by=by, now=now, how=how)
    return changed


def give(deal, to, *, by, now, expect=None, why=""):
    """Make `to` the deal's owner; the sales rep stays who he is. `expect` is the version that was shown: Conflict when
    the deal has moved on. The right is the caller's to ask (pipeline/rights.py). Returns the deal."""
    with transaction.atomic():
        was = deal.owner
        if change(deal, by=by, expect=expect, owner=to):
            recorded = record_hands([Hand(deal, "owner", was, to)], by=by, now=now, why=why)
            welcome(deal, recorded, by=by, now=now)
    return deal


def follow_customers(customers, to, *, by, now, was):
    """Plug of customers/transferring.py: the open deals go along; won and lost ones keep who did them. What the
    customer's own event does not say is said for the deal: that it came from somebody else."""
    deals = list(Deal.objects.open().filter(customer__in=customers).select_related("rep", "owner"))
    hands = [
        Hand(deal, part, getattr(deal, part), to or (deal.rep if part == "rep" else None)) for deal in deals
        for part in PARTS if getattr(deal, f"{part}_id") != was.get(deal.customer_id)
    ]  # fmt: skip
    change_each([(deal, {"owner": to, "rep": to or deal.rep}) for deal in deals], by=by)
    record_hands(hands, by=by, now=now)


def worked_since(since):
    """Plug of customers/pooling.py: an open deal was opened or moved or got a key action on the company day `since` or
    later, or an approval holds it now. "No change" is no work."""
    on_it = {"deal__customer": OuterRef("pk"), "deal__stage__kind": "open"}
    done = DayMark.objects.filter(**on_it, how__in=(DayMark.How.MOVE, DayMark.How.ACTION), day__gte=since)
    opened = Deal.objects.open().filter(customer=OuterRef("pk"), opened_at__date__gte=since)
    held = CardNote.objects.filter(**on_it, kind=CardNote.Kind.HOLD, until=None)
    return Exists(done) | Exists(opened) | Exists(held)


def hand_over(user, to, *, by, now):
    """Plug of accounts/leaving.py: open deals of other people's customers that `user` answered for or sold."""
    mine = list((Deal.objects.open().filter(owner=user) | Deal.objects.open().filter(rep=user)).select_related(*PARTS))
    fields = [(deal, {part: to for part in PARTS if getattr(deal, f"{part}_id") == user.pk}) for deal in mine]
    moved = len(change_deals(fields, by=by, now=now, how=LEAVING)) + hand_duties(user, to)
    return moved + promises.hand_over(user, to, by=by, now=now)


def hand_duties(user, to):
    """The stages somebody answers for himself go to `to` (R16: never to nobody); without him to the sales manager. Who
    answers there already takes over that he approves."""
    mine = list(StageDuty.objects.filter(person=user).select_related("stage"))
    for duty in mine:
        heir = {"person": to} if to else {"person": None, "role": User.Role.MANAGER}
        if same := duty.stage.duties.exclude(pk=duty.pk).filter(**heir).first():
            if duty.approves:
                StageDuty.objects.filter(pk=same.pk).update(approves=True)
            duty.delete()
        else:
            StageDuty.objects.filter(pk=duty.pk).update(**heir)
    if mine:
        forget()
    return len(mine)


def move_to_kept(keep, drop, *, by, now):
    """Plug of customers/merging.py: the dropped customer's deals become the kept one's, named so that both are told
    apart. Returns [[deal, its name before]]."""
    deals = list(Deal.objects.filter(customer=drop))
    moved = [[deal.pk, deal.name] for deal in deals]
    change_each([(deal, {"customer": keep, "name": deal.name or drop.name[:120]}) for deal in deals], by=by)
    facts.push({keep.pk, drop.pk})
    return moved


def move_back(keep, drop, moved, *, by, now):
    """The undo: the same deals go back; a name given since stays."""
    names = dict(map(tuple, moved))
    deals = list(Deal.objects.filter(pk__in=names, customer=keep))
    change_each(
        [(d, {"customer": drop, "name": names[d.pk] if d.name == drop.name[:120] else d.name}) for d in deals], by=by
    )
    facts.push({keep.pk, drop.pk})
