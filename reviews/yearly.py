"""The twelve months up to a monthly review's, as each of them froze: for comparison beside it. One query."""

from core.periods import read_period
from reviews.models import Review

MONTHS = 12


def months_of(reading):
    """[(month, {"signed", "won", "lost", "in_month"})], the oldest first, the review's own last; a month that was not
    frozen is not there. `won` and `lost` are numbers of deals."""
    codes, month = [], reading.period
    while len(codes) < MONTHS - 1:
        month = month.previous()
        codes.append(month.code)
    rows = Review.objects.of(reading.scope).frozen().filter(kind="month", period__in=codes).order_by("period")
    found = [
        (read_period(code), {"signed": signed, "won": won or 0, "lost": lost or 0, "in_month": rates or ()})
        for code, signed, won, lost, rates in rows.values_list(
            "period", "figures__signed", "figures__won__count", "figures__lost__count", "figures__in_month"
        )
        if signed
    ]
    own = reading.figures
    return [*found, (reading.period, {
        "signed": own["signed"], "won": own["won"]["count"], "lost": own["lost"]["count"],
        "in_month": own.get("in_month", ()),
    })]
