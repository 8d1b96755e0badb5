"""The process page (S23): the flow drawn from the stages, so it is never out of date (R14–R17).

Load: the deals in a stage that the reader sees. Median stay: the time by which half of the deals have left, of the
newest NEWEST stays by the day they were entered, open ones included as "not left yet" (Kaplan–Meier): a stage that
keeps its deals is not called fast because only the quick ones have left it. The monthly report states the same median
for the days of one month (reviews/dwell.py).
"""

import unicodedata
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.translation import ngettext

from pipeline.asks import IF_EMPTY, asked_in
from pipeline.entering import who_approves
from pipeline.models import Deal, StageProgress
from pipeline.playbooks import Playbooks, duty_words
from pipeline.survival import median_of

NEWEST = 400
DAY = 86400
BOX, GAP, HIGH, LINE = 168, 26, 118, 17  # of the drawing, in units of its viewBox
WIDE = 20  # Latin letters of a line in a box; a Han character takes two


@dataclass
class Node:
    stage: object
    version: object
    deals: int = 0
    median_days: float | None = None  # None: fewer than half have left, or nobody was here
    stays: int = 0  # the median speaks of so many stays, `waiting` of them still open
    waiting: int = 0
    asks: list = field(default_factory=list)  # labels of what its form asks


@dataclass
class Box:
    """One box of the drawing: where it stands, its lines, the lock of a gate before it."""

    node: Node
    x: int
    name: list
    who: list
    gate: list  # who approves entering, in lines; empty without a gate

    @property
    def label(self):
        """What a screen reader says of it."""
        deals = ngettext("%(n)d deal", "%(n)d deals", self.node.deals) % {"n": self.node.deals}
        return f"{self.node.stage.position} {self.node.stage.words}, {duty_words(self.node.stage)}, {deals}"


@dataclass
class Drawing:
    boxes: list
    width: int
    height: int


def process_of(user, playbook, *, now):
    """Nodes in order, lost left out. Two queries beside one a stage for its stays."""
    stages = Playbooks.load().columns(playbook.pk)
    deals = Deal.objects.visible_to(user).filter(stage__in=stages)
    counts = dict(deals.order_by().values_list("stage").annotate(n=Count("pk")))
    nodes = []
    for stage in stages:
        newest = StageProgress.objects.visible_to(user).standing().filter(stage=stage.pk).order_by("-entered_at", "-id")
        stays = [
            (((left or now) - entered).total_seconds() / DAY, left is not None)
            for entered, left in newest.values_list("entered_at", "left_at")[:NEWEST]
        ]
        nodes.append(
            Node(
                stage, getattr(stage, "version_now", None), counts.get(stage.pk, 0), median_stay(stays), len(stays),
                sum(not has_left for _days, has_left in stays), asked_words(stage, playbook),
            )
        )
    return nodes


def median_stay(stays):
    """Days by which half have left, by Kaplan–Meier (pipeline/survival.py), to a tenth; `stays` are (days so far, has
    left), seen from their first day on. None: not known yet."""
    days = median_of((0, days, has_left, 1) for days, has_left in stays).days
    return None if days is None else round(days, 1)


def asked_words(stage, playbook):
    """The labels of what the form of a stage asks."""
    how = stage.asks or {}
    return [label for name, label in asked_in(playbook).items() if how.get(name, "ask") in ("ask", IF_EMPTY)]


def draw(nodes):
    """The chart: boxes from left to right, a lock on the arrow into a gated stage."""
    boxes = []
    for place, node in enumerate(nodes):
        approving = (who_approves(node.stage) or duty_words(node.stage)) if node.stage.gated else ""
        boxes.append(
            Box(
                node, place * (BOX + GAP), lines_of(node.stage.words, 2), lines_of(duty_words(node.stage), 2),
                lines_of(approving, 2),
            )
        )
    return Drawing(boxes, max(len(nodes) * (BOX + GAP) - GAP, BOX), HIGH + 52)


def lines_of(text, most):
    """A text in lines that fit a box, broken at spaces where it has some; the last one ends in … when cut."""
    lines, line = [], ""
    for word in _words(text):
        if line and _width(line + word) > WIDE:
            lines.append(line.strip())
            line = ""
        line += word
    lines.append(line.strip())
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip() + "…"]
    return [line for line in lines if line]


def _words(text):
    """Words with the space behind them; Han characters alone, since a line may break between any two."""
    word = ""
    for char in text:
        if unicodedata.east_asian_width(char) in "WF":
            if word:
                yield word
            word = ""
            yield char
        else:
            word += char
            if char == " ":
                yield word
                word = ""
    if word:
        yield word


def _width(text):
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
