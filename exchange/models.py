"""Workbooks in and out: batches, their rows, and the custom fields that are columns."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.models import Versioned
from exchange.models_asked import AskedField, UselessNote
from exchange.querysets import BatchQuerySet, DefinedQuerySet, ExportQuerySet, FormUseQuerySet, ProfileQuerySet
from exchange.querysets import RowQuerySet as Rows

__all__ = [
    "AskedField", "ExportFile", "FieldDefinition", "FormUse", "ImportBatch", "ImportRow", "MappingProfile",
    "OwnTable", "UselessNote", "in_language",
]  # fmt: skip


def in_language(label, label_en):
    """The label for the reader; without an English one the Chinese."""
    return label_en or label if (get_language() or "").startswith("en") else label


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
        CONFLICT = "conflict", _("In conflict")
        LOCKED = "locked", _("Not changed by an import")
        NOTE = "note", _("Left out")

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    part = models.CharField(max_length=120, blank=True)  # the worksheet
    number = models.PositiveIntegerField()  # the row as the person sees it in Excel, from 1
    cells = models.JSONField(default=dict)  # {"v": [text], "n": {column: [note, detail]}, "b": {field: as exported}}
    fate = models.CharField(max_length=8, choices=Fate.choices, default=Fate.NEW)
    changes = models.JSONField(default=list)  # [{"field", "old", "new", "was", "kind", …}]
    errors = models.JSONField(default=list)  # [{"field", "value", "message", "params"}]
    flags = models.JSONField(default=list)  # notices, such as a chosen year
    keep = models.JSONField(default=list)  # fields to keep as they are
    take = models.JSONField(default=list)  # fields in conflict of which the file's value is accepted
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    objects = Rows.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["batch", "part", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "fate"], name="import_row_fate")]

    def __str__(self):
        return f"{self.part} {self.number}"

    def read_with(self, columns, values):
        """Say which column is which field ({field: index}) and which words stand for others ({field: {words: …}})."""
        self._columns, self._values, self._instead = columns, values, {}
        return self

    @property
    def columns(self):
        """{field: index} as said by read_with()."""
        return self._columns

    def raw_of(self, field):
        """The cell's text as it is in the file; "" for a column the table does not have."""
        index, texts = self._columns.get(field), self.cells.get("v", [])
        return texts[index] if index is not None and index < len(texts) else ""

    def before_of(self, field):
        """What the cell said when it was exported; None where the file does not tell (csv)."""
        return self.cells["b"].get(field, "") if "b" in self.cells else None

    def read_instead(self, field, text):
        """Read this text in place of the cell's: what stands here, where the file did not change it."""
        self._instead[field] = text

    def text_of(self, field):
        """The cell's text as it is to be read."""
        text = self._instead.get(field)
        text = self.raw_of(field) if text is None else text
        return self._values.get(field, {}).get(text.strip(), text)

    def typed_in(self, field):
        """The cell's text as it is in the file, when other words were settled for it; else ""."""
        text = self.raw_of(field).strip()
        return text if field not in self._instead and text in self._values.get(field, {}) else ""

    def note_of(self, field):
        """What the cell hid: ["formula", ""], ["formula_empty", ""], ["merged", "A2:A4"]; or two empty words."""
        if field in self._instead:
            return ["", ""]
        return self.cells.get("n", {}).get(str(self._columns.get(field)), ["", ""])


class MappingProfile(Versioned):
    """How the columns and words of one kind of file were matched, kept by name for the next file of its kind (M1)."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mappings")
    name = models.CharField(_("Name"), max_length=60)
    sheet = models.CharField(max_length=40)
    shared = models.BooleanField(_("For everybody"), default=False)
    columns = models.JSONField(default=dict)  # {normalised header: field, "" for one that is left out}
    words = models.JSONField(default=dict)  # {field: {words in the file: words here}}
    people = models.JSONField(default=dict)  # {name in the file: login, "" for nobody here}
    spelling = models.JSONField(default=dict)  # {"dates": "mdy", "money": "as-is"}: exchange/spelling.py

    objects = ProfileQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="mapping_profile_once")]

    def __str__(self):
        return self.name


class OwnTable(Versioned):
    """A table an admin made (R41): its columns are FieldDefinitions, its rows hang on customers."""

    slug = models.SlugField(max_length=40, unique=True)
    label = models.CharField(_("Chinese label"), max_length=60)
    label_en = models.CharField(_("English label"), max_length=60, blank=True)
    about = models.CharField(_("What it is for"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = DefinedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self):
        return self.words

    @property
    def words(self):
        return in_language(self.label, self.label_en)


class FieldDefinition(Versioned):
    """A custom field of a customer, a deal or an own table: a column without code. Values are JSON on the record, by
    `slug`; how each kind is read, kept and shown is exchange/typed.py's."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Short text")
        LONG = "long", _("Long text")
        NUMBER = "number", _("Number")
        MONEY = "money", _("Money (CNY)")
        DATE = "date", pgettext_lazy("field", "Date")
        YES = "yes", _("Yes or no")
        CHOICE = "choice", _("One of a list")
        CHOICES = "choices", _("Several of a list")
        URL = "url", pgettext_lazy("field", "Link")
        PERSON = "person", pgettext_lazy("field", "Person")
        RECORD = "record", _("Record of the customer")  # of an upper floor: exchange/linking.py

    class Asked(models.TextChoices):
        NEW = "new", _("When it is made, and when it is edited")
        EDIT = "edit", _("When it is edited")
        SHOWN = "shown", _("Only shown, and changed where it stands")

    class Element(models.TextChoices):
        """The five core elements of a form (R20)."""

        CUSTOMER = "customer", _("Customer information")
        PROGRESS = "progress", pgettext_lazy("element", "Progress")
        TODO = "todo", pgettext_lazy("element", "To do")
        OWNER = "owner", pgettext_lazy("element", "Person responsible")
        TIME = "time", pgettext_lazy("element", "Time")

    of = models.CharField(max_length=40)  # "customer", "deal", or the slug of an own table
    table = models.ForeignKey(OwnTable, on_delete=models.PROTECT, null=True, blank=True, related_name="fields")
    slug = models.SlugField(max_length=40)
    label = models.CharField(_("Chinese label"), max_length=60)
    label_en = models.CharField(_("English label"), max_length=60, blank=True)
    kind = models.CharField(_("Type"), max_length=10, choices=Kind.choices)
    target = models.CharField(max_length=40, blank=True)  # which record, of a field of kind record
    unit = models.CharField(_("Unit"), max_length=12, blank=True)  # of a number: 台, 天, %
    choices = models.JSONField(_("Options"), default=list)  # [{"code", "label", "label_en", "off", "into"}]
    element = models.CharField(_("Core element"), max_length=20, choices=Element.choices, blank=True)
    asked = models.CharField(pgettext_lazy("field", "Asked"), max_length=6, choices=Asked.choices, default=Asked.NEW)
    required = models.BooleanField(_("Required"), default=False)
    position = models.PositiveSmallIntegerField(_("Place"), default=0)
    retired_at = models.DateTimeField(_("Switched off"), null=True, blank=True)

    objects = DefinedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["of", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["of", "slug"], name="field_once")]

    def __str__(self):
        return self.words

    @property
    def words(self):
        """The label in the reader's language; an empty English one falls back to the Chinese."""
        return in_language(self.label, self.label_en)

    @property
    def is_on(self):
        return self.retired_at is None


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
