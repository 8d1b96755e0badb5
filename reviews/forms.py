"""Shape of what is typed in reviews."""

import datetime as dt

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.widgets import Day
from reviews.models import Answer, Improvement, Review


class TextsForm(forms.ModelForm):
    class Meta:
        model = Review
        fields = ["causes", "plan", "support"]
        widgets = {name: forms.Textarea({"rows": 4}) for name in fields}


class ImprovementForm(forms.ModelForm):
    """`measures` [(metric-detail, label)] are the figures of the month, `owners` who may answer for it, `on` today."""

    measure = forms.ChoiceField(label=gettext_lazy("Measured by"))

    class Meta:
        model = Improvement
        fields = ["text", "measure", "owner", "due_on"]
        widgets = {"due_on": Day}

    def __init__(self, *args, measures, owners, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on
        self.fields["measure"].choices = measures
        self.fields["owner"].queryset = owners
        self.fields["owner"].label_from_instance = lambda person: person.name

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day < self.on:
            raise forms.ValidationError(_("This day is over."))
        if day > self.on + dt.timedelta(days=3660):
            raise forms.ValidationError(_("This day is too far ahead."))
        return day


class OutcomeForm(forms.Form):
    state = forms.ChoiceField(choices=Improvement.State.choices, label=gettext_lazy("State"))
    outcome = forms.CharField(
        max_length=500, required=False, label=gettext_lazy("What became of it"), widget=forms.Textarea({"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self):
        data = super().clean()
        if data.get("state") in ("done", "dropped") and not data.get("outcome"):
            self.add_error("outcome", _("Say in a sentence what became of it"))
        return data


class AnswerForm(forms.ModelForm):
    class Meta:
        model = Answer
        fields = ["text"]
        widgets = {"text": forms.Textarea({"rows": 5})}
