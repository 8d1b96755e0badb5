"""What this floor hangs into the sockets of the floors below (see apps.py)."""

from django.db.models import Q

from accounts.models import User
from collaboration.life import OPEN
from collaboration.models import ApprovalStep, CollaborationRequest, RequestKind
from collaboration.passing import pass_request, pass_step
from collaboration.raising import raise_request
from collaboration.rights import department_of, may_raise
from core.changing import change_each

CONTRACT = "contract"


def enter_gated_stage(deal, stage, *, by, now):
    """pipeline/entering.py: asking to enter a gated stage raises its approval and the hold (D29). False when there is
    nobody to ask."""
    kind, department = _gate_of(stage)
    if department is None:
        return False
    running = CollaborationRequest.objects.filter(deal=deal, kind=kind, state__in=OPEN)
    if any(request.custom.get("stage") == stage.pk for request in running):
        return True
    duties = approvers_of(stage, kind, department)
    raise_request(
        by=by, now=now, department=department, kind=kind, title=f"{kind.label} · {deal.customer.name}",
        description=kind.template or kind.label, standard=kind.standard, deal=deal, duties=duties,
        custom={"stage": stage.pk},
    )  # fmt: skip
    return True


def _gate_of(stage):
    """(the kind of approval a gated stage raises, the department it goes to); None where there is none."""
    code = (stage.raises or {}).get("kind") or CONTRACT
    kind = RequestKind.objects.filter(code=code, is_approval=True, retired_at=None).first()
    return kind, department_of(kind, stage) if kind else None


def approvers_of(stage, kind, department):
    """Who approves entering a stage: the steps of the kind (销售经理 then 法务部, R17), unless the stage names somebody
    who is not among them: then those it names."""

    def who(duty):
        if duty.person_id:
            return "person", duty.person_id
        if duty.role in ("", "department", "support"):
            return "department", duty.department_id or department.pk
        return "role", duty.role

    named = list(stage.duties.filter(approves=True).select_related("department", "person"))
    usual = list(kind.steps.select_related("department", "person"))
    return named if {who(duty) for duty in named} - {who(duty) for duty in usual} else usual


def names_of_approvers(stage):
    """pipeline/entering.py: the same people in words."""
    kind, department = _gate_of(stage)
    if department is None:
        return []
    roles = dict(User.Role.choices)
    return list(dict.fromkeys(
        str(duty.person or duty.department or (department if duty.role != "manager" else roles[duty.role]))
        for duty in approvers_of(stage, kind, department)
    ))


def raise_on_entry(moves, *, by, now):
    """pipeline/entering.py: a stage that names a kind raises it when a deal enters, once while one is open. Asked by
    whoever moved the deal; by its owner when that was somebody who asks nothing of departments (an admin)."""
    found = [move for move in moves if (move.to.raises or {}).get("auto") and not move.backward]
    if not found:
        return
    kinds = RequestKind.objects.filter(code__in={move.to.raises["kind"] for move in found}, retired_at=None)
    kinds = {kind.code: kind for kind in kinds.select_related("department")}
    deals = [move.deal.pk for move in found]
    running = set(CollaborationRequest.objects.filter(deal__in=deals, state__in=OPEN).values_list("deal", "kind__code"))
    for move in found:
        kind = kinds.get(move.to.raises["kind"])
        department = department_of(kind) if kind else None
        asker = by if may_raise(by) else move.deal.owner or move.deal.rep
        if department is None or asker is None or (move.deal.pk, kind.code) in running:
            continue
        raise_request(
            by=asker, now=now, department=department, kind=kind, title=f"{kind.label} · {move.deal.customer.name}",
            description=kind.template or kind.label, standard=kind.standard, deal=move.deal,
        )  # fmt: skip


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


