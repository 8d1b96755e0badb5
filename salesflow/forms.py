"""Shapes of input of the roof's own pages."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User


class GiveForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), label=_("Who answers for it now"), empty_label="–")
    why = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people


class AccessForm(forms.Form):
    person = forms.ModelChoiceField(User.objects.order_by("pinyin", "pk"), label=pgettext_lazy("access", "Person"))
    what = forms.CharField(
        max_length=120, label=_("Customer's name, or a request's number"), help_text=_("For example 启明电子, or R-12")
    )


class NudgeForm(forms.Form):
    text = forms.CharField(label=_("What it says"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class BackupForm(forms.Form):
    file = forms.FileField(label=_("Backup file"), help_text=_("A zip that SalesFlow made"))
