"""Two customers that may be one company: found by the nightly job, decided by a person (R1)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from customers.querysets import PairQuerySet


class CustomerPair(models.Model):
    """`first` has the smaller id. "Not the same" is kept for ever, so that nobody is asked twice."""

    class Why(models.TextChoices):
        NAME = "name", _("same name")
        PHONE = "phone", _("same phone")

    first = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=5, choices=Why.choices)
    found_at = models.DateTimeField()
    apart_at = models.DateTimeField(null=True, blank=True)  # somebody said: not the same
    apart_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = PairQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="pair_once")]
        indexes = [models.Index(fields=["-found_at", "-id"], name="pair_latest")]

    def __str__(self):
        return f"{self.first} = {self.second}?"
