"""Deals change hands or homes with their customers: transfer, leaving, merge of two customers (D34)."""

from core.changing import change_each
from pipeline import facts
from pipeline.models import Deal


def follow_customers(customers, to, *, by, now):
    """Plug of customers/transferring.py: the open deals go along; won and lost ones keep who did them."""
    deals = Deal.objects.open().filter(customer__in=customers).select_related("rep")
    change_each([(deal, {"owner": to, "rep": to or deal.rep}) for deal in deals], by=by)


def hand_over(user, to, *, by, now):
    """Plug of accounts/leaving.py: open deals of other people's customers that `user` answered for or sold."""
    mine = Deal.objects.open().filter(owner=user) | Deal.objects.open().filter(rep=user)
    fields = [
        (deal, {name: to for name in ("owner", "rep") if getattr(deal, f"{name}_id") == user.pk}) for deal in mine
    ]
    return len(change_each(fields, by=by))


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
