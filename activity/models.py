"""What happened (Event), who should hear (Notification), and files attached to things (Attachment)."""

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from activity.querysets import AttachmentQuerySet, EventQuerySet, NotificationQuerySet, RobotQuerySet
from activity.sniffing import INLINE, PDF
from activity.webhooks import OF_A_PROGRAM, words_of


class Event(models.Model):
    """A sentence of the audit: who did what to which thing, with the names used then (D21). Append-only.

    The words are in templates/<app>/events/<verb>.html; `data` holds only what they need (names, labels, dates),
    never a second before/after: that is the field history.
    """

    verb = models.CharField(max_length=60)  # "customers.logged", "pipeline.moved", "collaboration.accepted"
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    about_customer_id = models.BigIntegerField(null=True)  # an integer, not a key: activity does not know customers
    data = models.JSONField(default=dict)
    from_address = models.GenericIPAddressField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["about_customer_id", "-at", "-id"], name="event_of_customer"),
            models.Index(fields=["subject_type", "subject_id", "-at"], name="event_of_subject"),
            models.Index(fields=["verb", "-at"], name="event_of_verb"),
        ]

    def __str__(self):
        return f"{self.verb} {self.subject_type_id}/{self.subject_id}"


class Notification(models.Model):
    """Something one person should hear about one thing. Rendered through the target's own gate, always (D9)."""

    class Group(models.TextChoices):
        ACT = "act", _("Needs me")
        FYI = "fyi", _("For information")

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True, related_name="notifications")
    kind = models.CharField(max_length=60)  # template: templates/<app>/notices/<kind>.html, "customers.stale"
    group = models.CharField(max_length=3, choices=Group.choices, default=Group.FYI)
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    data = models.JSONField(default=dict)
    key = models.CharField(max_length=200, unique=True)  # what makes it one: told once, however often tried (REL18)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)  # no longer true: withdrawn by itself
    in_bell = models.BooleanField(default=True)  # False: he wants it by mail alone
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_error = models.CharField(max_length=300, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["recipient", "-at", "-id"], name="notice_of_person"),
            models.Index(
                fields=["recipient"], name="notice_unread", condition=models.Q(read_at=None, over_at=None)
            ),
            models.Index(
                fields=["mail_due_at"], name="notice_to_mail", condition=models.Q(mailed_at=None)
            ),
            models.Index(fields=["subject_type", "subject_id", "kind"], name="notice_of_subject"),
        ]

    def __str__(self):
        return f"{self.kind} → {self.recipient_id}"


class Attachment(models.Model):
    """A file of a thing. Its right is the right of its parent, asked again at each download.

    Versions of one file share `series`; the newest is shown, the approved one is frozen.
    """

    parent_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    parent_id = models.BigIntegerField()
    parent = GenericForeignKey("parent_type", "parent_id")
    file = models.FileField(upload_to="attachments/%Y/%m", max_length=200)  # stored under a random name
    name = models.CharField(max_length=200)  # the cleaned name that people see
    kind = models.CharField(max_length=100)  # content type found by looking at the content
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    series = models.UUIDField()
    number = models.PositiveSmallIntegerField(default=1)  # V1, V2, …
    frozen_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["-added_at", "-id"]
        indexes = [models.Index(fields=["parent_type", "parent_id"], name="attachment_of")]
        constraints = [models.UniqueConstraint(fields=["series", "number"], name="attachment_version_once")]

    def __str__(self):
        return self.name

    @property
    def opens(self):
        """May a browser show it in the page: pictures and PDF?"""
        return self.kind in INLINE

    @property
    def is_pdf(self):
        return self.kind == PDF.type

    @property
    def is_picture(self):
        """May it be drawn in the page?"""
        return self.opens and self.kind.startswith("image/")


class Robot(models.Model):
    """The group robot of a team or a department in its chat tool (ux S19): one message a working morning, and where it
    is wanted what comes in. Off until an admin turns it on.

    The address carries its own key, so it is never shown again; without a history, so that no copy of it stays.
    """

    class Kind(models.TextChoices):
        DINGTALK = "dingtalk", _("DingTalk")
        FEISHU = "feishu", _("Feishu")
        WECOM = "wecom", _("WeCom")

    team = models.OneToOneField(
        "accounts.Team", on_delete=models.CASCADE, null=True, blank=True, related_name="robot"
    )
    department = models.OneToOneField(
        "accounts.Department", on_delete=models.CASCADE, null=True, blank=True, related_name="robot"
    )
    kind = models.CharField(_("Chat tool"), max_length=10, choices=Kind.choices, default=Kind.DINGTALK)
    address = models.CharField(_("Address of the robot"), max_length=500)
    secret = models.CharField(_("Signing secret"), max_length=200, blank=True)
    is_on = models.BooleanField(_("Send the morning message"), default=False)
    tells_requests = models.BooleanField(_("Say at once what comes in"), default=False)
    sent_on = models.DateField(null=True, blank=True)  # the company day whose morning message arrived
    arrived_at = models.DateTimeField(null=True, blank=True)  # the last message, tests too
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=40, blank=True)  # why the last one did not arrive (activity/webhooks.py)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RobotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(team=None, department__isnull=False) | models.Q(team__isnull=False, department=None),
                name="robot_of_one_place",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.place}"

    @property
    def place(self):
        """The team or department whose group it speaks in."""
        return self.team or self.department

    @property
    def problem(self):
        return words_of(self.error)

    @property
    def shown(self):
        """Of the address as much as tells two robots apart."""
        return f"{self.address.partition('?')[0].rsplit('/', 1)[0][:60]}/…{self.address[-4:]}"


class Webhook(models.Model):
    """An address of another program that is told what happens (activity/outgoing.py). Without a history, so that no
    copy of its secret stays."""

    name = models.CharField(_("Name"), max_length=60)
    address = models.CharField(max_length=500)
    secret = models.CharField(max_length=64)  # shown once, when it is made
    events = models.JSONField(default=list)  # names of salesflow/hooks.py
    names = models.BooleanField(default=False)  # names beside the ids
    is_on = models.BooleanField(default=True)
    mark = models.BigIntegerField(default=0)  # events up to this one have been looked at
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RobotQuerySet.as_manager()

    def __str__(self):
        return self.name


class Delivery(models.Model):
    """One event told to one webhook, or a test of it (without an event): told once, tried again, given up at last."""

    hook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, null=True, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # the same at every try
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_index=True)  # empty: arrived or given up
    tries = models.PositiveSmallIntegerField(default=0)
    arrived_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=40, blank=True)  # why the last try failed (activity/webhooks.py)

    objects = RobotQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["hook", "event"], name="told_a_hook_once")]

    def __str__(self):
        return f"{self.hook_id} {self.event_id}"

    @property
    def is_given_up(self):
        return self.due_at is None and self.arrived_at is None

    @property
    def problem(self):
        return words_of(self.error, OF_A_PROGRAM)


class MailTaken(models.Model):
    """A message of the mailbox that was dealt with (activity/replies.py): each once, whatever the mailbox forgets. It
    holds nothing of what was said."""

    key = models.CharField(max_length=64, unique=True)  # sha256 of its Message-ID and sender
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, blank=True)  # empty: it could not be read yet
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self):
        return f"{self.key[:8]} {self.outcome}"
