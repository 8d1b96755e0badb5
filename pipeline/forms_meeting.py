"""What a person says on his own part of a meeting: the support he needs, a next step of his."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from core.periods import period_of, today
from core.widgets import Day
from customers.models import Customer

AHEAD = dt.timedelta(days=730)


def check_step_day(day, on):
    """Raise ValidationError when the day of a next step is over on `on`, or further off than two years."""
    if day < on:
        raise forms.ValidationError(_("Pick today or a later day."))
    if day > on + AHEAD:
        raise forms.ValidationError(_("Pick a day within two years."))


class SupportForm(forms.Form):
    support = forms.CharField(label=_("Needs support"), max_length=300, required=False)


class PartStepForm(forms.Form):
    """For customers of the team he owns and has an open deal with; next Monday unless he picks another day."""

    customer = forms.ModelChoiceField(Customer.objects.none(), label=_("Customer"), empty_label="–")
    text = forms.CharField(label=_("Next step"), max_length=120)
    due_on = forms.DateField(label=_("Date of the next step"), widget=Day)

    def __init__(self, *args, person, team, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = today(now)
        mine = Customer.objects.visible_to(person).live().filter(owner=person, team=team, open_deals__gt=0)
        self.fields["customer"].queryset = mine.order_by("pinyin", "pk")
        self.initial["due_on"] = period_of("week", self.on).next().first

    def clean_due_on(self):
        check_step_day(self.cleaned_data["due_on"], self.on)
        return self.cleaned_data["due_on"]
