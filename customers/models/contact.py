"""People at a customer. Phones are full for owner, helpers and managers above, masked for admins (D6)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from core.models import Versioned
from customers.models.customer import Customer
from customers.querysets import OfCustomerQuerySet


class Contact(Versioned):
    class Part(models.TextChoices):
        DECIDES = "decides", _("Decides")
        BUYS = "buys", _("Buys")
        USES = "uses", _("Uses")
        ADVISES = "advises", _("Advises")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("Contact"), max_length=60, blank=True)
    position = models.CharField(pgettext_lazy("of a contact", "Position"), max_length=60, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)  # as typed
    phone_key = models.CharField(max_length=20, blank=True, editable=False, db_index=True)  # digits; stars kept
    email = models.EmailField(_("Email"), blank=True)
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True)
    part = models.CharField(_("Part in the decision"), max_length=10, choices=Part.choices, blank=True)
    is_main = models.BooleanField(_("Main contact"), default=False)
    notes = models.CharField(_("Notes"), max_length=300, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = OfCustomerQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["phone_key"])

    class Meta:
        ordering = ["-is_main", "id"]

    def __str__(self):
        return self.name or self.phone
