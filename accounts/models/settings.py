"""Switches and limits an admin may change, one row a name; the names and defaults are in accounts/switches.py."""

from django.db import models
from simple_history.models import HistoricalRecords

from accounts.querysets import SettingQuerySet
from core.models import Versioned


class Setting(Versioned):
    name = models.CharField(max_length=60, unique=True)
    value = models.JSONField()

    objects = SettingQuerySet.as_manager()
    history = HistoricalRecords()

    def __str__(self):
        return self.name
