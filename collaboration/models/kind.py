"""Kinds of request, with their template, synonyms and approval steps."""

from django.conf import settings
from django.db import models
from django.utils.translation import get_language

from core.models import Named
from core.text import plain


class RequestKind(Named):
    """技术评估, 合同审批, 价格审批, 交付排产, 财务对接, 物料支持, 线索移交, 其他 (D20)."""

    synonyms = models.CharField(max_length=200, blank=True)  # 预算审批, 方案调整, 排产协调: comma between
    template = models.TextField(blank=True)  # what is needed, pre-filled
    template_en = models.TextField(blank=True)
    standard = models.TextField(blank=True)  # what counts as done, pre-filled
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    department_words = models.CharField(max_length=120, blank=True)  # finds the department until an admin picks one
    is_approval = models.BooleanField(default=False)  # steps instead of accept and confirm
    in_oa = models.BooleanField(default=False)  # may be approved in an outside OA
    makes_customer = models.BooleanField(default=False)  # lead hand-over: accepting creates the customer (D3)
    due_days = models.PositiveSmallIntegerField(default=3)  # working days offered as needed-by

    @property
    def form_text(self):
        """What is needed, pre-filled in the reader's language."""
        return self.template_en or self.template if (get_language() or "").startswith("en") else self.template

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
    min_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self):
        return f"{self.kind} {self.position}"
