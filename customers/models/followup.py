"""The logged conversation, what the customer needs or objects to, and what is still owed a log (D12, D25)."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Named
from customers.models.contact import Contact
from customers.models.customer import Customer
from customers.querysets import FollowUpQuerySet, OfCustomerQuerySet, OwedQuerySet, TopicWordQuerySet


class Method(Named):
    """How a conversation happened: 电话, 微信, 上门拜访, 邮件, … A follow-up may have several."""

    synonyms = models.CharField(max_length=200, blank=True)  # words of imported sheets, comma between
    icon = models.CharField(max_length=20, default="dots")
    short = models.CharField(max_length=20, blank=True)


class Topic(Named):
    """A need or an objection the team counts (R33, R34)."""

    class Kind(models.TextChoices):
        NEED = "need", _("Need")
        OBJECTION = "objection", _("Objection")

    kind = models.CharField(max_length=10, choices=Kind.choices)


class TopicWord(models.Model):
    """A word or phrase by which the team says a need or objection (M8): a log that holds it is offered the label.
    Without a label it was looked at and is left out: neither offered nor named as a theme. Never edited: taught and
    taken away (customers/teaching.py). `by` is empty for those an installation starts with."""

    text = models.CharField(_("Word or phrase"), max_length=60)
    key = models.CharField(max_length=60)  # as it is looked for: core.text.plain()
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, blank=True, related_name="taught")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)

    objects = TopicWordQuerySet.as_manager()

    class Meta:
        ordering = ["key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(taken_at=None), name="topic_word_once")
        ]

    def __str__(self):
        return self.text


class Phrase(Named):
    """A team phrase: one tap gives text and outcome."""

    outcome = models.CharField(max_length=10, default="talked")
    next_days = models.PositiveSmallIntegerField(null=True, blank=True)  # proposes a next step, working days ahead
    next_text = models.CharField(max_length=120, blank=True)


class FollowUp(models.Model):
    """One conversation with a customer. Its author may edit it for 24 hours; later a correction is appended (R24)."""

    class Outcome(models.TextChoices):
        TALKED = "talked", _("Talked")
        SENT = "sent", _("Sent materials")
        NO_ANSWER = "no_answer", _("No answer")

    class Source(models.TextChoices):
        FORM = "form", _("Form")
        LINE = "line", _("Log line")
        CHAT = "chat", _("Pasted chat")
        IMPORT = "import", _("Import")
        OFFLINE = "offline", _("Offline")

    class Feedback(models.TextChoices):
        POSITIVE = "positive", _("Positive")
        CONCERNS = "concerns", _("Concerns")
        APPROVAL = "approval", _("Needs approval")
        NONE = "none", _("None given")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="followups")
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="followups")
    happened_at = models.DateTimeField()  # when the conversation ENDED
    time_known = models.BooleanField(default=True)  # false: only the day is known
    entered_at = models.DateTimeField()  # set by the server
    talked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="talks")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    with_people = models.CharField(max_length=200, blank=True)  # 同行人, names as typed
    draft_started_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.FORM)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.TALKED)
    methods = models.CharField(max_length=120, blank=True)  # codes between commas: ",phone,wechat,"
    purpose = models.CharField(_("Purpose"), max_length=60, blank=True)  # 首次接触, 需求确认, 方案反馈, …
    text = models.TextField(_("What was said"), max_length=20_000, blank=True)
    feedback = models.CharField(_("Customer's view"), max_length=10, choices=Feedback.choices, blank=True)
    next_text = models.CharField(max_length=300, blank=True)  # the plan in the words of the log, kept as said then
    no_next_reason = models.CharField(max_length=40, blank=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    edited_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)  # undone import: kept out of every figure
    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.ForeignKey(
        "exchange.ImportBatch", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-happened_at", "-id"], name="followup_of_customer"),
            models.Index(fields=["talked_by", "-happened_at"], name="followup_of_person"),
            models.Index(fields=["-happened_at", "-id"], name="followup_latest"),
            models.Index(fields=["entered_at"], name="followup_entered"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["talked", "sent", "no_answer"]), name="followup_outcome_known"
            )
        ]

    def __str__(self):
        return f"{self.customer} {self.happened_at:%Y-%m-%d}"

    @property
    def is_contact(self):
        """Only talked and sent reset staleness and count as a first response (D12)."""
        return self.outcome in (self.Outcome.TALKED, self.Outcome.SENT)


class Need(models.Model):
    """One need or objection said in a follow-up: open, answered or dropped (R2)."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        DROPPED = "dropped", _("Dropped")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="needs")
    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="needs")
    kind = models.CharField(max_length=10, choices=Topic.Kind.choices, default=Topic.Kind.NEED)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="needs")
    text = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.text or str(self.topic)


class FollowUpComment(models.Model):
    """What a manager says about a follow-up; private ones are for managers above and admins only (D7)."""

    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(max_length=2000)
    private = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self):
        return self.text[:40]


class Owed(models.Model):
    """A conversation that was tapped or planned and is not logged yet (待记录). Its 30 minutes run from `ended_at`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="owed")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="owed")
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    how = models.CharField(max_length=20)  # a method's code
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    follow_up = models.ForeignKey(FollowUp, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = OwedQuerySet.as_manager()

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [models.Index(fields=["user"], name="owed_open", condition=models.Q(closed_at=None))]

    def __str__(self):
        return f"{self.user} {self.customer} {self.started_at:%H:%M}"

    @property
    def is_running(self):
        """A visit that was begun: it lasts until it is written down, and hours of it are not late."""
        return self.how == "visit" and self.ended_at is None
