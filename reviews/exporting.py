"""Targets as they leave for a workbook: one row a place and metric, a quarter beside its three months (R9, S17).

The hidden key of a row names its target and, for each of its four cells, the version and the value it had: so that what
somebody typed in Excel is told from what somebody else changed here meanwhile (reviews/importing.py).
"""

from dataclasses import dataclass

from core.periods import period_of, read_period, today
from reviews.columns import columns_of, offered
from reviews.models import Scope as Kind
from reviews.models import Target
from reviews.scopes import survey
from reviews.sheet import rows_of

CELLS = ("quarter", "month1", "month2", "month3")
KINDS = [str(kind) for kind in Kind]


@dataclass
class Grid:
    """What somebody may take of one quarter; counts and names its rows as a queryset would (exchange/exporting.py)."""

    user: object
    quarter: object
    known: object

    @classmethod
    def of(cls, user, request, data):
        """Of the quarter that `period` names (a month stands for its quarter), else of the running one. Rows for
        nobody are none: the nightly copies hold no targets."""
        try:
            asked = read_period((data or {}).get("period", ""))
        except ValueError:
            asked = period_of("quarter", today())
        return cls(user, period_of("quarter", asked.first), survey())

    @property
    def places(self):
        sells = self.user is not None and not self.user.is_support
        return [row.scope for row in rows_of(self.user, self.known)] if sells else []

    def count(self):
        return len(self.places) * len(offered(self.known.stages))

    def values_list(self, *_names, **_how):
        """A number for each place, by which a file that was written is asked again."""
        return [scope.id * len(KINDS) + KINDS.index(str(scope.kind)) for scope in self.places]


def target_rows(user, grid):
    """(key, {field: value}) of every place and metric. One query."""
    places = grid.places
    metrics = [(one, columns_of(grid.quarter, one[0], grid.known.stages)) for one in offered(grid.known.stages)]
    found = targets_of(places, grid.quarter)
    for scope in places:
        for (_key, label, metric, detail, _stage), columns in metrics:
            cells = [found.get((c.period.code, metric, detail, str(scope.kind), scope.id)) for c in columns]
            values = {name: cell and cell.value for name, cell in zip(CELLS, cells, strict=True)}
            yield key_of(scope, columns, cells), values | {
                "period": grid.quarter.code, "level": Kind(scope.kind).label, "place": scope.label, "metric": label,
            }


def targets_of(scopes, quarter):
    """{(period, metric, detail, scope kind, scope id): Target} of a quarter and its months."""
    codes = [column.period.code for column in columns_of(quarter, "signed", ())]
    return {
        (t.period, t.metric, t.detail, t.scope, t.scope_id): t
        for t in Target.objects.among(scopes).filter(period__in=codes)
    }


def key_of(scope, columns, cells):
    """2024-Q1|team-3|signed||1:1200000|0:|2:400000|0: of a row and its four targets (or None)."""
    seen = [f"{cell.version if cell else 0}:{column.typed(cell and cell.value)}" for column, cell in
            zip(columns, cells, strict=True)]
    return "|".join([columns[0].period.code, scope.code, str(columns[0].metric), columns[0].detail, *seen])


@dataclass(frozen=True)
class Key:
    """A row's key read back: whose target, and {field: (version, value as it was typed)} of its cells."""

    period: str
    scope: str
    metric: str
    detail: str
    seen: dict


def read_key(text):
    """The Key of a cell, None for an empty one. Raises ValueError for anything else."""
    if not text.strip():
        return None
    period, scope, metric, detail, *seen = text.strip().split("|")
    pairs = [one.partition(":") for one in seen]
    return Key(period, scope, metric, detail, {
        name: (int(version), value) for name, (version, _colon, value) in zip(CELLS, pairs, strict=True)
    })

