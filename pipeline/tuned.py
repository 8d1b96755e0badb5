"""The built-in fields of deals that the company may ask otherwise (S16, exchange/tuning.py), and what still needs
them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.models import FieldDefinition
from exchange.tuning import BuiltIn, place
from pipeline.models import Deal
from pipeline.playbooks import Playbooks


def plug():
    """From apps.py."""
    reports = (gettext_lazy("Monthly report"), gettext_lazy("Forecast"), gettext_lazy("Contract of the month"))
    place(
        "deal", gettext_lazy("Deals"), model=Deal, form="deal", made="opened_at", what="deal", custom="custom",
        rows=lambda user: Deal.objects.visible_to(user).filter(customer__merged_into=None),
        pages=("pipeline:board", "pipeline:table"), sheet="stage-progress", history=Deal.history.model, holds=holds,
        fields=(
            BuiltIn("amount", gettext_lazy("Amount"), reports=reports),
            BuiltIn("expected_close", gettext_lazy("Expected close"), filters=("closing",), reports=reports[1:]),
            BuiltIn("competitor", gettext_lazy("Competitor"), is_text=True),
        ),
    )  # fmt: skip


def holds(name):
    """Why a deal's field cannot be hidden: an approval reads the amount, and a deal's only day is a core element
    (R20)."""
    if name == "amount":
        gates = [stage for book in Playbooks.load().active for stage in book.line if stage.gated]
        return [_("The approval before “%(stage)s” reads it.") % {"stage": stage.words} for stage in gates]
    if name == "expected_close":
        element = FieldDefinition.Element.TIME.label
        said = _("This is the last field of “%(element)s”. A form cannot lose one of its five core elements.")
        return [said % {"element": element}]
    return []
