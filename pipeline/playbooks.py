"""The stages as set up, read once a process and again when somebody changed them: one small query a request (D41)."""

from dataclasses import dataclass, field

from django.db.models import Subquery
from django.utils.translation import gettext as _

from accounts.models import Department, User
from core.kept import Kept, forget
from customers.facts import MOST_DAYS
from pipeline.models import Playbook, Stage, StageDuty, StageVersion

_kept = {"stamp": None, "playbooks": None}


@dataclass
class Playbooks:
    """Shared between requests: read, never changed."""

    all: list = field(default_factory=list)
    stages: dict = field(default_factory=dict)  # {stage id: Stage}, retired ones included
    merges: frozenset = frozenset()  # (stage id, id of the one it was merged into, when): of all times, undone ones too

    @classmethod
    def load(cls):
        stamp = _moment.get()
        if _kept["stamp"] != stamp:
            _kept.update(stamp=stamp, playbooks=cls.read())
        return _kept["playbooks"]

    @classmethod
    def read(cls):
        playbooks = {playbook.pk: playbook for playbook in Playbook.objects.order_by("position", "id")}
        stages = {stage.pk: stage for stage in Stage.objects.order_by("position", "id")}
        for playbook in playbooks.values():
            playbook.line = []
        for stage in stages.values():
            stage.playbook, stage.answering = playbooks[stage.playbook_id], []
            if not stage.retired_at:
                stage.playbook.line.append(stage)
        for duty in StageDuty.objects.select_related("department__lead", "person").order_by("position", "id"):
            stages[duty.stage_id].answering.append(duty)
        for version in StageVersion.objects.order_by("since", "id"):
            stages[version.stage_id].version_now = version  # the name and meaning a stay keeps
        merged = Stage.history.exclude(merged_into=None).order_by().values_list("id", "merged_into_id", "retired_at")
        return cls(list(playbooks.values()), stages, frozenset(merged))

    @classmethod
    def stage(cls, pk):
        """The stage with this key, or None. One added this moment in another process is looked for again."""
        if pk not in cls.load().stages:
            forget()
        return cls.load().stages.get(pk)

    def carried_from(self, pk, entered_at):
        """The id of the stage whose deals a merge carried into this one at that very moment, then of those merged into
        it earlier; empty for a stay that a person began. A merge is no progress: who came by it stands as before."""
        found, left = [], {src for src, into, at in self.merges if into == pk and at == entered_at}
        while left:
            found += sorted(left)
            left = {src for src, into, _at in self.merges if into in left}.difference(found)
        return tuple(found)

    def survivor(self, pk):
        """The stage that took the deals of this one when it was merged, however often; itself when it was not. Saved
        filters and links name the old one for ever."""
        stage = self.stages.get(pk)
        for _step in self.stages:
            if stage is None or not stage.retired_at or stage.merged_into_id is None:
                return stage
            stage = self.stages.get(stage.merged_into_id)
        return stage

    @property
    def active(self):
        return [playbook for playbook in self.all if playbook.is_active]

    @property
    def default(self):
        return next(playbook for playbook in self.all if playbook.is_default)

    def chosen(self, code):
        """The active playbook with this code, else the default one."""
        return next((playbook for playbook in self.active if playbook.code == code), self.default)

    def line_of(self, playbook_id):
        """The stages of a playbook in order, lost included, retired ones not."""
        return next(playbook.line for playbook in self.all if playbook.pk == playbook_id)

    def columns(self, playbook_id):
        return [stage for stage in self.line_of(playbook_id) if stage.kind != Stage.Kind.LOST]

    @property
    def limits(self):
        """The stage limits in use, as customers.limit_days holds them: what the rule for quiet need compare."""
        days = {stage.stale_days for stage in self.stages.values() if stage.stale_days is not None}
        return tuple(sorted({min(limit, MOST_DAYS) for limit in days}))

    def lost(self, playbook_id):
        return next((stage for stage in self.line_of(playbook_id) if stage.kind == Stage.Kind.LOST), None)


def _stamp():
    """What moves when a stage, a duty or a playbook changed (every save of S18 writes a history row of one of them),
    or a person or department that answers for one."""
    newest = {
        f"{model.__name__}_{name}": Subquery(model.history.order_by("-history_id").values(name)[:1])
        for model in (Stage, Playbook, User, Department) for name in ("history_id", "history_date")
    }
    return Playbook.objects.order_by("pk").annotate(**newest).values_list(*newest).first()


_moment = Kept(_stamp)


def accountable(stage):
    """Whether somebody answers for a stage read through Playbooks (R16): a role, or a department or person in use."""
    return any(
        duty.role or (duty.person or duty.department).is_active for duty in stage.answering
    )


def duty_words(stage):
    """Who answers for a stage, in few words: 销售代表 + 技术部."""
    return " + ".join(answering_words(duty) for duty in stage.answering)


def answering_words(duty):
    """The role, the department or the person of one duty."""
    roles = {"rep": _("Sales rep"), "manager": _("Sales manager"), "support": _("Support department")}
    return roles.get(duty.role, duty.role) if duty.role else str(duty.person or duty.department)
