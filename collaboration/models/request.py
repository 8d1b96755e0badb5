"""A request to another department: one contract that says what, by when, and who holds it now (D20, D32, M10)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from collaboration.cards import contact_card
from collaboration.models.kind import RequestKind
from collaboration.querysets import RequestQuerySet
from core.models import Versioned
from customers.models import Contact, Customer
from pipeline.models import Deal


class CollaborationRequest(Versioned):
    class State(models.TextChoices):
        SUBMITTED = "submitted", pgettext_lazy("request state", "To accept")
        COUNTERED = "countered", pgettext_lazy("request state", "Date to confirm")
        WAITING = "waiting", pgettext_lazy("request state", "Needs more")
        ACCEPTED = "accepted", pgettext_lazy("request state", "In progress")
        DELIVERED = "delivered", pgettext_lazy("request state", "To confirm")
        DONE = "done", pgettext_lazy("request state", "Done")
        REFUSED = "refused", pgettext_lazy("request state", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("request state", "Withdrawn")
        CLOSED = "closed", pgettext_lazy("request state", "Closed")

    class Priority(models.TextChoices):
        LOW = "low", pgettext_lazy("priority", "Low")
        NORMAL = "normal", pgettext_lazy("priority", "Normal")
        HIGH = "high", pgettext_lazy("priority", "High")
        URGENT = "urgent", pgettext_lazy("priority", "Urgent")

    number = models.PositiveIntegerField(unique=True)  # shown as R-318
    reference = models.CharField(max_length=60, blank=True, db_index=True)  # a foreign number, XQ-2024-001
    kind = models.ForeignKey(RequestKind, on_delete=models.PROTECT, related_name="requests")
    kind_words = models.CharField(max_length=60, blank=True)  # the original words of an imported kind
    title = models.CharField(_("What"), max_length=120)
    description = models.TextField(_("What is needed"), max_length=20_000)
    standard = models.TextField(_("What counts as done"), max_length=5_000, blank=True)
    priority = models.CharField(_("Priority"), max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    urgent_why = models.CharField(max_length=200, blank=True)

    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="requests_asked"
    )
    asker_words = models.CharField(max_length=60, blank=True)  # a name in an imported row that is nobody here
    asker_department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asker_team = models.ForeignKey(
        "accounts.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT, related_name="requests")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="requests_taken"
    )
    person_words = models.CharField(max_length=60, blank=True)

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="requests")
    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, null=True, blank=True, related_name="requests")
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The few fields copied in, so that departments need no customer page (D3).
    customer_name = models.CharField(max_length=200, blank=True)
    stage_words = models.CharField(max_length=60, blank=True)
    stage_words_en = models.CharField(max_length=60, blank=True, default="")
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)  # shown by switch (D6)

    state = models.CharField(max_length=10, choices=State.choices, default=State.SUBMITTED)
    state_before = models.CharField(max_length=10, blank=True)  # where an answered question returns to
    asked_at = models.DateTimeField()
    needed_by = models.DateField(_("Needed by"), null=True, blank=True)
    accept_by = models.DateTimeField(null=True, blank=True)
    held_since = models.DateTimeField(null=True, blank=True)  # start of the open interval
    due_at = models.DateTimeField(null=True, blank=True)  # when the side that holds it now runs out of time
    promised_on = models.DateField(_("Promised"), null=True, blank=True)
    countered_on = models.DateField(null=True, blank=True)
    countered_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # done, withdrawn, closed
    result = models.TextField(_("Result"), max_length=5_000, blank=True)
    question = models.TextField(max_length=2_000, blank=True)  # the open question while waiting
    refusal = models.CharField(max_length=300, blank=True)
    postponed_count = models.PositiveSmallIntegerField(default=0)
    reopened_count = models.PositiveSmallIntegerField(default=0)
    oa_number = models.CharField(max_length=200, blank=True)
    oa_on = models.DateField(null=True, blank=True)
    imported = models.BooleanField(default=False, editable=False)
    custom = models.JSONField(default=dict, blank=True)
    merged_into = models.ForeignKey(  # closed because another one goes on for both
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    batch = models.ForeignKey(
        "exchange.ImportBatch", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = RequestQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(imported=True)
                | ~Q(state__in=["accepted", "delivered"])
                | Q(person__isnull=False, promised_on__isnull=False),
                name="request_accepted_has_person_and_promise",
            ),
            models.CheckConstraint(condition=~Q(state="waiting") | ~Q(state_before=""), name="request_waiting_returns"),
        ]
        indexes = [
            models.Index(fields=["department", "state", "due_at"], name="request_queue"),
            models.Index(fields=["person", "state", "due_at"], name="request_of_person"),
            models.Index(fields=["asker", "state"], name="request_of_asker"),
            models.Index(fields=["customer", "-asked_at"], name="request_of_customer"),
        ]

    def __str__(self):
        return self.code

    @property
    def code(self):
        return f"R-{self.number}"

    def get_absolute_url(self):
        return reverse("collaboration:page", args=[self.number])

    @property
    def is_over(self):
        return self.state in (self.State.DONE, self.State.WITHDRAWN, self.State.CLOSED)

    @property
    def is_urgent(self):
        return self.priority == self.Priority.URGENT

    @property
    def state_words(self):
        """The state as shown: what waits for approvers is not to accept but in approval."""
        if self.state in (self.State.SUBMITTED, self.State.ACCEPTED) and self.kind.is_approval:
            return pgettext("request state", "In approval")
        return self.get_state_display()

    @property
    def reading(self):
        """The words of its kind: the list's, or the ones an imported row came with."""
        return self.kind_words or self.kind.words

    @property
    def stage_reading(self):
        """The stage it was asked at, in the reader's language."""
        english = (get_language() or "").startswith("en")
        return self.stage_words_en or self.stage_words if english else self.stage_words

    def contact_card(self, for_user):
        """The named contact as `for_user` may see it, or None (D3, D6)."""
        return contact_card(self, for_user)


class RequestInterval(models.Model):
    """One stretch of a request's life: its state, and the side that holds it (each side owns its waiting)."""

    class Holder(models.TextChoices):
        DEPARTMENT = "department", _("Department")
        ASKER = "asker", _("Asker")
        NOBODY = "nobody", _("Nobody")

    request = models.ForeignKey(CollaborationRequest, on_delete=models.CASCADE, related_name="intervals")
    state = models.CharField(max_length=10, choices=CollaborationRequest.State.choices)
    holder = models.CharField(max_length=10, choices=Holder.choices)
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["request"], condition=Q(ended_at=None), name="one_open_interval")
        ]

    def __str__(self):
        return f"{self.request_id} {self.state}"
