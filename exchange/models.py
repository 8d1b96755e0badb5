"""Workbooks in and out: batches, their rows, and the custom fields that are columns."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Versioned
from exchange.querysets import BatchQuerySet, ExportQuerySet, FormUseQuerySet, RowQuerySet


class ImportBatch(Versioned):
    """One file (or pasted block) on its way in. Everything that may go wrong is known before anything is written."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        CHECKING = "checking", _("Checking")
        READY = "ready", _("Ready to import")
        IMPORTING = "importing", _("Importing")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Failed, nothing imported")
        UNDONE = "undone", _("Undone")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imports")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    sheet = models.CharField(max_length=40, blank=True)  # "follow-ups", "stage-progress", "requests", "customers"
    name = models.CharField(max_length=200)  # of the file, as shown
    file = models.FileField(upload_to="imports/%Y/%m", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    mapping = models.JSONField(default=dict)  # columns, values and people, as the person settled them
    notices = models.JSONField(default=list)
    only_good = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    kept_on_undo = models.JSONField(default=list)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self):
        return self.name

    @property
    def tables(self):
        """What was recognised: [{"part", "slug", "header", "header_row", "columns": {"0": field}, "samples"}]."""
        return self.mapping.get("tables", [])

    @property
    def undo_until(self):
        return self.done_at + dt.timedelta(days=7) if self.done_at else None


class ImportRow(models.Model):
    """One row of the file, its fate, and one before/after of every record it touched (the way back)."""

    class Fate(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        SAME = "same", _("Same")
        WRONG = "wrong", _("With errors")
        NOTE = "note", _("Left out")

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    part = models.CharField(max_length=120, blank=True)  # the worksheet
    number = models.PositiveIntegerField()  # the row as the person sees it in Excel, from 1
    cells = models.JSONField(default=dict)  # as read: {"v": [text of each column], "n": {column: [note, detail]}}
    fate = models.CharField(max_length=8, choices=Fate.choices, default=Fate.NEW)
    changes = models.JSONField(default=list)  # [{"field", "old", "new"}]
    errors = models.JSONField(default=list)  # [{"field", "value", "message", "params"}]
    flags = models.JSONField(default=list)  # notices, such as a chosen year
    keep = models.JSONField(default=list)  # fields to keep as they are
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    objects = RowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["batch", "part", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "fate"], name="import_row_fate")]

    def __str__(self):
        return f"{self.part} {self.number}"

    def read_with(self, columns, values):
        """Say which column is which field ({field: index}) and which words stand for others ({field: {words: …}})."""
        self._columns, self._values = columns, values
        return self

    @property
    def columns(self):
        """{field: index} as said by read_with()."""
        return self._columns

    def text_of(self, field):
        """The cell's text as it is to be read; "" for a column the table does not have."""
        index = self._columns.get(field)
        texts = self.cells.get("v", [])
        text = texts[index] if index is not None and index < len(texts) else ""
        return self._values.get(field, {}).get(text.strip(), text)

    def typed_in(self, field):
        """The cell's text as it is in the file, when other words were settled for it; else ""."""
        index, texts = self._columns.get(field), self.cells.get("v", [])
        text = texts[index].strip() if index is not None and index < len(texts) else ""
        return text if text in self._values.get(field, {}) else ""

    def note_of(self, field):
        """What the cell hid: ["formula", ""], ["formula_empty", ""], ["merged", "A2:A4"]; or two empty words."""
        index = self._columns.get(field)
        return self.cells.get("n", {}).get(str(index), ["", ""])


class FieldDefinition(Versioned):
    """A custom field of a customer, deal or request: a column without code. Values are JSON on the record."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        MONEY = "money", _("Money")
        DATE = "date", _("Date")
        YES = "yes", _("Yes or no")
        CHOICE = "choice", _("Choice")
        CHOICES = "choices", _("Choices")

    of = models.CharField(max_length=40)  # "customer", "deal", "request"
    slug = models.SlugField(max_length=40)
    label = models.CharField(max_length=60)
    label_en = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    choices = models.JSONField(default=list)
    element = models.CharField(max_length=20, blank=True)  # which of the five core elements it serves (R20)
    required = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["of", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["of", "slug"], name="field_once")]

    def __str__(self):
        return self.label


class ExportFile(models.Model):
    """A workbook made for one person, within his rights when it was made; they are asked again on download."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    sheet = models.CharField(max_length=40)
    query = models.CharField(max_length=2000, blank=True)
    name = models.CharField(max_length=200)
    file = models.FileField(upload_to="exports/%Y/%m", max_length=200, blank=True)
    rows = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self):
        return self.name


class FormUse(models.Model):
    """How long one save took, in whole seconds (R21, M9). Nobody's: neither who saved nor what was typed is kept."""

    form = models.CharField(max_length=40)
    at = models.DateTimeField(db_index=True)
    seconds = models.PositiveSmallIntegerField()
    touched = models.JSONField(default=list)

    objects = FormUseQuerySet.as_manager()

    def __str__(self):
        return f"{self.form} {self.seconds}s"
