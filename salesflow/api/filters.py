"""What lists without a page of their own are narrowed by."""

import django_filters

from core.periods import day_start
from customers.models import Contact, FollowUp, NextStep


class OfCustomer(django_filters.FilterSet):
    customer = django_filters.NumberFilter(field_name="customer_id", min_value=1, max_value=2**62)


class ContactFilter(OfCustomer):
    class Meta:
        model = Contact
        fields = []


class FollowUpFilter(OfCustomer):
    since = django_filters.DateFilter(method="from_day")

    class Meta:
        model = FollowUp
        fields = []

    def from_day(self, queryset, name, value):
        return queryset.filter(happened_at__gte=day_start(value))


class StepFilter(OfCustomer):
    open = django_filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")

    class Meta:
        model = NextStep
        fields = []
