"""The shape of a next step: planned from a page, or moved to another day."""

import datetime as dt

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.widgets import Day
from customers.models import NextStep


class DateChips(forms.Form):
    """A day by chip (ISO) or by hand; `days` are the chips."""

    next = forms.CharField(required=False, max_length=10, label=gettext_lazy("Date of the next step"))
    next_date = forms.DateField(required=False, label=gettext_lazy("Date of the next step"))

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on

    def clean(self):
        data = super().clean()
        chip, day = data.get("next") or "", data.get("next_date")
        if chip and chip != "pick":
            try:
                day = dt.date.fromisoformat(chip)
            except ValueError:
                day = None
        if day is None:
            self.add_error("next", _("Pick a date for the next step, or say why there is none"))
        elif day < self.on:
            self.add_error("next", _("This day is over."))
        elif day > self.on + dt.timedelta(days=3660):
            self.add_error("next", _("This day is too far ahead."))
        data["day"] = day
        return data


class PlanForm(DateChips):
    next_text = forms.CharField(max_length=120, label=gettext_lazy("Next step"))
    waiting = forms.BooleanField(required=False, label=gettext_lazy("We wait for the customer until then"))
    repeat = forms.BooleanField(required=False, label=gettext_lazy("Every week"))
    until = forms.DateField(required=False, label=gettext_lazy("Repeat until"), widget=Day)
    ends = forms.ChoiceField(
        choices=[("", "–"), *NextStep.Ends.choices], required=False, label=gettext_lazy("or until")
    )


class ShiftForm(DateChips):
    version = forms.IntegerField(widget=forms.HiddenInput)
