"""The daily update and the weekly meeting (M3, M4)."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.periods import day_start, today
from pipeline.models.deal import Deal
from pipeline.querysets import MeetingItemQuerySet, MeetingQuerySet, OfDealQuerySet

DAY = dt.timedelta(days=1)


class DayMark(models.Model):
    """A deal looked at on a day: by a log, a move, one line of key action, "no change", or the bulk confirmation."""

    class How(models.TextChoices):
        LOG = "log", _("Logged")
        MOVE = "move", _("Moved")
        ACTION = "action", _("Key action")
        SAME = "same", _("No change")
        BULK = "bulk", _("Confirmed with others")

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="day_marks")
    day = models.DateField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=6, choices=How.choices)
    at = models.DateTimeField()

    objects = OfDealQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "day", "how"], name="daymark_once")]
        indexes = [models.Index(fields=["user", "day"], name="daymark_of_person")]

    def __str__(self):
        return f"{self.deal_id} {self.day}"


class DayClose(models.Model):
    """A person's day: closed when every open deal was looked at, or recorded as missed by the job."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="day_closes")
    day = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)
    open_deals = models.PositiveIntegerField(default=0)
    left_over = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="dayclose_once")]

    def __str__(self):
        return f"{self.user} {self.day}"


class Meeting(models.Model):
    """A team's weekly meeting over a frozen agenda (R29, R30)."""

    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, related_name="meetings")
    week = models.CharField(max_length=8)  # 2024-W10
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)
    agenda = models.JSONField(default=dict)  # the snapshot
    attendees = models.JSONField(default=list)  # ids of people
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    current = models.PositiveSmallIntegerField(default=0)  # place of the item on the screen, in agenda["items"]
    current_at = models.DateTimeField(null=True, blank=True)
    shown = models.JSONField(default=list)  # places that were on the screen: what participants may read
    notes = models.TextField(blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-week", "id"]
        constraints = [models.UniqueConstraint(fields=["team", "week"], name="meeting_once")]

    def __str__(self):
        return f"{self.team} {self.week}"

    def runs(self, now=None):
        """Begun and not ended. One that nobody ended is over with the company's day on which it began."""
        return self.started_at is not None and (now or timezone.now()) < self.ends_at

    @property
    def is_running(self):
        return self.runs()

    @property
    def ends_at(self):
        """When it was ended, at the latest with the day on which it began; None before it began."""
        if self.started_at is None:
            return None
        last = day_start(today(self.started_at) + DAY)
        return min(self.ended_at, last) if self.ended_at else last

    @property
    def is_over(self):
        """Begun, and ended by somebody or by its day."""
        return self.started_at is not None and not self.runs()


class MeetingPage(models.Model):
    """What a person says for his own part of a meeting, before it or in it: the support he needs (需要支持)."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="pages")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    support = models.CharField(max_length=300, blank=True)
    said_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "user"], name="meetingpage_once")]

    def __str__(self):
        return self.support


class MeetingItem(models.Model):
    """One decision of a meeting: what, who, by when, and next week whether it was kept."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    deal = models.ForeignKey(Deal, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    about = models.ForeignKey(  # whose part of the meeting it belongs to, when it is about no deal
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    kind = models.CharField(max_length=20)  # of pipeline/deciding.py: step, request, reassign, park, lost, note
    text = models.CharField(max_length=300)
    made_id = models.PositiveBigIntegerField(null=True, blank=True)  # the next step or the request it became
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True, blank=True)  # at once, or ticked by hand; a step or request says itself

    objects = MeetingItemQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.text
