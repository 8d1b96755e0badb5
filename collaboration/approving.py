"""Approval steps: in order by position, side by side when positions are equal; each timed (R17, D29, D32).

The last approval ends the request and lifts the hold; a send-back goes to the asker, whose answer starts a new round.
"""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Department, Team
from activity.files import freeze
from activity.models import Attachment
from collaboration import clocks, notes, own, rights, telling
from collaboration.life import lock, open_interval, refusal, require, turn
from collaboration.models import ApprovalStep, KindStep
from core.changing import change
from core.errors import Refused
from core.periods import today


def lay_steps(request, *, now, duties=None):
    """The steps of a new round: the stage's approvers when it is asked to enter one, else the kind's."""
    wanted = list(duties or request.kind.steps.select_related("department", "person"))
    wanted = [duty for duty in wanted if asked_for(duty, request)]
    last = request.steps.order_by("-round").values_list("round", flat=True).first() or 0
    steps = [step for step in (_step(request, duty, last + 1) for duty in wanted) if step]
    if not steps:
        steps = [ApprovalStep(request=request, round=last + 1, position=1, department=request.department)]
    ApprovalStep.objects.bulk_create(steps)
    _forget(request)
    return start(request, now=now)


def asked_for(duty, request):
    """Does the request meet the step's conditions? An amount nobody has entered asks for every step; a request that is
    about no deal is in no stage."""
    least = getattr(duty, "min_amount", None)
    if least and request.amount is not None and request.amount < least:
        return False
    from_stage = getattr(duty, "min_stage", None)
    if not from_stage:
        return True
    wanted = notes.stage_asked(request) or (request.deal.stage if request.deal_id else None)
    return wanted is not None and wanted.position >= from_stage


def lay_imported(requests):
    """The first round of imported approvals nobody has decided: what the kind asks for, or the one person the sheet
    names as having it in progress. Begun when it was asked. {request: its waiting steps}; six statements at most.
    """
    open_ones = [row for row in requests if row.kind.is_approval and row.state in ("submitted", "accepted")]
    if not open_ones:
        return {}
    duties = {}
    for duty in KindStep.objects.filter(kind__in={row.kind_id for row in open_ones}).select_related(
        "department", "person"
    ):
        duties.setdefault(duty.kind_id, []).append(duty)
    know_places(open_ones)
    begun = {}
    for request in open_ones:
        if request.person_id:
            steps = [ApprovalStep(request=request, position=1, person=request.person)]
        else:
            wanted = duties.get(request.kind_id, [])
            wanted = [duty for duty in wanted if asked_for(duty, request)]
            steps = [step for step in (_step(request, duty, 1) for duty in wanted) if step]
            steps = steps or [ApprovalStep(request=request, position=1, department=request.department)]
        first = min(step.position for step in steps)
        for step in steps:
            if step.position == first:
                step.state, step.since = "waiting", request.asked_at
        request._steps = steps
        begun[request] = [step for step in steps if step.state == "waiting"]
    ApprovalStep.objects.bulk_create([step for row in open_ones for step in row._steps], batch_size=500)
    return begun


def know_places(requests):
    """Teams, departments and who leads them, read once for all rows."""
    departments = {place.pk: place for place in Department.objects.select_related("lead")}
    for place in departments.values():
        place.parent = departments.get(place.parent_id)
    teams = {team.pk: team for team in Team.objects.select_related("manager")}
    for team in teams.values():
        team.department = departments.get(team.department_id)
    for request in requests:
        request.asker_team = teams.get(request.asker_team_id)
        request.asker_department = departments.get(request.asker_department_id)


def _step(request, duty, number):
    person, department = duty.person, duty.department
    if duty.role == "manager":
        person = manager_above(request)
    elif duty.role == "department" or (duty.role == "support" and not department):
        department = request.department
    if person is None and department is None:
        return None
    return ApprovalStep(
        request=request, round=number, position=duty.position, role=duty.role, person=person, department=department
    )


