"""Stages as an admin changes them (S18, R39, R64): rename, reorder, add, retire, merge. A stage is its id: history
keeps the name used then, and nothing of the past is rewritten."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from activity.recording import record
from core.changing import change
from core.errors import Refused
from core.kept import forget
from pipeline import facts
from pipeline.models import Deal, Stage, StageDuty, StageVersion
from pipeline.moving import Move, move_many
from pipeline.numbering import number

MEANING = ("definition", "definition_en", "evidence", "evidence_en")
FIELDS = (
    "label", "label_en", "short", "short_en", "default_tag", "probability", "stale_days", "advised", "gated", "asks",
)  # fmt: skip


def save_stage(stage, *, by, now, expect, duties=None, meaning=None, **fields):
    """Change a stage's fields, its meaning (StageVersion of today) and its duties. `duties` is a list of dicts with
    role, department or person, and approves. Raises ValidationError by field, Conflict on a stale version."""
    _check_labels(stage.playbook_id, fields.get("label", stage.label), fields.get("label_en", stage.label_en), stage.pk)
    if duties is not None:
        _check_duties(duties)
    with transaction.atomic():
        limit = stage.stale_days
        before = {"label": stage.label, "label_en": stage.label_en}
        was = state_of(stage)
        changed = change(stage, by=by, expect=expect, **fields)
        said = _save_meaning(stage, meaning or {}, by=by, now=now)
        handed = duties is not None and _save_duties(stage, duties)
        if (said or handed) and not changed:
            change_version(stage, by=by)
        if stage.stale_days != limit:
            facts.push(set(Deal.objects.filter(stage=stage).values_list("customer_id", flat=True)))
        names = [*changed, *(["meaning"] if said else []), *(["duties"] if handed else [])]
        if names:
            _tell(
                "pipeline.stage_changed",
                stage,
                by=by,
                at=now,
                label=stage.label,
                label_en=stage.label_en,
                before=before,
                fields=names,
                was={name: was[name] for name in names if name in was},
                version=stage.version,
            )
    return names


def state_of(stage):
    """What an undo sets again: the stage's fields, its meaning and its duties as JSON keeps them."""
    last = stage.versions.order_by("-since", "-id").first()
    return {
        **{name: getattr(stage, name) for name in (*FIELDS, "version")},
        "meaning": {name: getattr(last, name, "") for name in MEANING},
        "duties": [
            {"role": d.role, "department": d.department_id, "person": d.person_id, "approves": d.approves}
            for d in stage.duties.all()
        ],
    }


def change_version(stage, *, by):
    """What belongs to a stage changed: its version says so to open forms and to the cache of stages."""
    return change(stage, by=by, raises={**(stage.raises or {}), "seen": (stage.raises or {}).get("seen", 0) + 1})


def add_stage(playbook, *, by, now, duties, meaning=None, after=None, **fields):
    """A new stage behind `after` (default: behind the last open one); those behind it move on. Returns it."""
    _check_labels(playbook.pk, fields.get("label", ""), fields.get("label_en", ""), None)
    _check_duties(duties)
    with transaction.atomic():
        line = list(playbook.stages.live().order_by("position", "id"))
        before = after or [stage for stage in line if stage.kind == Stage.Kind.OPEN][-1]
        place = line.index(before) + 1
        stage = Stage(playbook=playbook, position=place + 1, **fields)
        stage._history_user = by
        stage.save()
        number([*line[:place], stage, *line[place:]], by=by)
        _save_meaning(stage, meaning or {}, by=by, now=now, first=True)
        _save_duties(stage, duties)
        _tell("pipeline.stage_added", stage, by=by, at=now, label=stage.label, label_en=stage.label_en)
    return stage


