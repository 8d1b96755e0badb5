"""The three machine tables of the ground floor, and the two shapes every row above shares."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Versioned(models.Model):
    """An editable row. `version` goes up by one with every change (see core.changing); forms carry it."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class SubmittedKey(models.Model):
    """A form's one-time key and the answer its first submit got, kept 24 hours (REL2, D36)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="submitted_key_once")]

    def __str__(self):
        return self.key


class JobTaken(Exception):
    """This worker was thought dead and the job was given to another one."""


class Job(models.Model):
    """One piece of background work. The row is the queue, Celery is only the bell (D38).

    `key` makes a job unique while it matters: a beat slot ("flag_stale 2026-11-24T08:45"), a review
    ("weekly 2026-W47 team 3"), an import batch. Twice told is harmless: a worker claims the row by
    conditional update.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        REFUSED = "refused", _("No longer permitted")

    name = models.CharField(max_length=60)  # the registered job, e.g. "flag_stale"
    key = models.CharField(max_length=200, unique=True)
    args = models.JSONField(default=dict)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(null=True, blank=True)
    claim = models.CharField(max_length=60, blank=True)  # the message whose worker has it: that one may come again
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)  # the running worker's sign of life
    ended_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)  # progress: `done` of `total`
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_at"], name="job_backlog"),
            models.Index(fields=["name", "-due_at"], name="job_last_run"),
        ]

    def __str__(self):
        return f"{self.name} {self.key}"

    @property
    def slot(self):
        """The moment this run stands for, in the company's zone: the beat's slot, else when it was due."""
        moment = datetime.fromisoformat(self.args["slot"]) if "slot" in self.args else self.due_at
        return moment.astimezone(ZoneInfo(settings.COMPANY_ZONE))

    def progress(self, done, total):
        """Say how far it is, which is also the sign of life. Raises JobTaken when somebody else has the job now."""
        self.done, self.total, self.beat_at = done, total, timezone.now()
        still_ours = Job.objects.filter(pk=self.pk, state=Job.State.RUNNING, tries=self.tries)
        if not still_ours.update(done=done, total=total, beat_at=self.beat_at):
            raise JobTaken(str(self))


class Heartbeat(models.Model):
    """When a background process was last alive: "worker", "beat", "broker" (data says reachable or not)."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    def __str__(self):
        return self.name


class Named(models.Model):
    """A word that people choose from a list an admin edits: both languages, an order, retired instead of deleted."""

    code = models.SlugField(max_length=40, unique=True)
    label = models.CharField(_("Chinese label"), max_length=60)
    label_en = models.CharField(_("English label"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    def __str__(self):
        return self.words

    @property
    def words(self):
        """The label in the reader's language; an empty English label falls back to the Chinese one."""
        return self.label_en or self.label if (get_language() or "").startswith("en") else self.label
