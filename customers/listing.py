"""One page of the customer list as its rows show it: facts, the state of quiet, the earliest step, cells from above."""

from dataclasses import dataclass

from customers.columns import cells
from customers.columns import columns as extra_columns
from customers.drawing import date_words
from customers.models import NextStep
from customers.showing import more_cells
from customers.staleness import state_of, sum_of, words_of


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


def rows_of(customers, user, *, on, rule, shown):
    """Rows for customers fetched through the gate with their owners (and teams when shown). One query of steps, one or two a column."""
    keys = [customer.pk for customer in customers]
    found = cells(keys, user)
    first = {}
    for step in NextStep.objects.open().filter(customer__in=keys).order_by("due_on", "pk"):
        first.setdefault(step.customer_id, step)
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
                more_cells(customer, shown),
            )
        )
    return rows
