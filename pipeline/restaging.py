"""Undo of what an admin did to the stages (S18), and what the stages need of the floor below (R16).

Everything is refused once somebody built on it: another change of the same stage, of the order, a deal moved since.
"""

from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.rights import may_set_up
from core.changing import change_each
from core.errors import NotAllowed, Refused
from pipeline import facts, staging
from pipeline.models import Stage, StageDuty, StageProgress
from pipeline.playbooks import Playbooks, accountable
from pipeline.undoing import take_back, turn_back


def undo_change(event, *, by, now):
    """The fields, the meaning and the duties as they were. Its stays keep the name used while it lasted."""
    stage = _stage(event, by)
    if stage.version != event.data.get("version"):
        raise Refused(_("%(stage)s was changed since.") % {"stage": stage})
    was = dict(event.data.get("was") or {})
    duties = was.pop("duties", None)
    if duties is not None:
        people = User.objects.in_bulk([one["person"] for one in duties if one["person"]])
        places = Department.objects.in_bulk([one["department"] for one in duties if one["department"]])
        duties = [
            one | {"person": people.get(one["person"]), "department": places.get(one["department"])} for one in duties
        ]
    meaning = was.pop("meaning", None)
    staging.save_stage(stage, by=by, now=now, expect=stage.version, duties=duties, meaning=meaning, **was)
    return stage


def undo_order(event, *, by, now):
    stage = _stage(event, by)
    if staging.order_of(stage.playbook) != event.data.get("ids"):
        raise Refused(_("The stages were changed meanwhile."))
    staging.reorder(stage.playbook, event.data["was"], by=by, now=now)
    return stage


def undo_added(event, *, by, now):
    return staging.retire(_stage(event, by), by=by, now=now)


def undo_retired(event, *, by, now):
    """Back in its place among those that are still in use."""
    stage = _stage(event, by)
    if not stage.retired_at:
        raise Refused(_("%(stage)s is in use.") % {"stage": stage})
    staging.revive(stage, by=by, now=now)
    _put_back(stage, event, by=by, now=now)
    return stage


def undo_revived(event, *, by, now):
    return staging.retire(_stage(event, by), by=by, now=now)


def undo_merge(event, *, by, now):
    """The stage is in use again and the deals the merge moved go back, their stays as if it had not been; those that
    moved on since stay where they are."""
    stage = _stage(event, by)
    if not stage.retired_at or stage.merged_into_id != event.data.get("into_id"):
        raise Refused(_("%(stage)s was changed since.") % {"stage": stage})
    staging.revive(stage, by=by, now=now)
    _put_back(stage, event, by=by, now=now)
    stays = StageProgress.objects.standing().filter(
        came_from=stage, stage=event.data["into_id"], recorded_at=event.at, left_at=None
    )
    back = []
    for stay in stays.select_related("deal__customer", "deal__stage").select_for_update(of=("self",)):
        old = turn_back(stay, by=by, now=now)
        back.append((stay.deal, {"stage": stage, "entered_at": old.entered_at}))
    change_each(back, by=by)
    for deal, _fields in back:
        take_back(event, deal, by=by, now=now)
    facts.push({deal.customer_id for deal, _fields in back})
    return stage


def needs_department(department):
    """Plug of accounts/leaving.py: a department does not go out of use while a stage has nobody else (R16)."""
    stages = Playbooks.read().stages
    for pk in StageDuty.objects.filter(department=department).values_list("stage", flat=True):
        stage = stages[pk]
        if stage.retired_at:
            continue
        stage.answering = [duty for duty in stage.answering if duty.department_id != department.pk]
        if not accountable(stage):
            raise Refused(
                _("%(department)s alone answers for the stage %(stage)s. Say who else does first.")
                % {"department": department, "stage": stage},
                holder=str(stage),
            )


def _stage(event, by):
    if not may_set_up(by):
        raise NotAllowed
    return Stage.objects.select_related("playbook").get(pk=event.subject_id)


def _put_back(stage, event, *, by, now):
    """The stage between its old neighbours, when nothing else was added or moved since."""
    had, live = event.data.get("was") or [], staging.order_of(stage.playbook)
    if sorted(had) == sorted(live):
        staging.reorder(stage.playbook, had, by=by, now=now)
        stage.refresh_from_db()


UNDOERS = {
    "pipeline.stage_changed": undo_change,
    "pipeline.stages_ordered": undo_order,
    "pipeline.stage_added": undo_added,
    "pipeline.stage_retired": undo_retired,
    "pipeline.stage_revived": undo_revived,
    "pipeline.stage_merged": undo_merge,
}
