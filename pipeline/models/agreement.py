"""Deals judged blind by rep and manager, to see whether both mean the same by a stage (M15)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pipeline.models.deal import Deal
from pipeline.models.stage import Stage, StageVersion
from pipeline.querysets import JudgementQuerySet, SampleQuerySet


class AgreementSample(models.Model):
    """A deal drawn for a week, for its rep and the manager of his team; what the stage was then is kept, not shown."""

    week = models.CharField(max_length=8)  # 2024-W10
    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, related_name="+")
    rep = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="agreement_samples")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")  # recorded when it was drawn
    drawn_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)  # both have judged: from now on each sees the other's

    objects = SampleQuerySet.as_manager()

    class Meta:
        ordering = ["week", "id"]
        constraints = [models.UniqueConstraint(fields=["week", "deal"], name="agreement_sample_once")]
        indexes = [
            models.Index(fields=["rep", "week"], name="agreement_of_rep"),
            models.Index(fields=["manager", "week"], name="agreement_of_manager"),
        ]

    def __str__(self):
        return f"{self.week} {self.deal_id}"


class AgreementJudgement(models.Model):
    """What one of both said, with the definition in force then; no stage: it cannot be told from what is written."""

    sample = models.ForeignKey(AgreementSample, on_delete=models.CASCADE, related_name="judgements")
    judge = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(
        Stage, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Stage")
    )
    stage_version = models.ForeignKey(StageVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    objects = JudgementQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sample", "judge"], name="agreement_judged_once")]

    def __str__(self):
        return f"{self.sample_id} {self.judge_id}"
