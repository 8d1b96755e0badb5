"""The stage cell of the customer list (socket customers/columns.py): display only, links to the table (D33)."""

from django.urls import reverse

from core.markup import format_html
from core.periods import today
from core.templatetags.words import stage_class
from pipeline.asof import books_at, known_deals
from pipeline.models import Deal
from pipeline.playbooks import Playbooks


def stage_cells(ids, user):
    """{customer id: html}: the stage furthest along of its open deals, else of its newest one; how many are open."""
    books, best, counts = Playbooks.load(), {}, {}
    rows = Deal.objects.visible_to(user).filter(customer__in=ids).order_by("pk").values_list("customer", "stage")
    for customer, stage_id in rows:
        stage = books.stages[stage_id]
        counts[customer] = counts.get(customer, 0) + stage.is_open
        if customer not in best or _order(stage) >= _order(best[customer]):
            best[customer] = stage
    drawn, url = {}, reverse("pipeline:table")
    for customer, stage in best.items():
        kind = (stage.pk, counts[customer])
        if kind not in drawn:
            drawn[kind] = _cell(stage, counts[customer], url)
    return {customer: drawn[stage.pk, counts[customer]] for customer, stage in best.items()}


def stage_cells_then(ids, user, moment):
    """{customer id: (html, open CNY)}: the same, and the open money, as they were known at a moment."""
    books, best, counts, sums, url = books_at(moment), {}, {}, {}, reverse("pipeline:table")
    rows = known_deals(user, moment).filter(customer__in=ids).order_by("id")
    for customer, stage_id, amount in rows.values_list("customer_id", "stage_id", "amount"):
        stage = books.stages[stage_id]
        if stage.is_open:
            counts[customer] = counts.get(customer, 0) + 1
            sums[customer] = sums.get(customer, 0) + (amount or 0)
        if customer not in best or _order(stage) >= _order(best[customer]):
            best[customer] = stage
    return {pk: (_cell(stage, counts.get(pk, 0), url, at=today(moment)), sums.get(pk)) for pk, stage in best.items()}


def _order(stage):
    return (stage.is_open, stage.kind != "lost", stage.position)


def _cell(stage, count, url, *, at=None):
    more = format_html(' <span class="muted">×{}</span>', count) if count > 1 else ""
    when = f"&as_of={at.isoformat()}" if at else ""
    return format_html(
        '<a href="{}?stage={}{}"><span class="pip {}">{}</span> {}</a>{}',
        url, stage.pk, when, stage_class(stage), stage.position, stage, more,
    )
