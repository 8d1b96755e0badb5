"""Socket: display-only cells of the customer list (D33): ids in, html out. They are neither sorted nor filtered.

    column("stage", _("Stage"), function)      function(ids, user) -> {customer id: safe html}

One query a column, however many rows; an id without a value shows an empty cell.
"""

from dataclasses import dataclass

_columns = {}


@dataclass(frozen=True)
class Column:
    slug: str
    label: object
    function: object


def column(slug, label, function):
    _columns[slug] = Column(slug, label, function)


def columns():
    """The registered columns, in order of registration."""
    return list(_columns.values())


def cells(ids, user):
    """{slug: {id: html}} for the rows shown."""
    return {each.slug: each.function(ids, user) for each in _columns.values()}
