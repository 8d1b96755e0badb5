"""Shape of what is typed in reviews."""

from django import forms

from reviews.models import Review


class TextsForm(forms.ModelForm):
    class Meta:
        model = Review
        fields = ["causes", "plan", "support"]
        widgets = {name: forms.Textarea({"rows": 4}) for name in fields}
