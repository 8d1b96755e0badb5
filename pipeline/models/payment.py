"""Money that came in for a won deal (回款): rows of a date and an amount, behind a switch (D28, D52)."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from pipeline.models.deal import Deal
from pipeline.querysets import PaymentQuerySet


class Payment(models.Model):
    """One payment, CNY. Taken back, never changed or deleted: a report tells as of when it knew what (D17)."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="payments")
    paid_on = models.DateField(_("Paid on"))
    amount = models.DecimalField(
        _("Payment, CNY"), max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["paid_on", "id"]
        indexes = [models.Index(fields=["paid_on"], name="payment_day")]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_is_money")]

    def __str__(self):
        return f"{self.paid_on} {self.amount}"
