from django import forms
from django.utils.translation import gettext_lazy as _


class SaveViewForm(forms.Form):
    name = forms.CharField(max_length=60, label=_("Name"))
    shared = forms.BooleanField(required=False, label=_("For my team as well"))
    query = forms.CharField(max_length=4000, required=False, widget=forms.HiddenInput)
