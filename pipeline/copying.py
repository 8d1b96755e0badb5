"""A playbook made from another one (R8): its stages with their meaning, chances, limits, questions and duties; no deal
comes along. The copy is off until somebody switches it on, and what is changed in it leaves the first one alone."""

from django.db import transaction

from core.changing import write_history
from pipeline.books import tell_of
from pipeline.models import Playbook, Stage, StageDuty, StageVersion
from pipeline.switching import lock

STAGE = (
    "kind", "label", "label_en", "short", "short_en", "default_tag", "probability", "stale_days", "advised", "gated",
    "asks", "raises",
)  # fmt: skip
MEANING = ("definition", "definition_en", "evidence", "evidence_en")


def copy_playbook(playbook, *, by, now):
    """Returns the copy, switched off, behind all others. Own questions get codes of their own: an answer given in one
    never answers the other's."""
    with transaction.atomic():
        lock(playbook)
        names = {book.label for book in Playbook.objects.all()}
        label, label_en = _name(playbook, names)
        made = Playbook(
            code=_code(playbook), label=label, label_en=label_en, is_active=False,
            position=max(Playbook.objects.values_list("position", flat=True)) + 1,
        )
        codes = {row["code"]: f"{made.code}_{n}" for n, row in enumerate(playbook.own_fields, 1)}
        made.fields = {
            **(playbook.fields or {}), "own": [row | {"code": codes[row["code"]]} for row in playbook.own_fields],
        }
        Playbook.objects.bulk_create([made])
        write_history([made], by=by, made=True)
        _copy_stages(playbook, made, codes, by=by, now=now)
        tell_of("pipeline.playbook_copied", made, by=by, at=now, source=playbook.label, source_en=playbook.label_en)
    return made


def _copy_stages(playbook, made, codes, *, by, now):
    line = list(playbook.stages.live().order_by("position", "id").prefetch_related("duties", "versions"))
    stages = []
    for place, old in enumerate(line, 1):
        stage = Stage(playbook=made, position=place, **{name: getattr(old, name) for name in STAGE})
        own = {f"own_{code}": f"own_{new}" for code, new in codes.items()}
        stage.asks = {own.get(name, name): how for name, how in (old.asks or {}).items()}
        stages.append(stage)
    Stage.objects.bulk_create(stages)
    write_history(stages, by=by, made=True)
    versions, duties = [], []
    for old, new in zip(line, stages, strict=True):
        newest = max(old.versions.all(), key=lambda version: (version.since, version.pk), default=None)
        meaning = {name: getattr(newest, name) for name in MEANING} if newest else {}
        versions.append(StageVersion(stage=new, label=new.label, label_en=new.label_en, since=now, by=by, **meaning))
        duties += [
            StageDuty(
                stage=new, role=duty.role, department_id=duty.department_id, person_id=duty.person_id,
                approves=duty.approves, position=duty.position,
            )
            for duty in old.duties.all()
        ]  # fmt: skip
    StageVersion.objects.bulk_create(versions)
    StageDuty.objects.bulk_create(duties)


def _name(playbook, taken):
    """ "大客户 2", or 3: the first free one, in both languages."""
    n = next(n for n in range(2, len(taken) + 3) if f"{playbook.label[:56]} {n}" not in taken)
    return f"{playbook.label[:56]} {n}", f"{playbook.label_en[:56]} {n}" if playbook.label_en else ""


def _code(playbook):
    codes = set(Playbook.objects.values_list("code", flat=True))
    return next(code for n in range(2, len(codes) + 3) if (code := f"{playbook.code[:36]}-{n}") not in codes)
