"""What a team does about what a review says: improvements, answers to objections, themes of a week, goals."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.models import Versioned
from reviews.models.review import Scope
from reviews.querysets import AnswerQuerySet, ImprovementQuerySet, OwnedQuerySet, ReviewQuerySet


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


class Themes(models.Model):
    """What came up more often in a week's conversations than in the weeks before, and which deals stand behind each
    need and objection of the week, for one scope (M8, R33): found by a job (reviews/mining.py), anew while the week
    runs, once more after it was frozen, and then never again."""

    period = models.CharField(max_length=8)  # 2024-W10
    scope = models.CharField(max_length=10, choices=Scope.choices)
    scope_id = models.BigIntegerField(default=0)
    as_of = models.DateTimeField()
    is_final = models.BooleanField(default=False)
    found = models.JSONField(default=list)  # of reviews/mining.py's Theme, the surest first
    topics = models.JSONField(default=dict)  # {key of a topic: its Theme}

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "scope", "scope_id"], name="themes_once")]

    def __str__(self):
        return f"{self.period} {self.scope} {self.scope_id}"


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
