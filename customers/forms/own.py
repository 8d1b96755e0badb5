"""One custom field of a customer, edited where it stands."""

from django import forms

from exchange.ownforms import add_fields


class OwnForm(forms.Form):
    def __init__(self, data=None, *, one, customer, user):
        super().__init__(data)
        add_fields(self, [one], customer.custom, user=user)
