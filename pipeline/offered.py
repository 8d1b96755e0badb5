"""What a log takes from the deals of its customer: those it may name (D14), and the likely purpose. Sockets of
customers/logged."""

from django.utils.translation import gettext as _

from pipeline.listed import live_kinds
from pipeline.models import Deal

HANDED_IN = 45  # from this probability on an interested customer has the proposal


def open_deals_of(customer, user):
    """[(deal id, label)] of the open deals of a customer, newest first."""
    rows = Deal.objects.visible_to(user).open().filter(customer=customer).order_by("-pk").values_list("pk", "name")
    return [(pk, name or customer.name) for pk, name in rows]


def lines():
    """The key actions of the list, in the reader's language (R56)."""
    return [kind.words for kind in live_kinds()]


def purpose_of(customer):
    """The likely purpose of a talk, from the stage of the newest open deal, else of the newest one that was won."""
    rows = Deal.objects.filter(customer=customer).exclude(stage__kind="lost")
    found = sorted(rows.values_list("stage__kind", "stage__default_tag", "stage__probability", "pk"),
                   key=lambda row: (row[0] != "open", -row[3]))  # fmt: skip
    if not found:
        return ""
    kind, tag, probability, _pk = found[0]
    if kind != "open":
        return _("Contract signing") if kind == "won" else _("After-sales visit")
    if tag == "hot":
        return _("Negotiation")
    return _("Proposal feedback") if tag == "interested" and probability >= HANDED_IN else _("Needs confirmed")
