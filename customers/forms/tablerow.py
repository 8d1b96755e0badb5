"""One row of an own table: its customer, settled when it is made, and the fields an admin gave it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from exchange.models import FieldDefinition
from exchange.ownforms import add_fields, patch_of, patched

Asked = FieldDefinition.Asked


class RowForm(forms.Form):
    """Of a new row (`customer` may be settled already) or of one that is there. Records are offered of the customer:
    a new row without one asks for them when it is edited."""

    def __init__(self, data=None, *, fields, user, customer=None, row=None):
        super().__init__(data)
        self.row, self.customer = row, customer
        if row is None and customer is None:
            self.fields["customer"] = forms.CharField(
                max_length=200,
                label=_("Customer"),
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
                help_text=_("Its whole name"),
            )
            self.user = user
        here = [one for one in fields if customer or one.kind != FieldDefinition.Kind.RECORD]
        self.own = [one for one in here if row or one.asked == Asked.NEW]
        add_fields(self, self.own, row.values if row else {}, user=user, customer=customer)

    def clean_customer(self):
        """One that this person sees, by its whole name."""
        name = " ".join(self.cleaned_data["customer"].split())
        found = list(Customer.objects.visible_to(self.user).live().filter(name__iexact=name)[:2])
        if not found:
            raise forms.ValidationError(_("There is no such customer that you see."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several customers are called that: add the row on the customer's page."))
        self.customer = found[0]
        return name

    def clean(self):
        data = super().clean()
        if not self.errors and self.row is None and not self.values():
            raise forms.ValidationError(_("Fill in at least one field."))
        return data

    def patch(self):
        return patch_of(self, self.own)

    def values(self):
        return patched({}, {one.slug: self.cleaned_data.get(one.slug) for one in self.own})
