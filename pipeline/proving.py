"""What a change of stage shows: what the old stage asks to leave it, what the new one means, what is open (R2, R3)."""

from dataclasses import dataclass

from customers.needs import open_needs
from pipeline.models import Stage, StageProgress, StageVersion
from pipeline.playbooks import Playbooks


@dataclass
class Proof:
    """`leaving` and `entering` are the newest StageVersions of the two stages, or None."""

    leaving: StageVersion | None
    entering: StageVersion | None


def proof_of(move):
    """For the dialog of a Move whose `was` is known. One query."""
    newest = {}
    for version in StageVersion.objects.filter(stage__in=[move.was.pk, move.to.pk]).order_by("since", "id"):
        newest[version.stage_id] = version
    return Proof(newest.get(move.was.pk) if is_forward(move) else None, newest.get(move.to.pk))


def is_forward(move):
    return not move.backward and not move.loses and not move.crosses and move.was.kind != Stage.Kind.LOST


def needs_of(move):
    """The needs a move onwards lists, as a queryset: answered ones may be ticked there."""
    return open_needs(move.deal.customer) if is_forward(move) else open_needs(move.deal.customer).none()


def is_unproven(move, left):
    """Whether a move onwards says nothing of what the stage it leaves (`left`, its StageVersion) asks: flagged."""
    return bool(is_forward(move) and left and left.evidence.strip() and not move.evidence.strip())


@dataclass
class Stay:
    """One stay as the pages show it. `unproven`: it was entered without a word of what its stage before asks;
    `late`: entered on another day than it was recorded."""

    row: StageProgress
    stage: Stage
    unproven: bool
    late: bool


def stays_of(deal, stages):
    """The deal's way so far, newest first. `stages` is {id: Stage}. One query."""
    rows = list(
        StageProgress.objects.standing().filter(deal=deal).select_related("stage_version", "moved_by")
        .order_by("entered_at", "id")
    )
    stays, before, merges = [], None, Playbooks.load().merges
    for row in rows:
        carried = before and (before.stage_id, row.stage_id, row.entered_at) in merges  # nobody moved it on
        unproven = bool(
            before and not carried and row.batch_id is None and not row.backward
            and stages[row.stage_id].kind != Stage.Kind.LOST and stages[before.stage_id].kind != Stage.Kind.LOST
            and before.stage_version.evidence.strip() and not row.evidence
        )
        stays.append(Stay(row, stages[row.stage_id], unproven, row.back_dated))
        before = row
    return stays[::-1]
