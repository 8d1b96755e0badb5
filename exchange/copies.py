"""Every night the three tables as a workbook under <data>/copies: work goes on when the server does not (D49)."""

from pathlib import Path

from django.conf import settings

from core.periods import today
from exchange.sheets import sheet_of
from exchange.writing import write_workbook

TABLES = ("follow-ups", "stage-progress", "requests")
KEPT = 14


def write_copies(*, now):
    """Write today's copy beside and rename it, then let go of all but the newest fourteen. Returns the path."""
    folder = Path(settings.COPIES_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{today(now):%Y-%m-%d}.xlsx"
    beside = path.with_suffix(".part")
    found = [sheet for slug in TABLES if (sheet := sheet_of(slug))]
    rows = write_workbook(str(beside), [(sheet, sheet.rows(None, sheet.queryset(None, None, None))) for sheet in found])
    beside.chmod(0o600)
    beside.replace(path)
    for old in sorted(folder.glob("????-??-??.xlsx"))[:-KEPT]:
        old.unlink()
    return path, rows
