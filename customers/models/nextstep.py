"""What comes next with a customer: ours to do, or theirs while we wait (D13, R48–R50)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from customers.models.followup import FollowUp
from customers.querysets import NextStepQuerySet


class NextStep(models.Model):
    class Kind(models.TextChoices):
        OURS = "ours", _("Ours")
        WAITING = "waiting", _("Waiting for the customer")

    class ClosedAs(models.TextChoices):
        KEPT = "kept", _("Kept")
        MISSED = "missed", _("Missed")
        DROPPED = "dropped", _("Dropped")

    class Ends(models.TextChoices):
        """What ends a weekly step before its last day: a fixed list (customers/ending.py)."""

        MOVES = "moves", _("the deal moves on")
        APPROVED = "approved", _("the approval is done")
        DECIDED = "decided", _("the deal is won or lost")
        ANSWERED = "answered", _("the customer answers")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="steps")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.OURS)
    text = models.CharField(_("Next step"), max_length=300, blank=True)
    due_on = models.DateField()  # ours: to do on; waiting: until
    due_time = models.TimeField(null=True, blank=True)
    is_visit = models.BooleanField(default=False)  # a visit or meeting: owed a log two hours after its time
    until = models.DateField(null=True, blank=True)  # the last day of a repeat
    repeat = models.CharField(max_length=8, blank=True)  # "weekly"
    ends = models.CharField(_("or until"), max_length=10, choices=Ends.choices, blank=True)  # of a repeat
    moved_count = models.PositiveSmallIntegerField(default=0)
    year_chosen = models.BooleanField(default=False)  # the year was not given and was chosen by rule (D46)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    follow_up = models.ForeignKey(FollowUp, on_delete=models.SET_NULL, null=True, blank=True, related_name="steps")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_as = models.CharField(max_length=8, choices=ClosedAs.choices, blank=True)
    kept_by = models.ForeignKey(FollowUp, on_delete=models.SET_NULL, null=True, blank=True, related_name="kept_steps")
    version = models.PositiveIntegerField(default=1, editable=False)
    batch = models.ForeignKey(
        "exchange.ImportBatch", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = NextStepQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "due_time", "id"]
        indexes = [
            models.Index(fields=["owner", "due_on"], name="step_of_person", condition=models.Q(closed_at=None)),
            models.Index(fields=["customer", "due_on"], name="step_of_customer", condition=models.Q(closed_at=None)),
            models.Index(
                fields=["ends"], name="step_that_ends", condition=models.Q(closed_at=None) & ~models.Q(ends="")
            ),
        ]

    def __str__(self):
        return f"{self.due_on} {self.text}"
