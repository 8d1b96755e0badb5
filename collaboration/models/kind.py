"""Kinds of request, with their template, synonyms and approval steps."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.models import Named, Versioned
from core.text import plain


class RequestKind(Versioned, Named):
    """技术评估, 合同审批, 价格审批, 交付排产, 财务对接, 物料支持, 线索移交, 其他 (D20)."""

    synonyms = models.CharField(_("Also called"), max_length=200, blank=True)  # 预算审批, 方案调整: comma between
    template = models.TextField(_("Template"), blank=True)  # what is needed, pre-filled
    template_en = models.TextField(_("English template"), blank=True)
    standard = models.TextField(_("What counts as done"), blank=True)  # pre-filled
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("Goes to"),
    )
    department_words = models.CharField(max_length=120, blank=True)  # finds the department until an admin picks one
    is_approval = models.BooleanField(_("Is approved in steps"), default=False)  # steps instead of accept and confirm
    in_oa = models.BooleanField(_("May be approved in an outside OA"), default=False)
    makes_customer = models.BooleanField(default=False)  # lead hand-over: accepting creates the customer (D3)
    due_days = models.PositiveSmallIntegerField(_("Working days until done"), default=3)  # offered as needed-by
    accept_hours = models.PositiveSmallIntegerField(_("Working hours to accept"), null=True, blank=True)
    files_needed = models.CharField(_("Files it needs"), max_length=200, blank=True)  # 合同文本, 报价单: comma between
    own_fields = models.JSONField(default=list, blank=True)  # slugs of custom fields that only kinds naming them ask

    history = HistoricalRecords()

    class Meta(Named.Meta):
        pass

    @property
    def form_text(self):
        """What is needed, pre-filled in the reader's language."""
        return self.template_en or self.template if (get_language() or "").startswith("en") else self.template

    @property
    def needs(self):
        """The names of the files without which a person cannot ask for it."""
        return [name for name in (part.strip() for part in self.files_needed.replace("，", ",").split(",")) if name]

    def means(self, words):
        """Is this the kind that somebody's own words name (预算审批 → price approval)?"""
        names = [self.label, self.label_en, self.code, *self.synonyms.split(",")]
        return bool(words) and plain(words) in {plain(name) for name in names if name}


class KindStep(models.Model):
    """One approval step of a kind: in order by position, side by side when positions are equal."""

    kind = models.ForeignKey(RequestKind, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=10, blank=True)  # "manager" above the asker; "department" the request goes to
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    min_amount = models.DecimalField(_("From this amount on"), max_digits=14, decimal_places=2, null=True, blank=True)
    min_stage = models.PositiveSmallIntegerField(_("From this stage on"), null=True, blank=True)  # its position

    class Meta:
        ordering = ["position", "id"]

    def __str__(self):
        return f"{self.kind} {self.position}"


class KindClock(models.Model):
    """Accept-by and done-by where a kind differs by department or priority; what is empty is said one step up."""

    kind = models.ForeignKey(RequestKind, on_delete=models.CASCADE, related_name="clocks")
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        verbose_name=_("Department"),
    )
    priority = models.CharField(_("Priority"), max_length=8, blank=True)  # empty: every one
    accept_hours = models.PositiveSmallIntegerField(_("Working hours to accept"), null=True, blank=True)
    due_days = models.PositiveSmallIntegerField(_("Working days until done"), null=True, blank=True)

    class Meta:
        ordering = ["department", "priority", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "department", "priority"], name="kind_clock_once"),
            models.UniqueConstraint(
                fields=["kind", "priority"], condition=models.Q(department=None), name="kind_clock_once_for_all"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.department or ''} {self.priority}"
