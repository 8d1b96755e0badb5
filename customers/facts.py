"""The columns of a customer that its verbs and pipeline keep: pushed down, never read up (D10).

They are excluded from the field history and do not raise `version`: a saved log must not make somebody's open
edit form conflict.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max, Min, Q

from core.periods import today
from core.writing import write_rows
from customers.models import Customer, FollowUp, NextStep

MOST_DAYS = 90  # a stage limit above this counts as this (see customers/staleness.py)
BATCH = 2000
CONTACT = Q(outcome__in=["talked", "sent"])


@dataclass(frozen=True)
class DealFacts:
    """What pipeline knows of a customer: open deals (stages 1–5), their sum in CNY, the smallest stage limit of the
    open ones in days (None: no open deal sets one) and the company day its first deal opened."""

    open_deals: int = 0
    open_amount: Decimal = Decimal(0)
    limit_days: int | None = None
    opened_on: dt.date | None = None


def note_deals(facts):
    """Write {customer id: DealFacts} and recompute what staleness counts from. Two statements a thousand customers."""
    rows = list(Customer._base_manager.filter(pk__in=facts).only("pk", "last_contact_on"))
    for row in rows:
        fact = facts[row.pk]
        row.open_deals, row.open_amount, row.opened_on = fact.open_deals, fact.open_amount, fact.opened_on
        row.limit_days = None if fact.limit_days is None else min(fact.limit_days, MOST_DAYS)
        row.quiet_since = row.last_contact_on or row.opened_on
    fields = ["open_deals", "open_amount", "limit_days", "opened_on", "quiet_since"]
    write_rows(rows, fields, batch_size=BATCH)


def deal_columns(customers, facts):
    """{customer id: {column: value}} that say something else than {customer id: DealFacts} do now."""
    columns = {}
    for pk, customer in customers.items():
        fact = facts[pk]
        days = None if fact.limit_days is None else min(fact.limit_days, MOST_DAYS)
        now = {"open_deals": fact.open_deals, "open_amount": fact.open_amount, "limit_days": days}
        if fact.opened_on != customer.opened_on:
            now |= {"opened_on": fact.opened_on, "quiet_since": customer.last_contact_on or fact.opened_on}
        columns[pk] = {name: value for name, value in now.items() if getattr(customer, name) != value}
    return columns


def write_columns(wanted):
    """Write [(customer, {column: value})], one statement for those that change the same columns."""
    groups = {}
    for customer, columns in wanted:
        for name, value in columns.items():
            setattr(customer, name, value)
        if columns:
            groups.setdefault(tuple(columns), []).append(customer)
    for names, group in groups.items():
        write_rows(group, names, batch_size=BATCH)


def refresh_steps(customers):
    """Recompute next_step_on (earliest open step of ours) and waiting_until (latest open waiting step)."""
    set_steps(customers)
    write_rows(unique(customers), ["next_step_on", "waiting_until"], batch_size=BATCH)


def set_steps(customers):
    """The same on the objects only; the caller writes them."""
    ours, waiting = Q(kind=NextStep.Kind.OURS), Q(kind=NextStep.Kind.WAITING)
    found = (
        NextStep.objects.open().order_by().filter(customer__in={customer.pk for customer in customers})
        .values_list("customer").annotate(first=Min("due_on", filter=ours), last=Max("due_on", filter=waiting))
    )
    dates = {pk: (first, last) for pk, first, last in found}
    for customer in customers:
        customer.next_step_on, customer.waiting_until = dates.get(customer.pk, (None, None))


TALKED = ["last_contact_on", "last_contact_at", "quiet_since", "tries", "first_response_at", "flagged_on", "told_on"]


def set_talks(customers):
    """Recompute what follow-ups say: last contact, first response, tries since; a moved spell is no longer flagged.
    On the objects only; two queries however many customers."""
    keys = {customer.pk for customer in customers}
    logs = FollowUp.objects.counted().filter(customer__in=keys).order_by()
    spans = logs.filter(CONTACT).values_list("customer").annotate(first=Min("happened_at"), last=Max("happened_at"))
    spans = {pk: (first, last) for pk, first, last in spans}
    unreached = {}
    for pk, at in logs.filter(outcome=FollowUp.Outcome.NO_ANSWER).values_list("customer", "happened_at"):
        unreached.setdefault(pk, []).append(at)
    for customer in customers:
        first, last = spans.get(customer.pk, (None, None))
        customer.first_response_at = first
        note_contact(customer, last)
        customer.tries = sum(1 for at in unreached.get(customer.pk, []) if last is None or at > last)


def note_contact(customer, at):
    """Set the last contact on the object; a new quiet spell begins unflagged and untold."""
    was = customer.quiet_since
    customer.last_contact_at, customer.last_contact_on = at, today(at) if at else None
    customer.quiet_since = customer.last_contact_on or customer.opened_on
    if customer.quiet_since != was:
        customer.flagged_on = customer.told_on = None


def refresh_talks(customers):
    """set_talks() and written."""
    set_talks(customers)
    write_rows(unique(customers), TALKED, batch_size=BATCH)


def unique(customers):
    """One object a key: several entries may carry copies of one customer, all brought to the same state."""
    return list({customer.pk: customer for customer in customers}.values())
