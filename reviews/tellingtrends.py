"""Trends as a table that a chart is drawn from: a series has a label and a unit, a row its months' cells."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core import words
from reviews.tellingscores import said

TABS = {
    "cycle": lambda: _("Days to the win"), "response": lambda: _("First response"),
    "in_time": lambda: _("Logged in time"), "slips": lambda: _("Put off"), "waiting": lambda: _("Waiting for others"),
}


@dataclass(frozen=True)
class Series:
    label: str
    unit: str  # share, days, count
    name: str = ""  # of the measure, for the list behind it


@dataclass(frozen=True)
class Cell:
    """`value` for the chart (percent of a share), `said` for the eye; `n` cases, `on` of them for a share."""

    series: Series
    value: str
    said: str
    n: int
    on: int | None = None


def told_months(measures, points):
    """(series, [(month, cells)]) of measures with their Points."""
    series = [Series(str(measure.label), measure.unit, measure.name) for measure in measures]
    rows = []
    for found in zip(*points, strict=True):
        cells = [
            Cell(one, drawn(point.value, one.unit), told(point.value, measure), point.n, point.on)
            for one, measure, point in zip(series, measures, found, strict=True)
        ]
        rows.append((found[0].month, cells))
    return series, rows


def told(value, measure):
    return words.NOTHING if value is None else str(value) if measure.unit == "count" else said(value, measure)


def drawn(value, unit):
    """A number as a chart reads it; empty for none."""
    return "" if value is None else f"{value * 100 if unit == 'share' else value:.1f}"


def told_waits(waits):
    """The same of what waited for other departments: working days, and the deals that waited."""
    days, deals = Series(_("Working days waited"), "days"), Series(_("Deals that waited"), "count")
    lines = waits.trend()
    months = [waits.period]
    while len(months) < len(lines):
        months.insert(0, months[0].previous())
    return [days, deals], [
        (month, [Cell(days, f"{line.days:.1f}", f"{line.days:.1f}", line.deals),
                 Cell(deals, str(line.deals), str(line.deals), line.deals)])
        for month, line in zip(months, lines, strict=True)
    ]
