"""The short page of a deal: what a person needs before the next call, without leaving the board (S7)."""

from dataclasses import dataclass

from customers.needs import open_needs
from customers.staleness import Rule
from pipeline.cards import cards_by_id
from pipeline.models import Risk
from pipeline.notes import holds_of
from pipeline.playbooks import Playbooks
from pipeline.proving import stays_of


@dataclass
class Peek:
    card: object  # pipeline.cards.Card
    stays: list  # newest first
    risks: list  # open ones
    needs: list  # open ones
    lines: list  # the newest key actions
    holds: list


def peek_of(deal, *, user, on):
    """Six queries beside the card's own."""
    books = Playbooks.load()
    card = cards_by_id([deal.pk], user=user, on=on, rule=Rule.load(), stages=books.stages)[0]
    return Peek(
        card, stays_of(deal, books.stages), open_risks(deal, on), list(open_needs(deal.customer)[:8]),
        list(deal.key_actions.filter(voided_at=None).select_related("kind")[:4]), holds_of([deal]).get(deal.pk, []),
    )  # fmt: skip


def open_risks(deal, on):
    """Open risks with their age in company days, the newest first."""
    risks = list(Risk.objects.filter(deal=deal, closed_at=None).select_related("type", "opened_by"))
    for risk in risks:
        risk.days = risk.days_open(on)
    return risks
