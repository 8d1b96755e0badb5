"""The process page (S23): one box a stage, drawn from the stages, so it is never out of date (R14–R17)."""

import statistics
from dataclasses import dataclass, field

from django.db.models import Count

from pipeline.models import Deal, StageProgress, StageVersion
from pipeline.playbooks import Playbooks

NEWEST = 400  # closed stays of a stage that its median looks at


@dataclass
class Node:
    stage: object
    version: object
    deals: int = 0
    median_days: float | None = None  # of the newest closed stays the reader may see
    approvers: list = field(default_factory=list)


def process_of(user, playbook):
    """Nodes in order, lost left out: definition, duties, load and median days of what `user` sees. Three queries."""
    stages = Playbooks.load().columns(playbook.pk)
    ids = [stage.pk for stage in stages]
    newest = {v.stage_id: v for v in StageVersion.objects.filter(stage__in=ids).order_by("since", "id")}
    deals = Deal.objects.visible_to(user).filter(stage__in=ids)
    counts = dict(deals.order_by().values_list("stage").annotate(n=Count("pk")))
    stays = (
        StageProgress.objects.visible_to(user).standing().filter(stage__in=ids, left_at__isnull=False)
        .order_by("-left_at").values_list("stage", "entered_at", "left_at")[: NEWEST * len(ids)]
    )
    days = {}
    for stage, entered, left in stays:
        days.setdefault(stage, []).append((left - entered).total_seconds() / 86400)
    return [
        Node(
            stage, newest.get(stage.pk), counts.get(stage.pk, 0),
            round(statistics.median(days[stage.pk]), 1) if stage.pk in days else None,
            [duty for duty in stage.answering if duty.approves],
        )
        for stage in stages
    ]
