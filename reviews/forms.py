"""Shape of what is typed in reviews and targets."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.models import Review


class TextsForm(forms.ModelForm):
    class Meta:
        model = Review
        fields = ["causes", "plan", "support"]
        widgets = {name: forms.Textarea({"rows": 4}) for name in fields}


class TargetCell(forms.Form):
    """One target: a whole or broken amount, not negative; empty takes it away."""

    reason = forms.CharField(max_length=200, required=False)

    value = forms.DecimalField(
        min_value=0, max_digits=16, decimal_places=2, required=False,
        error_messages={"invalid": _("Enter a number"), "min_value": _("A target is not negative")},
    )
