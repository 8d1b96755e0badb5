"""The rules of the pool as an admin sets them, and what narrows the pool for a rep."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.pooling import Rules
from customers.tagbar import TagFilterSet


def _days(label, **more):
    return forms.IntegerField(label=label, min_value=0, max_value=730, **more)


class RulesForm(forms.Form):
    days = forms.IntegerField(label=_("Days without contact until the pool"), min_value=1, max_value=730)
    a = _days(_("Class A"), required=False, help_text=_("Empty: as above. 0: never."))
    b = _days(_("Class B"), required=False)
    c = _days(_("Class C"), required=False)
    open_deals_too = forms.BooleanField(
        required=False, label=_("Customers with an open deal too"),
        help_text=_(
            "Off: an open deal always keeps the customer. On: only one that was opened, moved, given a key action or "
            "held by an approval within the days above. The open deals go along without an owner, in their stage; "
            "whoever claims the customer gets them."
        ),
    )
    warn = forms.IntegerField(label=_("Days of warning for the owner"), min_value=0, max_value=60)
    claims = forms.IntegerField(label=_("Claims of one person a month, at most"), min_value=1, max_value=1000)
    cool = forms.IntegerField(
        label=_("Days until the former owner may claim it again"), min_value=0, max_value=365
    )

    def rules(self):
        return Rules(**self.cleaned_data)


class PoolFilter(TagFilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=60, label=_("Customer"))

    class Meta:
        model = Customer
        fields = []
