"""Marks of the day (D26): a deal was looked at today, by a log, a move, one line, "no change" or with others."""

from core import periods
from core.writing import write_rows
from pipeline.actions import COLUMNS
from pipeline.models import DayMark, Deal


def mark(deals, how, *, by, now, day=None, lined=()):
    """Mark deals as looked at on a company day (default the day of `now`). Marking twice changes nothing.

    `lined` are those of them whose newest line add_line_many() left to be written here."""
    day = day or periods.today(now)
    deals = insert_marks(deals, how, by=by, now=now, day=day)
    lined = {deal.pk: deal for deal in lined}
    for deal in [*deals, *lined.values()]:
        deal.updated_on = day
    write_rows(lined.values(), ["updated_on", *COLUMNS], batch_size=500)
    rest = [deal.pk for deal in deals if deal.pk not in lined]
    if rest:
        Deal.objects.filter(pk__in=rest).update(updated_on=day)


def insert_marks(deals, how, *, by, now, day):
    """The marks alone, one a deal, for who writes the deals himself. Returns each deal once."""
    deals = list({deal.pk: deal for deal in deals}.values())
    DayMark.objects.bulk_create(
        [DayMark(deal=deal, day=day, user=by, how=how, at=now) for deal in deals], ignore_conflicts=True, batch_size=500
    )
    return deals
