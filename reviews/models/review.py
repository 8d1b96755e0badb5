"""Targets with the opening pipeline they were set against, and reviews whose figures freeze when they close."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.models import Versioned
from reviews.querysets import ReviewQuerySet, TargetQuerySet


class Scope(models.TextChoices):
    COMPANY = "company", _("Company")
    DEPARTMENT = "department", _("Department")
    TEAM = "team", _("Team")
    PERSON = "person", _("Team member")


class Target(Versioned):
    """An aim for a period: company, department, team or person (R9, R36). Locks at first save or third working day."""

    class Metric(models.TextChoices):
        SIGNED = "signed", _("Signed amount")
        NEW_CUSTOMERS = "new_customers", _("New customers")
        WON = "won", _("Deals won")
        FIRST_RESPONSE = "first_response", _("First response, hours")
        APPROVAL_DAYS = "approval_days", _("Contract approval, working days")
        RATE = "rate", _("Conversion")

    period = models.CharField(max_length=8)  # 2024-03, 2024-Q1
    metric = models.CharField(max_length=20, choices=Metric.choices)
    detail = models.CharField(max_length=40, blank=True)  # a stage id for a conversion
    scope = models.CharField(max_length=10, choices=Scope.choices)
    scope_id = models.BigIntegerField(default=0)  # of the department, team or person; 0 for the company
    value = models.DecimalField(max_digits=16, decimal_places=2)
    first_value = models.DecimalField(max_digits=16, decimal_places=2)  # as locked; later edits stand beside it
    locked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = TargetQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["period", "metric", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "metric", "detail", "scope", "scope_id"], name="target_once"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="target_not_negative"),
        ]

    def __str__(self):
        return f"{self.period} {self.metric}"


class OpeningDeal(models.Model):
    """One open deal on day one of a month: the opening pipeline that every later difference is explained from (M6).
    `rep` is the person it was counted for: its rep, else the customer's owner."""

    period = models.CharField(max_length=8)
    deal = models.ForeignKey("pipeline.Deal", on_delete=models.CASCADE, related_name="+")
    stage = models.ForeignKey("pipeline.Stage", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, null=True, related_name="+")
    rep = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    chance = models.PositiveSmallIntegerField(default=0)  # percent: the stage's probability when it was taken
    expected_close = models.DateField(null=True)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "deal"], name="opening_once")]

    def __str__(self):
        return f"{self.period} {self.deal_id}"


class Review(Versioned):
    """A closed period's figures for one scope, frozen with `as_of` (D31). An open period computes live."""

    class Kind(models.TextChoices):
        WEEK = "week", _("Weekly")
        MONTH = "month", _("Monthly")
        QUARTER = "quarter", _("Quarterly")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    period = models.CharField(max_length=8)  # 2024-W10, 2024-03, 2024-Q1
    scope = models.CharField(max_length=10, choices=Scope.choices)
    scope_id = models.BigIntegerField(default=0)  # of the department, team or person; 0 for the company
    figures = models.JSONField(null=True)  # null until frozen
    as_of = models.DateTimeField(null=True, blank=True)
    causes = models.TextField(_("Causes"), max_length=5_000, blank=True)
    plan = models.TextField(_("Next month"), max_length=5_000, blank=True)
    support = models.TextField(_("Needs support"), max_length=5_000, blank=True)
    matured = models.JSONField(null=True)  # a month's stage rates read 60 days after it, frozen then (D27)
    made_at = models.DateTimeField(auto_now_add=True)
    corrections = models.PositiveSmallIntegerField(default=0, editable=False)  # how many editions came after the first

    objects = ReviewQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["figures", "matured"])

    class Meta:
        ordering = ["-period", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "period", "scope", "scope_id"], name="review_once")
        ]

    def __str__(self):
        return f"{self.kind} {self.period} {self.scope} {self.scope_id}"

    def get_absolute_url(self):
        scope = self.scope if self.scope == Scope.COMPANY else f"{self.scope}-{self.scope_id}"
        return f"{reverse(f'reviews:{self.kind}', args=[self.period])}?scope={scope}"

    @property
    def is_frozen(self):
        return self.as_of is not None


class Edition(models.Model):
    """A closed review counted again from what is known since (reviews/correcting.py): a version beside the first one,
    which stays as it was. Neither is ever changed. Months are compared by what they first froze."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField()  # 2, 3, …: the first version is the review's own figures
    figures = models.JSONField()
    as_of = models.DateTimeField()
    reason = models.CharField(_("Why it is counted again"), max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["review", "number"]
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="edition_number_once")]

    def __str__(self):
        return f"{self.review} v{self.number}"