def shift(stage, step, *, by, now):
    """One place up (-1) or down (+1) among the stages of the same kind: the order open, won, after, lost stands."""
    with transaction.atomic():
        line = list(stage.playbook.stages.live().select_for_update().order_by("position", "id"))
        was = [each.pk for each in line]
        place = next(n for n, each in enumerate(line) if each.pk == stage.pk)
        other = place + step
        if not 0 <= other < len(line) or line[other].kind != stage.kind:
            raise Refused(_("%(stage)s cannot go further in this direction.") % {"stage": stage})
        line[place], line[other] = line[other], line[place]
        number(line, by=by)
        _tell(
            "pipeline.stages_ordered",
            stage,
            by=by,
            at=now,
            label=stage.label,
            label_en=stage.label_en,
            order=[each.label for each in line],
            was=was,
            ids=[each.pk for each in line],
        )
    return line


def reorder(playbook, ids, *, by, now, seen=None):
    """The whole order at once, as a drag leaves it; kinds stay in their order. `seen`: the ids in the order that was
    shown; raises Refused when it is another one by now (REL1)."""
    with transaction.atomic():
        line = {stage.pk: stage for stage in playbook.stages.live().select_for_update()}
        was = [stage.pk for stage in sorted(line.values(), key=lambda stage: (stage.position, stage.pk))]
        if sorted(ids) != sorted(line) or seen is not None and seen != was:
            raise Refused(_("The stages were changed meanwhile."))
        kinds = [*Stage.Kind.values]
        ordered = sorted((line[pk] for pk in ids), key=lambda stage: kinds.index(stage.kind))
        if [stage.pk for stage in ordered] != list(ids):
            raise Refused(_("Open stages come before the won one, after-sales behind it."))
        number(ordered, by=by)
        _tell(
            "pipeline.stages_ordered",
            ordered[0],
            by=by,
            at=now,
            label=ordered[0].label,
            label_en=ordered[0].label_en,
            order=[each.label for each in ordered],
            was=was,
            ids=list(ids),
        )
    return ordered


def retire(stage, *, by, now):
    """Out of use, kept for history. Refused while deals are in it (merge it instead), and for the won stage."""
    _may_go(stage)
    with transaction.atomic():
        was = order_of(stage.playbook)
        _close_door(stage)
        if count := stage.deals.count():
            raise Refused(
                _("%(count)d deals are in %(stage)s. Merge it into another stage.") % {"count": count, "stage": stage}
            )
        change(stage, by=by, retired_at=now)
        number(list(stage.playbook.stages.live().order_by("position", "id")), by=by)
        _tell("pipeline.stage_retired", stage, by=by, at=now, label=stage.label, label_en=stage.label_en, was=was)
    return stage


def revive(stage, *, by, now):
    """Back into use behind the last stage of its kind. Refused while nobody answers for it (R16), or another stage of
    its playbook has its name."""
    if not any(_answers(duty.role, duty.department, duty.person) for duty in stage.duties.all()):
        raise Refused(_("Nobody answers for %(stage)s. Say who does, then use it again.") % {"stage": stage})
    try:
        _check_labels(stage.playbook_id, stage.label, stage.label_en, stage.pk)
    except ValidationError as wrong:
        raise Refused(wrong.messages[0]) from None
    with transaction.atomic():
        change(stage, by=by, retired_at=None, merged_into=None)
        kinds = [*Stage.Kind.values]
        line = sorted(
            stage.playbook.stages.live(), key=lambda each: (kinds.index(each.kind), each.pk == stage.pk, each.position)
        )
        number(line, by=by)
        _tell("pipeline.stage_revived", stage, by=by, at=now, label=stage.label, label_en=stage.label_en)
    return stage


