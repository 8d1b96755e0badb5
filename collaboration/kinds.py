"""Setting up kinds: template, files, clocks, approval steps, and the stages that raise them by themselves (S18)."""

from django.db import transaction
from django.db.models import F

from collaboration.models import KindClock, KindStep, RequestKind
from core.changing import change, conflict, write_history
from core.kept import forget
from pipeline.models import Stage


def all_kinds():
    """Every kind, those in use first, with its steps and own clocks."""
    rows = RequestKind.objects.select_related("department").prefetch_related("steps", "clocks")
    return sorted(rows, key=lambda kind: (kind.retired_at is not None, kind.position, kind.pk))


def again(kind):
    """The same kind as the database has it: a form has written into the one it was given."""
    return RequestKind.objects.get(pk=kind.pk) if kind.pk else RequestKind()


def stages_raising(kind):
    """The stages in use that raise this kind when a deal enters them."""
    return [stage for stage in Stage.objects.live().select_related("playbook") if raises(stage, kind)]


def stages_offering(kind):
    """Those whose dialog of a move offers it, unticked."""
    live = Stage.objects.live().select_related("playbook")
    return [stage for stage in live if (stage.raises or {}).get("kind") == kind.code and not raises(stage, kind)]


def raises(stage, kind):
    said = stage.raises or {}
    return bool(said.get("auto")) and said.get("kind") == kind.code


@transaction.atomic
def save_kind(kind, fields, *, steps, clocks, stages, by, expect, offers=()):
    """Write a kind and what hangs on it. `steps` and `clocks` are lists of {field: value} that replace the old ones,
    `stages` those that raise it from now on, `offers` those whose dialog offers it. Running requests keep the steps
    they have. Raises Conflict when the kind is no longer the version `expect`."""
    if kind.pk is None:
        for name, value in fields.items():
            setattr(kind, name, value)
        kind.code, kind.position = _free_code(), RequestKind.objects.count() + 1
        kind.save(force_insert=True)
        write_history([kind], by=by, made=True)
        said = True
    else:
        if kind.version != expect:
            raise conflict(kind, expect, fields)
        said = change(kind, by=by, expect=expect, **fields)
    lines = [_replace(KindStep, kind, steps), _replace(KindClock, kind, clocks)]
    if not said and any(lines):  # a form that was opened before must learn of it
        RequestKind.objects.filter(pk=kind.pk).update(version=F("version") + 1)
        kind.refresh_from_db()
        write_history([kind], by=by)
    wanted, offered = {stage.pk for stage in stages}, {stage.pk for stage in offers}
    for stage in Stage.objects.live().filter(playbook__is_active=True):
        said = stage.raises or {}
        rest = {name: value for name, value in said.items() if name not in ("kind", "auto", "department")}
        if stage.pk in wanted:
            new = rest | {"kind": kind.code, "auto": True}
        elif stage.pk in offered:
            new = rest | {"kind": kind.code}
        else:
            new = rest if said.get("kind") == kind.code else said
        if new != said and not (raises(stage, kind) and stage.pk in wanted):
            change(stage, by=by, raises=new)
    forget()
    return kind


def _replace(model, kind, rows):
    """Whether the lines of a kind are others now."""
    kept = list(model.objects.filter(kind=kind))
    names = [field.attname for field in model._meta.fields if field.name not in ("id", "kind")]
    new = [model(kind=kind, **row) for row in rows]
    before, after = ([[getattr(row, name) for name in names] for row in rows] for rows in (kept, new))
    if before != after:
        model.objects.filter(kind=kind).delete()
        model.objects.bulk_create(new)
    return before != after


def _free_code():
    taken = set(RequestKind.objects.values_list("code", flat=True))
    return next(code for code in (f"kind-{n}" for n in range(1, len(taken) + 2)) if code not in taken)
