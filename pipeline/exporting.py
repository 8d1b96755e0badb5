"""Rows of the stage table as they leave: one a deal, in the template's words (D46)."""

from core.periods import today
from customers.cells import tag_word
from customers.exporting import batches, may_take
from exchange import typed
from exchange.owncolumns import names_for
from pipeline.asking import Asked
from pipeline.models import Deal
from pipeline.own import own_fields


def deals_of(user, request, data):
    """The deals the table shows with this query string."""
    rows = Deal.objects.filter(may_take(user, "customer__"), customer__archived_at=None, customer__merged_into=None)
    if user is None or not data:
        return rows
    return rows.filter(pk__in=Asked(user, data, today()).narrowed.order_by().values("pk"))


def progress_rows(user, queryset):
    """(key, {field: value}) of deals, a thousand at a time, one query each."""
    for keys in batches(queryset.order_by("pk")):
        rows = Deal.objects.filter(pk__in=keys).order_by("pk").select_related("customer", "stage", "rep", "owner")
        rows, own = list(rows), own_fields()
        names = names_for(own, [deal.custom for deal in rows]) if own else None
        for deal in rows:
            yield (
                f"D{deal.pk}.{deal.version}",
                {
                    "rep": deal.rep.name if deal.rep else "",
                    "customer": deal.customer.name,
                    "stage": f"{tag_word(deal.customer.tag)}({deal.stage.label})",
                    "entered": today(deal.entered_at),
                    "expected_close": deal.expected_close or "-",
                    "key_action": deal.key_action,
                    "risk": deal.risk,
                    "owner": deal.owner.name if deal.owner else "",
                    "deal": deal.name,
                    "amount": deal.amount,
                }
                | {one.slug: typed.cell(deal.custom.get(one.slug), one, names) for one in own},
            )
