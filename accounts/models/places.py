"""Departments (a tree) and the sales teams inside them."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.querysets import DepartmentQuerySet, TeamQuerySet
from core.models import Versioned


class Department(Versioned):
    """A unit of the company. Sales departments hold teams; the others serve collaboration requests."""

    name = models.CharField(_("Name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children",
                               verbose_name=_("Part of"))
    path = models.CharField(max_length=200, editable=False, db_index=True, default="")  # "/1/4/": ids from the root
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads_departments",
        verbose_name=_("Led by"),
    )
    sells = models.BooleanField(_("Sales department"), default=False)
    serves = models.BooleanField(_("Accepts requests"), default=True)
    sees_amounts = models.BooleanField(_("Sees amounts"), default=False)  # on for finance and legal (D6)
    accept_hours = models.PositiveSmallIntegerField(_("Working hours to accept"), default=8)  # one working day
    urgent_hours = models.PositiveSmallIntegerField(_("Working hours to accept, urgent"), default=4)
    is_active = models.BooleanField(_("In use"), default=True)
    position = models.PositiveSmallIntegerField(_("Position"), default=0)

    objects = DepartmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self):
        return self.words

    @property
    def words(self):
        """The name in the reader's language; an empty English name falls back to the Chinese one."""
        return self.name_en or self.name if (get_language() or "").startswith("en") else self.name


class Team(Versioned):
    """A group of reps in a sales department, led by a manager."""

    name = models.CharField(_("Name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="teams", verbose_name=_("Department")
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads_teams",
        verbose_name=_("Manager"),
    )
    is_active = models.BooleanField(_("In use"), default=True)

    objects = TeamQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.words

    @property
    def words(self):
        """The name in the reader's language; an empty English name falls back to the Chinese one."""
        return self.name_en or self.name if (get_language() or "").startswith("en") else self.name
