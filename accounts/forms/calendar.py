"""Working hours, and days that differ."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import CompanyDay, WorkingHours

WEEKDAYS = [
    ("1", _("Mon")), ("2", _("Tue")), ("3", _("Wed")), ("4", _("Thu")), ("5", _("Fri")), ("6", _("Sat")),
    ("7", _("Sun")),
]  # fmt: skip
CLOCK = {"type": "time"}


class HoursForm(forms.ModelForm):
    weekdays = forms.MultipleChoiceField(
        label=_("Working weekdays"), choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = WorkingHours
        fields = ["weekdays", "starts", "lunch_starts", "lunch_ends", "ends"]
        widgets = {
            name: forms.TimeInput(attrs=CLOCK, format="%H:%M")
            for name in ("starts", "lunch_starts", "lunch_ends", "ends")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["weekdays"] = list(self.instance.weekdays)

    def clean_weekdays(self):
        return "".join(sorted(self.cleaned_data["weekdays"]))

    def clean(self):
        times = [self.cleaned_data.get(name) for name in ("starts", "lunch_starts", "lunch_ends", "ends")]
        if None not in times and not times[0] < times[1] <= times[2] < times[3]:
            self.add_error("ends", _("The four times must follow one another"))
        return self.cleaned_data


class DayForm(forms.ModelForm):
    works = forms.TypedChoiceField(
        label=_("This day is"), choices=[("0", _("a rest day")), ("1", _("a working day"))],
        coerce=lambda value: value == "1", initial="0",
    )  # fmt: skip

    class Meta:
        model = CompanyDay
        fields = ["day", "works", "name"]
        labels = {"name": pgettext_lazy("team", "Name")}
        widgets = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def validate_unique(self):
        """A second row of a day replaces the first."""

    def clean_day(self):
        day = self.cleaned_data["day"]
        if not 2000 <= day.year <= 2100:
            raise forms.ValidationError(_("Between 2000 and 2100"))
        return day