def manager_above(request):
    """The manager of the asker's team; for a manager who asks himself, whoever heads the sales department above."""
    team = request.asker_team
    if team and team.manager and team.manager.is_active and team.manager_id != request.asker_id:
        return team.manager
    place = team.department if team else request.asker_department
    while place:
        if place.lead and place.lead.is_active and place.lead_id != request.asker_id and place.lead.is_manager:
            return place.lead
        place = place.parent
    return None


def start(request, *, now):
    """Let the next position begin. Returns its steps; empty when all are approved."""
    steps = rights.steps_of(request)
    coming = [step for step in steps if step.state == "coming"]
    if not coming:
        return []
    position = min(step.position for step in coming)
    begun = [step for step in coming if step.position == position]
    ApprovalStep.objects.filter(pk__in=[step.pk for step in begun]).update(state="waiting", since=now)
    _forget(request)
    return rights.steps_of(request, state="waiting")


def approve(request, *, by, now, comment="", oa_number="", oa_on=None):
    """His step, once; the last one delivers. With an OA number or link, its result and date are kept (D32)."""
    with transaction.atomic():
        step = _take(request, by=by, now=now, state="approved", comment=comment)
        _keep_oa(request, oa_number, oa_on, by=by, now=now)
        left = rights.steps_of(request, state="waiting")
        data = {"who": by.name, "comment": comment, "oa": oa_number}
        if left:
            _move_on(request, left, by=by, now=now)
            telling.tell("approved", request, by=by, now=now, act=telling.approvers(left, now=now), **data)
            return step
        begun = start(request, now=now)
        if begun:
            _move_on(request, begun, by=by, now=now)
            telling.tell(
                "approved", request, by=by, now=now, act=telling.approvers(begun, now=now),
                fyi=telling.asker(request), **telling.step_named("next", *begun), **data,
            )  # fmt: skip
            return step
        result = comment or _("Approved")
        turn(
            request, by=by, now=now, to="done", person=by, result=result, delivered_at=now, done_at=now, ended_at=now
        )
        freeze_files(request, now=now)
        notes.show(request, now=now)
        telling.tell("approved", request, by=by, now=now, fyi=telling.asker(request), last=True, **data)
    return step


def freeze_files(request, *, now):
    """The versions that were approved stay as they are; later ones may follow (D32)."""
    newest = {file.series: file for file in Attachment.objects.of(request).order_by("number")}
    for file in newest.values():
        freeze(file, now=now)


def _keep_oa(request, oa_number, oa_on, *, by, now):
    """Number or link and day of a decision made in an outside OA; clocks and holds go on as with any other."""
    if oa_number:
        change(request, by=by, oa_number=oa_number, oa_on=oa_on or today(now))


def send_back(request, *, by, now, comment, oa_number="", oa_on=None):
    """退回修改: to the asker with what must change; his answer starts a new round from the first step."""
    with transaction.atomic():
        _take(request, by=by, now=now, state="sent_back", comment=comment)
        _keep_oa(request, oa_number, oa_on, by=by, now=now)
        turn(
            request, by=by, now=now, to="waiting", reason=comment, question=comment, state_before="submitted"
        )
        notes.show(request, now=now)
        telling.tell(
            "sent_back", request, by=by, now=now, act=telling.asker(request), who=by.name, comment=comment,
            oa=oa_number,
        )


def again(request, *, by, now):
    """A new round after an answer; called in the answer's transaction when the state is submitted again."""
    earlier = rights.steps_of(request)
    begun = lay_steps(request, now=now, duties=earlier)
    _move_on(request, begun, by=by, now=now)
    return begun


def hand_step(request, person, *, by, now, note=""):
    """转交: his waiting step to somebody else."""
    with transaction.atomic():
        require(lock(request), "hand_over", now=now)
        _forget(request)
        mine = _waiting_for(request, by, now=now)
        rows = ApprovalStep.objects.filter(pk=mine.pk, state="waiting")
        if rows.update(person=person, since=now) != 1:
            raise refusal(request, now=now)
        _forget(request)
        begun = rights.steps_of(request, state="waiting")
        _move_on(request, begun, by=by, now=now, reason=note)
        telling.tell(
            "handed_over", request, by=by, now=now, act=[person], fyi=telling.asker(request), who=by.name,
            to=person.name, note=note,
        )  # fmt: skip


