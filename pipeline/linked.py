"""Deals as records that a row of an own table may name (exchange/linking.py)."""

from django.urls import reverse

from pipeline.models import Deal


def offered(user, customer):
    """[(key, words)] of the customer's deals that this person sees, the newest first."""
    deals = Deal.objects.visible_to(user).filter(customer=customer).select_related("stage").order_by("-pk")
    return [(deal.pk, _words(deal)) for deal in deals]


def shown(user, keys):
    """{key: (words, address)} of those that exist for this person."""
    deals = Deal.objects.visible_to(user).filter(pk__in=keys).select_related("stage", "customer")
    return {deal.pk: (_words(deal), f"{reverse('customer', args=[deal.customer_id])}?deal={deal.pk}") for deal in deals}


def _words(deal):
    """Its own name; a deal without one is called by its number and stage."""
    return deal.name or f"#{deal.pk} {deal.stage.words}"
