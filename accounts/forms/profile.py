"""Leave with a substitute (S21)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Leave

DATE = {"type": "date"}


class LeaveForm(forms.ModelForm):
    class Meta:
        model = Leave
        fields = ["first", "last", "substitute", "note"]
        widgets = {
            "first": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
            "last": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        }

    def __init__(self, *args, colleagues, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["substitute"].queryset = colleagues
        self.fields["substitute"].empty_label = _("Nobody")

    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first"))
        return self.cleaned_data


class TokenForm(forms.Form):
    """A token of another program: what it is for, how long, and whether it may write."""

    name = forms.CharField(label=_("Name of the program"), max_length=60)
    writes = forms.BooleanField(label=_("May write too"), required=False)
    days = forms.TypedChoiceField(
        label=_("Ends after"), coerce=int, initial=90,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("a year"))],
    )  # fmt: skip
