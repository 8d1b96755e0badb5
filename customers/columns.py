"""Socket: display-only cells of the customer list (D33): ids in, html out. They are neither sorted nor filtered.

    column("stage", _("Stage"), function)      function(ids, user) -> {customer id: safe html}
    column(…, then=function)                   function(ids, user, moment) -> {customer id: (safe html, open CNY)}

`then` gives the same of a moment gone by, with the open money, which the customer's row then does not say. One query
a column, however many rows; an id without a value shows an empty cell.
"""

from dataclasses import dataclass

_columns = {}


@dataclass(frozen=True)
class Column:
    slug: str
    label: object
    function: object
    then: object = None


def column(slug, label, function, then=None):
    _columns[slug] = Column(slug, label, function, then)


def columns():
    """The registered columns, in order of registration."""
    return list(_columns.values())


def cells(ids, user):
    """{slug: {id: html}} for the rows shown."""
    return {each.slug: each.function(ids, user) for each in _columns.values()}


def cells_then(ids, user, moment):
    """{id: (html, open CNY)} of the first column that remembers; it is the one shown on a day gone by."""
    remembering = next((each for each in _columns.values() if each.then), None)
    return remembering.then(ids, user, moment) if remembering and ids else {}
