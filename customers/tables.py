"""The customer list: its columns and what they sort by; the row is customers/listrow.py (D41)."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.custom import own_fields
from customers.models import Customer
from exchange.ownfilters import sorts


class CustomerTable(tables.Table):
    name = tables.Column(order_by=("pinyin", "id"), verbose_name=_("Customer"))
    tag = tables.Column(order_by=("tag", "-last_contact_at", "-id"), verbose_name=_("Tag"))
    amount = tables.Column(order_by=("open_amount", "id"), verbose_name=_("Amount"), empty_values=())
    contact = tables.Column(order_by=("last_contact_at", "id"), verbose_name=_("Last contact"), empty_values=())
    next = tables.Column(
        order_by=("next_step_on", "id"), verbose_name=pgettext_lazy("card", "Next step"), empty_values=()
    )
    owner = tables.Column(order_by=("owner__pinyin", "id"), verbose_name=_("Owner"))

    class Meta:
        model = Customer
        fields = ()
        order_by = "-contact"


def customer_table(rows, order_by=None):
    """The table with the custom fields that can be sorted by."""
    return CustomerTable(rows, order_by=order_by, extra_columns=sorts(own_fields(), "custom"))
