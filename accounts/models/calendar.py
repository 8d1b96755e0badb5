"""The company calendar: working hours, holidays and make-up days (调休), and personal leave."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.querysets import CompanyDayQuerySet, LeaveQuerySet, WorkingHoursQuerySet
from core.models import Versioned


class WorkingHours(Versioned):
    """The company's working day, company time. One row (pk 1); the rest between the halves is lunch."""

    starts = models.TimeField(_("Work starts"), default=dt.time(9, 0))
    lunch_starts = models.TimeField(_("Lunch starts"), default=dt.time(12, 0))
    lunch_ends = models.TimeField(_("Lunch ends"), default=dt.time(13, 0))
    ends = models.TimeField(_("Work ends"), default=dt.time(18, 0))
    weekdays = models.CharField(_("Working weekdays"), max_length=7, default="12345")  # ISO: 1 = Monday

    objects = WorkingHoursQuerySet.as_manager()
    history = HistoricalRecords()

    def __str__(self):
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"

    @classmethod
    def load(cls):
        """The one row, or the defaults before it was written."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class CompanyDay(models.Model):
    """A day that differs from the weekday rule and from what the holiday library says; admins own these rows."""

    day = models.DateField(_("Day"), unique=True)
    works = models.BooleanField(_("Working day"))
    name = models.CharField(_("Name"), max_length=60, blank=True)

    objects = CompanyDayQuerySet.as_manager()

    class Meta:
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {self.name}"


class Leave(models.Model):
    """A person away, first to last day, both included; a substitute takes what waits for him."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="leaves")
    first = models.DateField(_("First day"))
    last = models.DateField(_("Last day"))
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("Substitute"),
    )
    note = models.CharField(_("Note"), max_length=120, blank=True)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        ordering = ["first"]
        constraints = [models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="leave_in_order")]

    def __str__(self):
        return f"{self.user} {self.first}–{self.last}"
