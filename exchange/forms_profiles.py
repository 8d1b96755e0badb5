"""The name under which matches are saved."""

from django import forms

from exchange.models import MappingProfile


class ProfileForm(forms.ModelForm):
    class Meta:
        model = MappingProfile
        fields = ["name", "shared"]
