"""What belongs to a request: approval steps, the conversation, its checklist and links, and who is kept informed."""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from collaboration.cards import place_words
from collaboration.models.request import CollaborationRequest


class ApprovalStep(models.Model):
    class State(models.TextChoices):
        COMING = "coming", pgettext_lazy("approval step", "Coming")
        WAITING = "waiting", pgettext_lazy("approval step", "Waiting")
        APPROVED = "approved", pgettext_lazy("approval step", "Approved")
        SENT_BACK = "sent_back", pgettext_lazy("approval step", "Sent back")

    request = models.ForeignKey(CollaborationRequest, on_delete=models.CASCADE, related_name="steps")
    round = models.PositiveSmallIntegerField(default=1)  # a sent-back request starts a new one
    position = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=10, blank=True)
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="approvals"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.COMING)
    since = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    comment = models.CharField(max_length=500, blank=True)
    frozen = models.JSONField(default=dict)  # what exactly was approved
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # an approver who wanted one more opinion

    class Meta:
        ordering = ["round", "position", "id"]

    def __str__(self):
        return f"{self.request_id} {self.position}"

    @property
    def who(self):
        """The person or department that decides, as said on the page."""
        if self.person:
            return self.person.name
        return place_words(self.department) if self.department else self.role


class RequestComment(models.Model):
    request = models.ForeignKey(CollaborationRequest, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(max_length=5_000)
    internal = models.BooleanField(default=False)  # the department's own, absent for askers
    by_mail = models.BooleanField(default=False)  # an answer to a mail of ours (activity/replies.py)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self):
        return self.text[:40]


class CheckItem(models.Model):
    """One thing to tick off on the way to what counts as done."""

    request = models.ForeignKey(CollaborationRequest, on_delete=models.CASCADE, related_name="items")
    text = models.CharField(max_length=200)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.text


class RequestLink(models.Model):
    """Two requests that belong together; `split`: the other was taken out of this one."""

    request = models.ForeignKey(CollaborationRequest, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(CollaborationRequest, on_delete=models.CASCADE, related_name="linked")
    split = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "other"], name="request_link_once"),
            models.CheckConstraint(condition=~models.Q(request=models.F("other")), name="request_link_of_two"),
        ]

    def __str__(self):
        return f"{self.request_id} {self.other_id}"


class Watcher(models.Model):
    """Kept informed (仅通知): may read this request, nothing else."""

    request = models.ForeignKey(CollaborationRequest, on_delete=models.CASCADE, related_name="watchers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "request"], name="watcher_once")]

    def __str__(self):
        return f"{self.user} {self.request_id}"


class RequestAlarm(models.Model):
    """How far the escalation of the clock that runs has gone, so that each step is said once (R60)."""

    request = models.OneToOneField(CollaborationRequest, on_delete=models.CASCADE, related_name="alarm")
    due_at = models.DateTimeField()  # the clock it speaks of: another one starts anew
    step = models.PositiveSmallIntegerField(default=0)  # 0 soon, 1 late, one more each further working day
    next_at = models.DateTimeField()

    def __str__(self):
        return f"{self.request_id} {self.step}"
