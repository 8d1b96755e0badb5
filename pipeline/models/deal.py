"""What we try to sell to a customer, its dated lines, its risks, and what a card says about others' work."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.models import Named, Versioned
from core.periods import today
from customers.models import Customer, FollowUp, NextStep
from pipeline.models.stage import Playbook, Stage
from pipeline.querysets import ActionKindQuerySet, DealQuerySet, OfDealQuerySet


class LossReason(Named):
    """Why a deal was lost; chosen on every path that can lose one."""


class RiskType(Named):
    """Kinds of risk offered at a move (客户预算不足, 竞品介入, …)."""


class ActionKind(Named):
    """Key actions a line may name instead of free words: 合同待审批, 样品已寄送, … (R56). See pipeline/listed.py."""

    objects = ActionKindQuerySet.as_manager()


class Deal(Versioned):
    """A deal of a customer (D16). `stage` repeats the open stay's stage, so that lists and sums need no join;
    both change in one transaction by move_many() and a nightly check compares them."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="deals")
    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="deals")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deals")
    name = models.CharField(_("Deal"), max_length=120, blank=True)  # empty while it is the customer's only one
    amount = models.DecimalField(_("Amount"), max_digits=14, decimal_places=2, null=True, blank=True)  # CNY
    rep = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="deals_as_rep",
        verbose_name=_("Sales rep"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="deals_as_owner",
        verbose_name=_("Owner"),
    )
    expected_close = models.DateField(_("Expected close"), null=True, blank=True)  # asked while open, empty when won
    slips = models.PositiveSmallIntegerField(default=0, editable=False)  # times expected_close moved later
    entered_at = models.DateTimeField(editable=False)  # of the open stay: when the deal came into its stage
    opened_at = models.DateTimeField(editable=False)
    key_action = models.CharField(_("Key action"), max_length=200, blank=True, editable=False)  # newest KeyAction line
    key_action_on = models.DateField(null=True, editable=False)
    key_action_kind = models.ForeignKey(  # which of the list that line says, for filters
        ActionKind, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    risk = models.CharField(_("Risk"), max_length=200, blank=True, editable=False)  # newest open Risk, in words
    lost_at = models.DateTimeField(null=True, blank=True)
    lost_reason = models.ForeignKey(LossReason, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lost_note = models.CharField(max_length=300, blank=True)
    competitor = models.CharField(_("Competitor"), max_length=60, blank=True)
    won_at = models.DateTimeField(null=True, blank=True)
    signed_on = models.DateField(_("Signed on"), null=True, blank=True)
    contract_amount = models.DecimalField(
        _("Contract amount"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    updated_on = models.DateField(null=True, editable=False)  # company day of the last daily update (D26)
    custom = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey(
        "exchange.ImportBatch", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = DealQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["key_action", "key_action_on", "key_action_kind", "risk", "updated_on"]
    )

    class Meta:
        indexes = [
            models.Index(fields=["stage", "expected_close", "id"], name="deal_of_stage"),
            models.Index(fields=["rep", "stage", "id"], name="deal_of_rep"),
            models.Index(fields=["customer", "id"], name="deal_of_customer"),
            models.Index(fields=["-amount", "id"], name="deal_at_risk", condition=~models.Q(risk="")),
            models.Index(fields=["id"], name="deal_named", condition=~models.Q(name="")),  # most go by their customer's
        ]

    def __str__(self):
        return self.name or str(self.customer)


class KeyAction(models.Model):
    """A dated line of a deal (关键动作): "2024-03-01：客户确认方案细节，约定3月3日谈判" (R27, R28). Append-only."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="key_actions")
    on = models.DateField()
    text = models.CharField(max_length=300)
    kind = models.ForeignKey(ActionKind, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    follow_up = models.ForeignKey(FollowUp, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)

    objects = OfDealQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["deal", "-on", "-id"], name="keyaction_of_deal")]

    def __str__(self):
        return self.text


class Risk(models.Model):
    """What endangers a deal, opened and closed, never overwritten (R57)."""

    class Severity(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="risks")
    type = models.ForeignKey(RiskType, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.MEDIUM)
    text = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = OfDealQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [models.Index(fields=["deal"], name="risk_open", condition=models.Q(closed_at=None))]

    def __str__(self):
        return self.text or str(self.type)

    def days_open(self, on):
        """Company days since it was seen: how old it is."""
        return (on - today(self.opened_at)).days


class CardNote(models.Model):
    """What a card says about work above it, and what holds a move (D18). Written by collaboration, read here."""

    class Kind(models.TextChoices):
        HOLD = "hold", _("Hold")
        WAITING = "waiting", _("Waiting")
        GOOD = "good", _("Good news")
        BAD = "bad", _("Bad news")  # withdrawn, refused

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, null=True, blank=True, related_name="+")  # held one
    words = models.CharField(max_length=120)  # Chinese
    words_en = models.CharField(max_length=120, blank=True)
    link = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=60)  # who wrote it and finds it again: "request 318"
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)  # when it ended

    objects = OfDealQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        indexes = [models.Index(fields=["deal"], name="cardnote_now", condition=models.Q(until=None))]

    def __str__(self):
        return self.words


class DealLink(models.Model):
    """Which deal a follow-up or next step is about; only when the customer has several open ones (D14)."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="links")
    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, null=True, blank=True, related_name="deal_links")
    step = models.ForeignKey(NextStep, on_delete=models.CASCADE, null=True, blank=True, related_name="deal_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "follow_up"], name="deallink_followup_once"),
            models.UniqueConstraint(fields=["deal", "step"], name="deallink_step_once"),
        ]

    def __str__(self):
        return f"{self.deal_id}"
