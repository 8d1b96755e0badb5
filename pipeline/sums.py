"""What a page of deals adds up to, by stage and person: counted once by the database, for board and table alike."""

from collections import Counter
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear

from core.answers import answered
from customers.tagbar import TagBar
from pipeline.urgency import month_of


def with_month(deals):
    """With the year and month of their expected close."""
    return deals.annotate(year=ExtractYear("expected_close"), month=ExtractMonth("expected_close"))


def read_sums(asked, *, by=()):
    """What the board's deals are, as rows by stage, the customer's tag and what else is named in `by` (columns, or the
    year and month of the expected close). One query, kept until deals, customers or stages are written.

    Of the deals under the pressed chips, of any tag: `n`, `overdue` (those whose next step is), and in CNY `worth` (of
    a won deal its contract's), `money` (the amount alone), `signed` (contracts of this month). Beside it `chip_…`, how
    many each quick filter would leave: the chips do not narrow each other's counts.
    """
    pressed, (first, last) = asked.chips_condition, month_of(asked.on)
    signed = Q(signed_on__gte=first, signed_on__lte=last, stage__kind__in=["won", "after"])
    overdue = Q(pk__in=[]) if asked.past else Q(customer__next_step_on__lt=asked.on)
    deals = asked.deals.filter(asked.on_board).order_by()
    rows = (
        (with_month(deals) if "month" in by else deals).values(*columns_of(asked, by))
        .annotate(
            n=Count("pk", filter=pressed), worth=Sum(Coalesce("contract_amount", "amount"), filter=pressed),
            money=Sum("amount", filter=pressed),
            overdue=Count("pk", filter=overdue if pressed is None else overdue & pressed),
            signed=Sum("contract_amount", filter=signed if pressed is None else signed & pressed),
            **{f"chip_{name}": Count("pk", filter=condition) for name, condition in asked.chip_conditions.items()},
        )
    )
    return answered(rows)


def columns_of(asked, by):
    """Columns that rows of sums are told apart by: stage, `by`, and the tag where the page tells it."""
    return dict.fromkeys(["stage", *([asked.tag_column] if asked.tag_column else []), *by])


def bar_of(rows, asked):
    """(chips of the tags over rows of read_sums(), those rows that have a chosen one)."""
    groups = Counter()
    for row in rows:
        groups[(row.get(asked.tag_column, ""),)] += row["n"]
    bar = TagBar(asked.GET, groups, asked.tags)
    return bar, [row for row in rows if bar.fits(row.get(asked.tag_column, ""))]


def by_stage(rows):
    """{stage id: (count, amount, signed this month, overdue)} of rows of read_sums()."""
    sums = {}
    for row in rows:
        n, worth, signed, late = sums.get(row["stage"], (0, Decimal(0), Decimal(0), 0))
        worth, signed = worth + (row["worth"] or 0), signed + (row["signed"] or 0)
        sums[row["stage"]] = (n + row["n"], worth, signed, late + row["overdue"])
    return sums


def chips_of(rows, names):
    """{chip: how many deals it would leave}."""
    return {name: sum(row[f"chip_{name}"] for row in rows) for name in names}
