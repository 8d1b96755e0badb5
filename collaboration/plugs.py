"""What this floor hangs into the sockets of the floors below (see apps.py)."""

from django.db.models import Q

from collaboration import notes, telling
from collaboration.life import OPEN, open_interval
from collaboration.models import ApprovalStep, CollaborationRequest, RequestKind
from collaboration.raising import raise_request
from collaboration.rights import department_of
from core.changing import change, change_each

CONTRACT = "contract"


def enter_gated_stage(deal, stage, *, by, now):
    """pipeline/entering.py: asking to enter a gated stage raises its approval and the hold (D29). False when there is
    nobody to ask."""
    code = (stage.raises or {}).get("kind") or CONTRACT
    kind = RequestKind.objects.filter(code=code, is_approval=True, retired_at=None).first()
    department = department_of(kind, stage) if kind else None
    if department is None:
        return False
    running = CollaborationRequest.objects.filter(deal=deal, kind=kind, state__in=OPEN)
    if any(request.custom.get("stage") == stage.pk for request in running):
        return True
    duties = list(stage.duties.filter(approves=True).select_related("department", "person"))
    raise_request(
        by=by, now=now, department=department, kind=kind, title=f"{kind.label} · {deal.customer.name}",
        description=kind.template or kind.label, standard=kind.standard, deal=deal, duties=duties,
        custom={"stage": stage.pk},
    )  # fmt: skip
    return True


def hand_over(user, to, *, by, now):
    """accounts/leaving.py: what he asked goes on in the other's name; what he had taken too, when the other serves
    the same department, else back to the whole department's view; his approvals go to the other."""
    moved = 0
    rows = CollaborationRequest.objects.filter(state__in=OPEN).select_related("kind", "department")
    for request in rows.filter(Q(asker=user) | Q(person=user)):
        fields = {}
        if request.asker_id == user.pk:
            fields |= {"asker": to, "asker_team": to.team, "asker_department": to.department}
        if request.person_id == user.pk:
            fields["person"] = to
        change(request, by=by, **fields)
        if "person" in fields:
            open_interval(request, by=by, now=now)
        telling.tell("passed_on", request, by=by, now=now, act=[to], who=user.name, to=to.name)
        moved += 1
    steps = ApprovalStep.objects.filter(person=user, state__in=["coming", "waiting"], request__state__in=OPEN)
    for step in steps.select_related("request__kind", "request__department"):
        ApprovalStep.objects.filter(pk=step.pk).update(person=to)
        if step.state == "waiting":
            notes.show(step.request, now=now)
            telling.tell("passed_on", step.request, by=by, now=now, act=[to], who=user.name, to=to.name)
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


