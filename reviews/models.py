"""Targets with the opening pipeline they were set against, reviews whose figures freeze when they close, and what is
done about them: improvements, answers to objections, goals of the method."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.models import Versioned
from reviews.querysets import (
    AnswerQuerySet,
    ImprovementQuerySet,
    OwnedQuerySet,
    ReviewQuerySet,
    TargetQuerySet,
)


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


class Improvement(Versioned):
    """What is done about a number of a closed month: by whom, until when, measured by what, and what became of it
    (R42). The figures before and after are those the months froze (reviews/improving.py), never typed."""

    class Metric(models.TextChoices):
        RATE = "rate", _("Conversion of a stage")
        TAG = "tag", _("Conversion by tag")

    class State(models.TextChoices):
        OPEN = "open", _("Under way")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Given up")

    period = models.CharField(max_length=8)  # the month whose figure is to improve, 2024-03
    scope = models.CharField(max_length=10, choices=Scope.choices)
    scope_id = models.BigIntegerField(default=0)  # of the department, team or person; 0 for the company
    metric = models.CharField(max_length=8, choices=Metric.choices)
    detail = models.CharField(max_length=40)  # a stage id; the tag one starts from
    text = models.CharField(_("What changes"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="improvements", verbose_name=_("Owner")
    )
    due_on = models.DateField(_("Until"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(_("What became of it"), max_length=500, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ImprovementQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["scope", "scope_id", "period"], name="improvement_of_scope")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | Q(closed_at__isnull=False) & ~Q(state="open"),
                name="improvement_closed_when_over",
            )
        ]

    def __str__(self):
        return self.text

    def get_absolute_url(self):
        return reverse("reviews:improvement", args=[self.pk])

    @property
    def is_open(self):
        return self.state == self.State.OPEN


class Answer(models.Model):
    """One version of what the team answers to an objection (R34, R35). Never changed: an edit is the next number, so
    that what was said in a month stays readable. `text` is empty where the answer was taken back."""

    topic = models.ForeignKey("customers.Topic", on_delete=models.PROTECT, related_name="answers")
    number = models.PositiveIntegerField()
    text = models.TextField(_("What we answer"), max_length=2_000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["topic", "-number"]
        constraints = [models.UniqueConstraint(fields=["topic", "number"], name="answer_number_once")]

    def __str__(self):
        return f"{self.topic} v{self.number}"

    def get_absolute_url(self):
        return reverse("reviews:answer", args=[self.topic_id])

    @property
    def version(self):
        return self.number


class AnswerUse(models.Model):
    """Somebody ticked in a log that he said the answer as it was shown to him."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="uses")
    follow_up = models.ForeignKey("customers.FollowUp", on_delete=models.CASCADE, related_name="answers_used")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "follow_up"], name="answer_used_once")]

    def __str__(self):
        return f"{self.answer_id} {self.follow_up_id}"


class MethodGoal(Versioned):
    """A measurable aim of the method (R10–R13, M7): what is measured (reviews/measures.py), for whom, against which
    stretch of days, by how much it is to change until when, and who answers for it. What it was and is now is counted,
    never typed."""

    class Direction(models.TextChoices):
        UP = "up", _("Higher")
        DOWN = "down", _("Lower")

    class Kind(models.TextChoices):
        POINTS = "points", _("by so many percentage points or days")
        RELATIVE = "relative", _("by so many percent of what it was")
        LEVEL = "level", _("to this value")

    metric = models.CharField(max_length=24)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    scope_id = models.BigIntegerField(default=0)  # of the department, team or person; 0 for the company
    before_first = models.DateField(_("Baseline from"))
    before_last = models.DateField(_("Baseline to"))
    since = models.DateField(_("Measured from"))
    ends_on = models.DateField(_("Until"))
    direction = models.CharField(_("Direction"), max_length=4, choices=Direction.choices)
    kind = models.CharField(_("Change"), max_length=8, choices=Kind.choices)
    size = models.DecimalField(_("Size"), max_digits=8, decimal_places=2)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="method_goals", verbose_name=_("Owner")
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = OwnedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["ends_on", "id"]
        indexes = [models.Index(fields=["scope", "scope_id"], name="goal_of_scope")]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="goal_changes_something"),
            models.CheckConstraint(
                condition=Q(before_first__lte=models.F("before_last"), before_last__lt=models.F("since"))
                & Q(since__lte=models.F("ends_on")),
                name="goal_days_in_order",
            ),
        ]

    def __str__(self):
        return f"{self.metric} {self.scope} {self.scope_id}"

    def get_absolute_url(self):
        return reverse("reviews:goal", args=[self.pk])
