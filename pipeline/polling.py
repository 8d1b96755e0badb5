"""What changed on the board since it was drawn, for the poll of a visible tab (ux §3.1)."""

from activity.models import Event
from pipeline.asking import Asked
from pipeline.cards import cards_by_id
from pipeline.models import Deal
from pipeline.urgency import on_board

MOST = 60  # changed customers looked at; more than that is a reload's work


def changed_since(user, since, filters, on):
    """(cards that changed and still match the filters, ids of deals that no longer do, whether anything of the board
    moved since the moment)."""
    customers = set(
        Event.objects.filter(at__gte=since, about_customer_id__isnull=False).order_by("-at")
        .values_list("about_customer_id", flat=True)[:MOST]
    )
    seen = Deal.objects.visible_to(user).filter(customer__in=customers).values_list("pk", flat=True)
    mine = list(seen) if customers else []
    if not mine:
        return [], [], False
    asked = Asked(user, filters, on)
    shown = list(asked.narrowed.filter(on_board(on), pk__in=mine).values_list("pk", flat=True))
    cards = cards_by_id(shown, user=user, on=on, rule=asked.rule, stages=asked.playbooks.stages)
    for card in cards:
        card.index = ""  # where it stands, or at the end of its new column: nothing is reordered under a person's eyes
    return cards, sorted(set(mine) - set(shown)), True
