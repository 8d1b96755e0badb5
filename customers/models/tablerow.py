"""A row of an own table: it hangs on a customer and is seen by whoever sees that (R41, D2)."""

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from core.models import Versioned
from customers.models.customer import Customer
from customers.querysets import TableRowQuerySet


class TableRow(Versioned):
    table = models.ForeignKey("exchange.OwnTable", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="table_rows")
    values = models.JSONField(default=dict, blank=True)  # by the slug of the field, as exchange/typed.py keeps them
    words = models.TextField(blank=True, editable=False)  # its texts, as the search compares them
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = TableRowQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["words"])

    class Meta:
        indexes = [
            models.Index(fields=["table", "-id"], name="tablerow_of_table"),
            models.Index(fields=["customer", "table"], name="tablerow_of_customer"),
        ]

    def __str__(self):
        return f"{self.table_id}/{self.pk}"
