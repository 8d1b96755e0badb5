"""A payment as it is typed."""

import datetime as dt

from django import forms
from django.utils.translation import gettext as _

from core.periods import today
from core.widgets import Day
from pipeline.models import Payment


class PaymentForm(forms.ModelForm):
    class Meta:
        model = Payment
        fields = ["amount", "paid_on"]
        widgets = {"paid_on": Day, "amount": forms.NumberInput({"class": "in", "inputmode": "decimal", "step": "0.01"})}

    def clean_paid_on(self):
        day = self.cleaned_data["paid_on"]
        if day > today():
            raise forms.ValidationError(_("This day is still to come."))
        if day < today() - dt.timedelta(days=3660):
            raise forms.ValidationError(_("This day is too long ago."))
        return day
