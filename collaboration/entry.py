"""What entering a stage asks of departments (pipeline/entering.py): the approval of a gated one (D29), the requests it
raises by itself or offers unticked (D52, S9), and what becomes of them when the move is taken back.

A kind that needs files never reaches its department without them, whoever asks: the dialog of a gate asks for them; a
request that a stage raises lies with its asker until he adds them.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from activity.files import attach
from activity.models import Attachment
from collaboration import notes, verbs
from collaboration.life import OPEN, holder_words, lock
from collaboration.models import ApprovalStep, CollaborationRequest, RequestKind
from collaboration.raising import raise_request
from collaboration.rights import department_of, may_raise

CONTRACT = "contract"


def enter_gated_stage(deal, stage, *, by, now, files=()):
    """Asking to enter a gated stage raises its approval and the hold (D29), with the files its kind needs; without
    them ValidationError. False when there is nobody to ask."""
    kind, department = _gate_of(stage)
    if department is None:
        return False
    running = CollaborationRequest.objects.filter(deal=deal, kind=kind, state__in=OPEN)
    if any(request.custom.get("stage") == stage.pk for request in running):
        return True
    if missing := missing_files(kind, files):
        raise ValidationError([_("Add the file: %(name)s") % {"name": name} for name in missing])
    duties = approvers_of(stage, kind, department)
    request = raise_request(
        by=by, now=now, department=department, kind=kind, title=f"{kind.label} · {deal.customer.name}",
        description=kind.template or kind.label, standard=kind.standard, deal=deal, duties=duties,
        custom={"stage": stage.pk},
    )  # fmt: skip
    for upload in files:
        attach(request, upload, by=by, now=now)
    return True


def files_of_gate(stage):
    """The names of the files without which nobody is asked."""
    kind, department = _gate_of(stage)
    return kind.needs if department else []


def missing_files(kind, uploads):
    """Of the names a kind needs those no upload carries."""
    given = {upload.name.rpartition(".")[0] for upload in uploads}
    return [name for name in kind.needs if name not in given]


def _gate_of(stage):
    """(the kind of approval a gated stage raises, the department it goes to); None where there is none. What the stage
    raises once it is entered (delivery scheduling) is no approval and does not stand in for it."""
    codes = [(stage.raises or {}).get("kind"), CONTRACT]
    found = {kind.code: kind for kind in RequestKind.objects.filter(code__in=codes, is_approval=True, retired_at=None)}
    kind = found.get(codes[0]) or found.get(CONTRACT)
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
    """The same people in words."""
    kind, department = _gate_of(stage)
    if department is None:
        return []
    roles = dict(User.Role.choices)
    return list(dict.fromkeys(
        str(duty.person or duty.department or (department if duty.role != "manager" else roles[duty.role]))
        for duty in approvers_of(stage, kind, department)
    ))


def offers(stage, *, by):
    """[(code, words)] of what may be asked in the same breath as the move, unticked: the kind an admin offers at this
    stage, else what goes to the department that has a duty in it. Nothing to whom asks nothing of departments."""
    said = stage.raises or {}
    if said.get("auto") or stage.gated or not may_raise(by):
        return []
    kinds = RequestKind.objects.filter(is_approval=False, makes_customer=False, retired_at=None)
    kinds = kinds.select_related("department").order_by("position", "pk")
    if said.get("kind"):
        kinds = kinds.filter(code=said["kind"])
    places = {duty.department_id for duty in stage.duties.all() if duty.department_id or duty.role == "support"}
    for kind in kinds if said.get("kind") or places else []:
        department = department_of(kind, stage)
        if department and (said.get("kind") or department.pk in places or None in places):
            return [(kind.code, _("%(department)s: %(what)s") % {"department": department.words, "what": kind.words})]
    return []


def raise_on_entry(moves, *, by, now):
    """A stage that names a kind raises it when a deal enters, and what the mover ticked is raised with it; once while
    one is open. Asked by whoever moved the deal; by its owner when that was somebody who asks nothing of departments
    (an admin). Of a kind that needs files it lies with the asker first."""
    found = [move for move in moves if wanted_of(move)]
    if not found:
        return
    codes = {code for move in found for code in wanted_of(move)}
    kinds = RequestKind.objects.filter(code__in=codes, retired_at=None).select_related("department")
    kinds = {kind.code: kind for kind in kinds}
    deals = [move.deal.pk for move in found]
    running = set(CollaborationRequest.objects.filter(deal__in=deals, state__in=OPEN).values_list("deal", "kind__code"))
    for move in found:
        asker = by if may_raise(by) else move.deal.owner or move.deal.rep
        for kind in [kinds[code] for code in wanted_of(move) if code in kinds]:
            department = department_of(kind, move.to)
            if department is None or asker is None or (move.deal.pk, kind.code) in running:
                continue
            request = raise_request(
                by=asker, now=now, department=department, kind=kind, title=f"{kind.label} · {move.deal.customer.name}",
                description=kind.template or kind.label, standard=kind.standard, deal=move.deal, missing=kind.needs,
                custom={"entered": move.stay.pk},
            )  # fmt: skip
            move.told.append(raised_words(request))


def wanted_of(move):
    """The codes of the kinds a move raises: by itself, and as ticked."""
    if move.backward:
        return []
    said = move.to.raises or {}
    by_itself = [said["kind"]] if said.get("auto") and said.get("kind") else []
    return list(dict.fromkeys([*by_itself, *move.ask]))


def raised_words(request):
    names = {"code": request.code, "department": request.department.words, "files": request.question}
    if request.question:
        return _("%(code)s waits for you: %(files)s") % names
    return _("%(department)s was asked: %(code)s") % names


def take_back(stay, *, by, now):
    """The move that began this stay is undone: what it raised is withdrawn while nobody has touched it; else it stays,
    and is named. Returns sentences."""
    said = []
    mine = CollaborationRequest.objects.filter(deal=stay.deal_id).exclude(state__in=("withdrawn", "closed"))
    for found in [request for request in mine if request.custom.get("entered") == stay.pk]:
        request = lock(found)
        names = {"code": request.code, "what": request.reading, "state": request.state_words}
        if is_untouched(request):
            verbs.withdraw(request, by=by, now=now, reason=_("The change of stage was undone"))
            notes.clear(request, now=now)
            said.append(_("%(code)s %(what)s is withdrawn.") % names)
        elif holder := holder_words(request):
            said.append(_("%(code)s %(what)s stays: it lies with %(holder)s.") % (names | {"holder": holder}))
        else:
            said.append(_("%(code)s %(what)s stays: %(state)s.") % names)
    return said


def is_untouched(request):
    """Nobody has taken, answered, edited or passed it on, nothing was said, added or decided since it was raised."""
    return (
        request.version == 1 and request.state in ("submitted", "waiting") and not request.comments.exists()
        and not Attachment.objects.of(request).exists()
        and not ApprovalStep.objects.filter(request=request).exclude(state__in=("coming", "waiting")).exists()
        and request.intervals.count() == 1
    )
