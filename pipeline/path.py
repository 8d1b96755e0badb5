"""The stage path of a deal, for the customer page (S5): what is done, where it is, what lies ahead."""

import datetime as dt
from dataclasses import dataclass

from core import periods
from core.prepared import prepared
from pipeline.models import StageProgress
from pipeline.playbooks import Playbooks

SHOWN_OF_STAY = ["deal", "stage", "entered_at", "stage_version__label", "stage_version__label_en"]


@dataclass
class Node:
    """`state` is done, now or next. `entered_on` is the newest day the deal came in; `days` how long it has been there
    (only for now); `said` the name the stage had then, when it was another."""

    stage: object
    state: str
    entered_on: dt.date | None = None
    days: int | None = None
    said: str = ""


@prepared
def _stays(deal):
    found = StageProgress.objects.filter(deal=deal).standing().order_by("entered_at", "id")
    return found.select_related("stage_version").only(*SHOWN_OF_STAY)


def path_of(deal, on=None):
    """Nodes of the deal's playbook in order, lost left out. A lost deal has no node "now". Two queries."""
    books = Playbooks.load()
    on = on or periods.today()
    stays = {stay.stage_id: stay for stay in _stays(deal.pk)}
    current = books.stages[deal.stage_id]
    nodes = []
    for stage in books.columns(deal.playbook_id):
        stay = stays.get(stage.pk)
        entered = periods.today(stay.entered_at) if stay else None
        state = "next"
        if stage.pk == current.pk:
            state = "now"
        elif current.kind == "lost":
            state = "done" if stay else "next"
        elif stage.place < current.place:
            state = "done"
        said = stay.stage_version.words if stay and stay.stage_version.words != stage.words else ""
        nodes.append(Node(stage, state, entered, (on - entered).days if state == "now" and entered else None, said))
    return nodes
