"""What the setup page of stages shows of each: load, meaning, whether it may go."""

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count

from activity.models import Event
from activity.undoing import can_undo
from pipeline.models import Deal, Stage
from pipeline.models.stage import in_language
from pipeline.playbooks import accountable
from pipeline.restaging import UNDOERS


@dataclass
class Row:
    stage: Stage
    deals: int
    first: bool
    last: bool
    chance: object = None  # calibrating.Chance, where the switch is on

    @property
    def nobody(self):
        """In use, and nobody answers for it any more (R16): a department or person left."""
        return not self.stage.retired_at and not accountable(self.stage)

    @property
    def may_go(self):
        return self.stage.kind in (Stage.Kind.OPEN, Stage.Kind.AFTER) and not self.stage.retired_at


@dataclass
class Book:
    """A playbook of the setup page: how many open deals it holds, and a stage nobody answers for, if there is one."""

    book: object
    open: int
    nobody: Stage | None

    @property
    def own(self):
        return [in_language(row["label"], row["label_en"]) for row in self.book.own_fields]


def book_rows(books):
    """Every playbook with its load. One query."""
    counts = dict(Deal.objects.open().order_by().values_list("playbook").annotate(n=Count("pk")))
    return [
        Book(book, counts.get(book.pk, 0), next((one for one in book.line if not accountable(one)), None))
        for book in books.all
    ]


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


def changes_of(user, playbook, now):
    """The newest changes of a playbook's stages that can still be taken back, with a word each."""
    stages = Stage.objects.visible_to(user).filter(playbook=playbook.pk)
    events = Event.objects.visible_to(user).filter(
        subject_type=ContentType.objects.get_for_model(Stage), subject_id__in=list(stages.values_list("pk", flat=True)),
        undone_at=None, verb__in=UNDOERS,
    )
    return [event for event in events.select_related("by")[:10] if can_undo(event, now)]
