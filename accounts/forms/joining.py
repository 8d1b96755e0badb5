"""A join link, who asks through it, and how an admin lets him in."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.forms.people import PersonForm
from accounts.models import Department, JoinLink, Team, User
from core.text import controls, phone_key

DAYS = [(n, ngettext_lazy("%(n)s day", "%(n)s days", "n") % {"n": n}) for n in (1, 3, 7, 14, 30)]


class Placed(forms.Form):
    """Role, department and team, as they go together."""

    role = forms.ChoiceField(label=_("Role"), choices=User.Role.choices, initial=User.Role.REP)
    department = forms.ModelChoiceField(
        Department.objects.filter(is_active=True), label=_("Department"), required=False, empty_label="–"
    )
    team = forms.ModelChoiceField(Team.objects.filter(is_active=True), label=_("Team"), required=False, empty_label="–")

    clean = PersonForm.clean  # what role, department and team have to do with each other


class LinkForm(Placed):
    name = forms.CharField(
        label=JoinLink._meta.get_field("name").verbose_name, max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    days = forms.TypedChoiceField(label=_("Holds"), choices=DAYS, coerce=int, initial=7)

    field_order = ["name", "days", "role", "department", "team"]


class AskForm(forms.Form):
    """What a join link asks of somebody who is not here yet."""

    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    mobile = forms.CharField(
        label=_("Mobile"), max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )  # fmt: skip

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if controls(name):
            raise forms.ValidationError(_("Contains characters that cannot be shown"))
        return name

    def clean_mobile(self):
        digits = phone_key(self.cleaned_data["mobile"])
        if not (len(digits) >= 5 and "*" not in digits):
            raise forms.ValidationError(_("“{value}” is not a phone number").format(value=self.cleaned_data["mobile"]))
        return digits
