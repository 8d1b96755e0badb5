"""What this floor hangs into the sockets of the floors below (see apps.py); of stages, collaboration/entry.py."""

from django.db.models import Q

from collaboration.life import OPEN
from collaboration.models import ApprovalStep, CollaborationRequest
from collaboration.passing import pass_request, pass_step
from core.changing import change_each


def hand_over(user, to, *, by, now):
    """accounts/leaving.py: what he asked goes on in the other's name; what he had taken too, when the other serves
    the same department, else back to the whole department's view; his approvals go to the other."""
    moved = 0
    rows = CollaborationRequest.objects.filter(state__in=OPEN).select_related("kind", "department")
    for request in rows.filter(Q(asker=user) | Q(person=user)):
        sides = [side for side in ("asker", "person") if getattr(request, f"{side}_id") == user.pk]
        pass_request(request, to, by=by, now=now, sides=sides, who=user.name)
        moved += 1
    steps = ApprovalStep.objects.filter(person=user, state__in=["coming", "waiting"], request__state__in=OPEN)
    for step in steps.select_related("request__kind", "request__department"):
        pass_step(step, to, by=by, now=now, who=user.name)
        moved += 1
    return moved


def count_open(user):
    """How many things hand_over would move, for the dialog."""
    mine = CollaborationRequest.objects.filter(Q(asker=user) | Q(person=user), state__in=OPEN).count()
    return mine + ApprovalStep.objects.filter(person=user, state__in=["coming", "waiting"]).count()


def move_to(keep, drop, *, by, now):
    """customers/merging.py: requests of the customer that goes hang on the one that stays. Returns their keys."""
    requests = list(CollaborationRequest.objects.filter(customer=drop))
    change_each([(request, {"customer": keep}) for request in requests], by=by)
    return [request.pk for request in requests]


def move_back(keep, drop, moved, *, by, now):
    """The undo of a merge: the same requests go back."""
    requests = CollaborationRequest.objects.filter(pk__in=moved, customer=keep)
    change_each([(request, {"customer": drop}) for request in requests], by=by)


def readable(user):
    """activity/parents.py: the files of a request are seen by whoever sees the request."""
    return CollaborationRequest.objects.visible_to(user)


