"""A deal's stay in a stage. Board, time in stage, conversion and the time machine come from this one table (D17)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from pipeline.models.deal import Deal
from pipeline.models.stage import Stage, StageVersion
from pipeline.querysets import StageProgressQuerySet


class StageProgress(models.Model):
    """Two clocks: when it happened (entered_at, left_at) and when it was recorded or voided.

    Back-dating and undo never destroy what was shown: a figure frozen as of a moment reads rows with
    recorded_at ≤ as_of and (voided_at is null or > as_of). An undone move voids its stay and records the old one anew.
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="stays")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="stays")
    stage_version = models.ForeignKey(StageVersion, on_delete=models.PROTECT, related_name="+")
    came_from = models.ForeignKey(Stage, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)  # asked for a back move or a back-dated one
    evidence = models.CharField(max_length=300, blank=True)
    backward = models.BooleanField(default=False)
    back_dated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    left_recorded_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey(
        "exchange.ImportBatch", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = StageProgressQuerySet.as_manager()

    class Meta:
        ordering = ["entered_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deal"], condition=Q(left_at=None, voided_at=None), name="one_open_stay_a_deal"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=models.F("entered_at")), name="stay_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["deal", "entered_at", "id"], name="stay_of_deal"),
            models.Index(fields=["stage", "entered_at"], name="stay_entered"),
            models.Index(fields=["entered_at"], name="stay_entered_at"),  # a report reads a period of all stages
            models.Index(fields=["left_at"], name="stay_left_at"),
        ]

    def __str__(self):
        return f"{self.deal_id} {self.stage_id} {self.entered_at:%Y-%m-%d}"
