"""Socket: what holds the values of custom fields. A change of a field's type must fit them all, and its effect is shown
before: "asked in the form; 1,203 customers have a value".

    holder(of, label, counts=…, values=…, rewrite=…, columns=…)      of: "customer", "deal", "table" for every own table

counts(fields) -> {slug: how many records have a value}; values(field) -> [(key, record's words, value)]; rewrite(field,
{key: value}, by=) writes other values through the app's own verb; columns() -> the columns its sheet has of its own,
whose headers no field may take; total(table) -> how many rows an own table has.
"""

from collections.abc import Callable
from dataclasses import dataclass

_holders = {}


@dataclass(frozen=True)
class Holder:
    label: object  # of whatever the fields belong to, in the plural
    has_value: Callable  # has_value(n) -> "3 customers have a value"
    counts: Callable
    values: Callable
    rewrite: Callable
    columns: Callable
    total: Callable | None = None


def holder(of, label, *, has_value, counts, values, rewrite, columns, total=None):
    """Plug one in, from apps.py; the same name again replaces it."""
    _holders[of] = Holder(label, has_value, counts, values, rewrite, columns, total)


def places():
    """[(of, Holder)] of what fields are added to, without the own tables."""
    return [(of, each) for of, each in _holders.items() if of != "table"]


def holder_of(defined):
    """Of a field, by the noun it belongs to."""
    return _holders["table" if defined.table_id else defined.of]
