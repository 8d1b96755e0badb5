"""The stage cell of the customer list (socket customers/columns.py): display only, links to the table (D33)."""

from django.urls import reverse
from django.utils.html import format_html

from core.templatetags.words import stage_class
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
    return {customer: _cell(stage, counts[customer]) for customer, stage in best.items()}


def _order(stage):
    return (stage.is_open, stage.kind != "lost", stage.position)


def _cell(stage, count):
    more = format_html(' <span class="muted">×{}</span>', count) if count > 1 else ""
    return format_html(
        '<a href="{}?stage={}"><span class="pip {}">{}</span> {}</a>{}',
        reverse("pipeline:table"), stage.pk, stage_class(stage), stage.position, stage, more,
    )
