"""How forms ask for built-in fields since somebody tuned them (S16, R40), and who says that a field is of no use."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from core.models import Versioned
from exchange.querysets import AskedQuerySet, UselessQuerySet


class AskedField(Versioned):
    """One built-in field that is asked otherwise than it was built (exchange/tuning.py). Without a row it is asked as
    built. Nothing of what records hold depends on it."""

    class How(models.TextChoices):
        BUILT = "built", _("When it is made, and when it is edited")
        LATER = "later", _("When it is edited")
        OFF = "off", pgettext_lazy("field asked", "Nowhere")

    of = models.CharField(max_length=20)  # "customer", "deal", "request", "log"
    name = models.CharField(max_length=40)
    how = models.CharField(pgettext_lazy("field", "Asked"), max_length=6, choices=How.choices, default=How.BUILT)
    words = models.JSONField(_("Words to choose from"), default=list, blank=True)  # [] for free text

    objects = AskedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["of", "name"]
        constraints = [models.UniqueConstraint(fields=["of", "name"], name="asked_field_once")]

    def __str__(self):
        return f"{self.of}.{self.name}"


class UselessNote(models.Model):
    """Somebody says of a field of an entry form that it is of no use: once a quarter, with words or without. Taken back
    it stays, and counts no more."""

    form = models.CharField(max_length=40)  # an entry form's name (core/entryforms.py)
    field = models.CharField(max_length=40)  # as the form calls it
    quarter = models.CharField(max_length=8)  # 2024-Q1, of company time
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(_("In your words"), max_length=200, blank=True)
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = UselessQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["by", "form", "field", "quarter"], condition=Q(taken_back_at=None), name="useless_note_once"
            )
        ]

    def __str__(self):
        return f"{self.form}.{self.field}"
