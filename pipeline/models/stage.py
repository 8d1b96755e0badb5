"""Playbooks and their stages. A stage is its id: labels are decoration, and history keeps the ones used then (D15)."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.models import Versioned
from pipeline.querysets import PlaybookQuerySet, StageQuerySet


class Playbook(Versioned):
    """A pipeline for one scenario (新客户开发, 老客户复购, 大客户). One is on from the first migration."""

    code = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=60)
    label_en = models.CharField(max_length=60, blank=True)
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    fields = models.JSONField(default=dict, blank=True)  # {"own": questions of its own, "after_win": what is due then}

    objects = PlaybookQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="playbook_one_default"
            )
        ]

    def __str__(self):
        return in_language(self.label, self.label_en)

    @property
    def own_fields(self):
        """[{"code", "label", "label_en"}]: what deals of this playbook are asked beside the fields of all (R8)."""
        return (self.fields or {}).get("own", [])

    @property
    def due_after_win(self):
        """[{"days", "text", "text_en"}]: what is offered as next steps when a deal follows a won one (R7)."""
        return (self.fields or {}).get("after_win", [])


def in_language(chinese, english):
    """In the reader's language; empty English falls back to Chinese."""
    return english or chinese if (get_language() or "").startswith("en") else chinese


class Stage(Versioned):
    class Kind(models.TextChoices):
        OPEN = "open", pgettext_lazy("stage kind", "Open")
        WON = "won", pgettext_lazy("stage kind", "Won")
        AFTER = "after", pgettext_lazy("stage kind", "After the win")
        LOST = "lost", pgettext_lazy("stage kind", "Lost")

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="stages")
    position = models.PositiveSmallIntegerField()  # out of use: that of the stage it followed, 0 for none
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.OPEN)
    label = models.CharField(_("Chinese label"), max_length=40)
    label_en = models.CharField(_("English label"), max_length=40, blank=True)
    short = models.CharField(_("Short Chinese label"), max_length=4, blank=True)
    short_en = models.CharField(_("Short English label"), max_length=8, blank=True)
    default_tag = models.CharField(_("Tag"), max_length=10, blank=True)  # a customer tag
    probability = models.PositiveSmallIntegerField(_("Probability"), default=0)  # percent
    stale_days = models.PositiveSmallIntegerField(_("Quiet after days"), null=True, blank=True)
    advised = models.PositiveSmallIntegerField(_("At most (advice)"), null=True, blank=True)  # deals of one column
    gated = models.BooleanField(_("Needs approval to enter"), default=False)  # D29
    asks = models.JSONField(default=dict, blank=True)  # per field: ask | if_empty | no
    raises = models.JSONField(default=dict, blank=True)  # the request entering it offers: {"kind", "department"}
    retired_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")

    objects = StageQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["playbook", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["open", "won", "after", "lost"]), name="stage_kind_known"
            ),
            models.CheckConstraint(condition=models.Q(probability__lte=100), name="stage_probability_percent"),
        ]

    def __str__(self):
        return self.words

    @property
    def words(self):
        """The label in the reader's language; empty English falls back to Chinese."""
        return self.label_en or self.label if (get_language() or "").startswith("en") else self.label

    @property
    def place(self):
        """Where it stands among all stages of its playbook, to be compared: one out of use behind the one it
        followed, so that what went from it to the next is an advance for ever."""
        return place_of(self.position, self.retired_at is not None, self.pk)

    @property
    def short_words(self):
        """Two Han or eight Latin characters, for phones and paths."""
        english = (get_language() or "").startswith("en")
        return (self.short_en or self.label_en or self.label) if english else (self.short or self.label[:2])

    @property
    def is_open(self):
        return self.kind == self.Kind.OPEN


def place_of(position, retired, pk):
    """Stage.place of what is known of a stage."""
    return (position, retired, pk if retired else 0)


class StageVersion(models.Model):
    """What a stage was called and meant from `since` on. A stay keeps the version in force at its move (R64, M15)."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="versions")
    label = models.CharField(max_length=40)
    label_en = models.CharField(max_length=40, blank=True)
    definition = models.TextField(blank=True)
    definition_en = models.TextField(blank=True)
    evidence = models.TextField(blank=True)  # exit evidence: what must be true to leave
    evidence_en = models.TextField(blank=True)
    since = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["stage", "since", "id"]

    def __str__(self):
        return self.words

    @property
    def words(self):
        return self.label_en or self.label if (get_language() or "").startswith("en") else self.label


class StageDuty(models.Model):
    """Who answers for a stage: a role, a department or a person; some of them approve entering it (R16, R17)."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="duties")
    role = models.CharField(max_length=10, blank=True)
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approves = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)  # same position: side by side

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(department=None, person=None) & ~models.Q(role="")
                    | models.Q(role="", person=None, department__isnull=False)
                    | models.Q(role="", department=None, person__isnull=False)
                ),
                name="duty_is_one_of_three",
            )
        ]

    def __str__(self):
        return str(self.person or self.department or self.role)
