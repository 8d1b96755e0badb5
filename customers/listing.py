"""One page of the customer list as its rows show it: facts, the state of quiet, the earliest step, cells from above."""

import datetime as dt
from dataclasses import dataclass
from types import SimpleNamespace

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from core.prepared import prepared
from customers.columns import cells
from customers.columns import columns as extra_columns
from customers.drawing import date_words
from customers.models import Customer, NextStep
from customers.showing import more_cells
from customers.staleness import state_of, sum_of, words_of
from exchange.owncolumns import names_for


@dataclass
class Row:
    customer: object
    quiet: object
    words: str
    sum: str
    step: object
    overdue_days: int
    ago: int | None
    cells: list
    more: list


def with_first_step(customers):
    """The earliest open step with each customer: what a row shows of it, read in the same statement."""
    steps = NextStep.objects.open().filter(customer=OuterRef("pk")).order_by("due_on", "pk")
    shown = JSONObject(pk="pk", kind="kind", due_on="due_on", text="text")
    return customers.annotate(first_step=Subquery(steps.values(shown=shown)[:1]))


@prepared
def read_rows(reader, keys, with_team):
    """The customers with these keys that are his to see, as a page of the list shows them."""
    visible = Customer.objects.visible_to(reader.person).filter(pk__in=keys)
    return with_first_step(visible.select_related(*(["owner", "team"] if with_team else ["owner"])))


def rows_of(customers, user, *, on, rule, shown):
    """Rows for customers fetched through the gate with their owners and first steps, and with their teams when shown.
    One or two queries a column."""
    found = cells([customer.pk for customer in customers], user)
    names = names_for(shown.own_shown, [customer.custom for customer in customers]) if shown.own_shown else None
    first = {customer.pk: _step(customer.first_step) for customer in customers if customer.first_step}
    rows = []
    for customer in customers:
        quiet = state_of(customer, on, rule)
        step = first.get(customer.pk)
        late = (on - step.due_on).days if step and step.kind == NextStep.Kind.OURS and step.due_on < on else 0
        ago = (on - customer.last_contact_on).days if customer.last_contact_on else None
        rows.append(
            Row(
                customer, quiet, words_of(quiet, date=date_words), sum_of(quiet, date=date_words), step, late, ago,
                [found[column.slug].get(customer.pk, "") for column in extra_columns()],
                more_cells(customer, shown, names),
            )
        )
    return rows


def _step(shown):
    return SimpleNamespace(**shown | {"due_on": dt.date.fromisoformat(shown["due_on"])})