def add_step(request, *, by, now, person=None, department=None, beside=False, note=""):
    """加签: one more opinion, before his own step goes on or beside it. Whoever waits keeps his turn."""
    with transaction.atomic():
        require(lock(request), "add_step", now=now)
        _forget(request)
        mine = _waiting_for(request, by, now=now)
        steps = rights.steps_of(request)
        if any(step.person == person and step.department == department for step in steps if step.state != "approved"):
            raise Refused(_("%(who)s is asked already.") % {"who": person.name if person else department.words})
        place = mine.position if beside else mine.position + 1
        if not beside:
            ApprovalStep.objects.filter(
                request=request, round=mine.round, state="coming", position__gt=mine.position
            ).update(position=F("position") + 1)
        step = ApprovalStep.objects.create(
            request=request, round=mine.round, position=place, person=person, department=department, added_by=by,
            state="waiting" if beside else "coming", since=now if beside else None, comment=note[:500],
        )  # fmt: skip
        _forget(request)
        act = telling.approvers([step], now=now) if beside else []
        telling.tell_also("step_added", request, by=by, now=now, act=act, fyi=telling.asker(request), note=note,
                          **telling.step_named("to", step))  # fmt: skip
    return step


def _take(request, *, by, now, state, comment):
    """Decide his step under the row's lock, so that two approvers side by side see each other."""
    verb = "approve" if state == "approved" else "send_back"
    locked = lock(request)
    request.refresh_from_db()
    _forget(request)
    require(locked, verb, now=now)
    step = _waiting_for(request, by, now=now)
    rows = ApprovalStep.objects.filter(pk=step.pk, state="waiting")
    taken = rows.update(
        state=state, decided_at=now, decided_by=by, comment=comment[:500], frozen=_frozen(request)
    )
    if taken != 1:
        raise refusal(request, now=now)
    _forget(request)
    return step


def _waiting_for(request, by, *, now):
    """His waiting step, or a refusal that says who is next (approving twice, out of turn)."""
    waiting = rights.steps_of(request, state="waiting")
    mine = next((step for step in waiting if rights.may_decide(by, step, now=now)), None)
    if mine is None:
        who = ", ".join(step.who for step in waiting)
        raise Refused(_("%(code)s waits for %(who)s now.") % {"code": request.code, "who": who}, holder=who)
    return mine


def _frozen(request):
    """What exactly was approved: amount, text and the newest version of each file."""
    newest = {file.series: file for file in Attachment.objects.of(request).order_by("number")}
    return {
        "amount": str(request.amount) if request.amount is not None else None, "title": request.title,
        "description": request.description, "version": request.version, "own": own.kept(request),
        "files": [
            {"id": file.pk, "name": file.name, "number": file.number, "sha256": file.sha256}
            for file in sorted(newest.values(), key=lambda file: file.pk)
        ],
    }  # fmt: skip


def _move_on(request, waiting, *, by, now, reason=""):
    """These steps run, each since it began; of those side by side the one whose time is over first holds the request:
    its interval, its own accept-by, and the card says where it lies."""
    due, _pk, step = min((due_of(request, step), step.pk, step) for step in waiting)
    place = step.department or request.department
    running = request.intervals.filter(ended_at=None, state=request.state, department=place, person=step.person).first()
    if running is None:
        running = open_interval(request, by=by, now=now, reason=reason, department=place, person=step.person)
    change(request, by=by, accept_by=due, due_at=due, held_since=running.started_at)
    notes.show(request, now=now)


def due_of(request, step):
    """When a waiting step must be decided, counted from its own beginning."""
    place = step.department or request.department
    return clocks.accept_due(place, request.priority, now=step.since, kind=request.kind, person=step.person)


def _forget(request):
    request.__dict__.pop("_steps", None)
    getattr(request, "_prefetched_objects_cache", {}).pop("steps", None)
