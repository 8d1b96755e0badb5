"""What the setup page of stages shows of each: load, meaning, whether it may go."""

from dataclasses import dataclass

from django.db.models import Count

from pipeline.models import Deal, Stage


@dataclass
class Row:
    stage: Stage
    deals: int
    first: bool
    last: bool

    @property
    def may_go(self):
        return self.stage.kind in (Stage.Kind.OPEN, Stage.Kind.AFTER) and not self.stage.retired_at


def stage_rows(playbook, books):
    """The stages of a playbook in order with how many deals are in each, the retired ones behind. One query."""
    counts = dict(
        Deal.objects.filter(playbook=playbook.pk).order_by().values_list("stage").annotate(n=Count("pk"))
    )
    line = books.line_of(playbook.pk)
    rows = [
        Row(
            stage, counts.get(stage.pk, 0),
            first=place == 0 or line[place - 1].kind != stage.kind,
            last=place + 1 == len(line) or line[place + 1].kind != stage.kind,
        )
        for place, stage in enumerate(line)
    ]
    gone = [stage for stage in books.stages.values() if stage.playbook_id == playbook.pk and stage.retired_at]
    return rows + [Row(stage, counts.get(stage.pk, 0), True, True) for stage in gone]
