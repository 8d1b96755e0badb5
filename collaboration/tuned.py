"""The built-in fields of requests that the company may ask otherwise (S16, exchange/tuning.py), and which
approvals need them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collaboration.models import CollaborationRequest, RequestKind
from exchange.tuning import BuiltIn, place


def plug():
    """From apps.py."""
    place(
        "request", gettext_lazy("Requests"), model=CollaborationRequest, form="request", made="asked_at",
        what="request", sheet="requests", custom="custom",
        rows=CollaborationRequest.objects.visible_to, history=CollaborationRequest.history.model, holds=holds,
        fields=(
            BuiltIn("standard", gettext_lazy("What counts as done")),
            BuiltIn("reference", gettext_lazy("Foreign number"), is_edited=False),
        ),
    )  # fmt: skip


def holds(name):
    """The approvals that are given by what a field says."""
    if name != "standard":
        return []
    live = RequestKind.objects.filter(is_approval=True, retired_at=None).exclude(standard="")
    kinds = live.order_by("position", "pk")
    return [_("The approval “%(kind)s” is given by it.") % {"kind": kind.words} for kind in kinds]
