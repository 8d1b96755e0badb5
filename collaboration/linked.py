"""Requests as records that a row of an own table may name (exchange/linking.py)."""

from collaboration.models import CollaborationRequest


def offered(user, customer):
    """[(key, words)] of the requests about the customer that this person sees, the newest first."""
    found = CollaborationRequest.objects.visible_to(user).filter(customer=customer).order_by("-number")
    return [(request.pk, _words(request)) for request in found]


def shown(user, keys):
    """{key: (words, address)} of those that exist for this person."""
    found = CollaborationRequest.objects.visible_to(user).filter(pk__in=keys)
    return {request.pk: (_words(request), request.get_absolute_url()) for request in found}


def _words(request):
    return f"{request.code} {request.title}"
