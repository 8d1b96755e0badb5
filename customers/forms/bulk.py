"""What a bulk deed asks: to whom, which tag, which day."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.widgets import Day
from customers.forms.step import DateChips
from customers.models import Customer

AHEAD = dt.timedelta(days=3660)


class AssignForm(forms.Form):
    owner = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Owner"), empty_label="–")
    why = forms.CharField(label=_("Why it changes hands"), max_length=200, required=False)

    def __init__(self, *args, user, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.assignable_by(user).order_by("pinyin", "pk")


class TagForm(forms.Form):
    tag = forms.ChoiceField(choices=Customer.Tag.choices, label=_("Tag"))

    def __init__(self, *args, user, on, **kwargs):
        super().__init__(*args, **kwargs)


class PlanManyForm(DateChips):
    next_text = forms.CharField(max_length=120, label=_("Next step"))

    def __init__(self, *args, user, on, **kwargs):
        super().__init__(*args, on=on, **kwargs)


class DayForm(forms.Form):
    day = forms.DateField(label=_("Date of the next step"), widget=Day)

    def __init__(self, *args, user, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on

    def clean_day(self):
        day = self.cleaned_data["day"]
        if not self.on <= day <= self.on + AHEAD:
            raise forms.ValidationError(_("This day is over.") if day < self.on else _("This day is too far ahead."))
        return day


CELLS = {"tag": TagForm, "owner": AssignForm, "day": DayForm}  # what is edited in the cell itself
FORMS = {"assign": AssignForm, "tag": TagForm, "plan": PlanManyForm}
