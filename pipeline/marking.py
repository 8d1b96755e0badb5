"""Marks of the day (D26): a deal was looked at today, by a log, a move, one line, "no change" or with others."""

from core import periods
from pipeline.models import DayMark, Deal


def mark(deals, how, *, by, now, day=None):
    """Mark deals as looked at on a company day (default the day of `now`). Marking twice changes nothing."""
    day = day or periods.today(now)
    deals = list({deal.pk: deal for deal in deals}.values())
    DayMark.objects.bulk_create(
        [DayMark(deal=deal, day=day, user=by, how=how, at=now) for deal in deals], ignore_conflicts=True, batch_size=500
    )
    Deal.objects.filter(pk__in=[deal.pk for deal in deals]).update(updated_on=day)
    for deal in deals:
        deal.updated_on = day
