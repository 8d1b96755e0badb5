"""The open deals a log may name (D14): socket customers/logged.offer_deals."""

from pipeline.models import Deal


def open_deals_of(customer, user):
    """[(deal id, label)] of the open deals of a customer, newest first."""
    rows = Deal.objects.visible_to(user).open().filter(customer=customer).order_by("-pk").values_list("pk", "name")
    return [(pk, name or customer.name) for pk, name in rows]