def merge(stage, into, *, by, now):
    """Its deals go to `into`, each by a recorded move (their stays in it are kept with the name used then); the stage
    is out of use. Returns how many deals moved. Refused for the won stage, other playbooks, other kinds."""
    _may_go(stage)
    if into.pk == stage.pk or into.playbook_id != stage.playbook_id or into.retired_at or into.kind != stage.kind:
        raise Refused(_("%(stage)s cannot be merged into %(into)s.") % {"stage": stage, "into": into})
    with transaction.atomic():
        was = order_of(stage.playbook)
        _close_door(stage)
        deals = list(Deal.objects.filter(stage=stage).select_related("stage").order_by("customer", "pk"))
        reason = _("Stage merged into %(into)s") % {"into": into}
        for start in range(0, len(deals), 500):
            move_many(
                [Move(deal, into, reason=reason, carried=True) for deal in deals[start : start + 500]],
                by=by,
                now=now,
                force_gate=True,
                quiet=True,
            )
        stage.refresh_from_db()
        change(stage, by=by, retired_at=now, merged_into=into)
        number(list(stage.playbook.stages.live().order_by("position", "id")), by=by)
        _tell(
            "pipeline.stage_merged",
            stage,
            by=by,
            at=now,
            label=stage.label,
            label_en=stage.label_en,
            into=into.label,
            into_en=into.label_en,
            count=len(deals),
            into_id=into.pk,
            was=was,
        )
    return len(deals)


def order_of(playbook):
    """The ids of the stages in use, in order."""
    return list(playbook.stages.live().order_by("position", "id").values_list("pk", flat=True))


def _answers(role, department, person):
    """Whether a duty is somebody's: a role, or a department or person in use (R16)."""
    return bool(role or (department and department.is_active) or (person and person.is_active))


def _check_duties(duties):
    if not any(_answers(duty.get("role"), duty.get("department"), duty.get("person")) for duty in duties):
        raise ValidationError({"duties": _("Say who answers for this stage: a stage without anybody cannot be used.")})


def _close_door(stage):
    """Deals that are moving into the stage arrive before this returns; who comes later is told that it is gone."""
    list(Stage.objects.select_for_update().filter(pk=stage.pk).values_list("pk"))


def _may_go(stage):
    if stage.kind in (Stage.Kind.WON, Stage.Kind.LOST):
        raise Refused(_("%(stage)s cannot go: every playbook needs one stage of this kind.") % {"stage": stage})
    if stage.kind == Stage.Kind.OPEN and stage.playbook.stages.live().filter(kind=Stage.Kind.OPEN).count() == 1:
        raise Refused(_("The last open stage cannot go."))
    if stage.retired_at:
        raise Refused(_("%(stage)s is no longer in use.") % {"stage": stage})


def _check_labels(playbook_id, label, label_en, own):
    others = Stage.objects.live().filter(playbook=playbook_id).exclude(pk=own)
    wrong = {}
    if not label.strip():
        wrong["label"] = _("Enter a label.")
    elif any(label.strip() == other.label for other in others):
        wrong["label"] = _("Another stage is called %(label)s.") % {"label": label}
    if label_en.strip() and any(label_en.strip().casefold() == other.label_en.casefold() for other in others):
        wrong["label_en"] = _("Another stage is called %(label)s.") % {"label": label_en}
    if wrong:
        raise ValidationError(wrong)


def _save_meaning(stage, meaning, *, by, now, first=False):
    """A new version when the name or the meaning differs from the newest one; stays keep theirs."""
    last = stage.versions.order_by("-since", "-id").first()
    fields = {name: meaning.get(name, getattr(last, name, "") if last else "") for name in MEANING}
    same = last and (last.label, last.label_en) == (stage.label, stage.label_en)
    if same and all(getattr(last, name) == value for name, value in fields.items()) and not first:
        return False
    StageVersion.objects.create(stage=stage, label=stage.label, label_en=stage.label_en, since=now, by=by, **fields)
    return True


def _save_duties(stage, duties):
    had = [(duty.role, duty.department_id, duty.person_id, duty.approves) for duty in stage.duties.all()]
    rows = [
        StageDuty(
            stage=stage,
            role=duty.get("role", ""),
            department=duty.get("department"),
            person=duty.get("person"),
            approves=bool(duty.get("approves")),
            position=place,
        )
        for place, duty in enumerate(duties)
    ]
    if had == [(duty.role, duty.department_id, duty.person_id, duty.approves) for duty in rows]:
        return False
    stage.duties.all().delete()
    StageDuty.objects.bulk_create(rows)
    return True


def _tell(verb, stage, **said):
    """What changed, to the timeline and to this process's memory of the stages."""
    record(verb, stage, **said)
    forget()
    transaction.on_commit(forget)
