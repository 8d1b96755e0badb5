"""What the page of fields and own tables shows (S18)."""

from dataclasses import dataclass

from exchange.holding import holder_of
from exchange.holding import places as holders
from exchange.models import FieldDefinition
from exchange.proposals import PROPOSALS


@dataclass
class Place:
    """What fields belong to: customers, or an own table. `rows` are (field, how many records have a value)."""

    of: str
    label: str
    table: object
    rows: list

    @property
    def in_use(self):
        return sum(1 for one, _n in self.rows if one.is_on)


def places(fields, tables):
    """Customers and what else has fields, then the own tables; one count a place."""
    known = {}
    for one in fields.select_related("table"):
        known.setdefault(one.of, []).append(one)
    found = [Place(of, holder.label, None, _counted(known.get(of, []))) for of, holder in holders()]
    return found + [Place(table.slug, table.words, table, _counted(known.get(table.slug, []))) for table in tables]


def _counted(fields):
    fields = sorted(fields, key=lambda one: (not one.is_on, one.position, one.pk))
    counts = holder_of(fields[0]).counts(fields) if fields else {}
    return [(one, counts[one.slug]) for one in fields]


def proposals(places):
    """[(name, label)] of the tables that are ready and not here yet, by whatever name they have now."""
    here = {place.table.label for place in places if place.table}
    return [(name, values) for name, (values, _fields) in PROPOSALS.items() if values["label"] not in here]


def rows_of(table):
    """How many rows a table has."""
    return holder_of(FieldDefinition(of=table.slug, table=table)).total(table)
