"""Shapes of input of the roof's own pages."""

import re

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms.people import PersonForm
from accounts.models import User
from activity import outgoing
from activity.webhooks import Unsendable
from salesflow import hooks

HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


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


class HostsForm(forms.Form):
    """Where webhooks may go: one host a line."""

    hosts = forms.CharField(
        label=_("Allowed hosts"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line, as hooks.example.com. Hosts of the own network also need WEBHOOK_INSIDE."),
    )  # fmt: skip

    def clean_hosts(self):
        found = list(dict.fromkeys(self.cleaned_data["hosts"].lower().split()))
        wrong = [one for one in found if not HOST.fullmatch(one)]
        if wrong:
            raise forms.ValidationError(_("“%(value)s” is not a host name.") % {"value": wrong[0]})
        return found


class HookForm(forms.Form):
    """Whom to tell of what. The secret is made, not entered."""

    name = forms.CharField(label=pgettext_lazy("webhook", "Name"), max_length=60)
    address = forms.CharField(label=_("Address"), max_length=500)
    events = forms.MultipleChoiceField(
        label=pgettext_lazy("webhook", "Events"), choices=[(name, one[2]) for name, one in hooks.EVENTS.items()],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    names = forms.BooleanField(
        label=_("Names beside the ids"), required=False, help_text=_("Otherwise a body has ids alone.")
    )
    is_on = forms.BooleanField(label=pgettext_lazy("webhook", "On"), required=False, initial=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, hosts, hook=None, **kwargs):
        fields = ("name", "address", "events", "names", "is_on", "version")
        initial = {name: getattr(hook, name) for name in fields} if hook else None
        super().__init__(*args, initial=initial, **kwargs)
        self.hosts = hosts
        if hook is None:
            del self.fields["version"]

    def clean_address(self):
        try:
            outgoing.check(self.cleaned_data["address"], self.hosts)
        except Unsendable as problem:
            raise forms.ValidationError(problem.words) from None
        return self.cleaned_data["address"]


class BeginForm(forms.ModelForm):
    """The company and its first administrator: what going live asks (S25)."""

    company = forms.CharField(
        label=_("Name of the company"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    password1 = forms.CharField(
        label=_("New password"), strip=False, max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A short sentence is easiest to remember."),
    )  # fmt: skip
    password2 = forms.CharField(
        label=_("New password again"), strip=False, max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    field_order = ["company", "name", "username", "mobile", "email", "password1", "password2"]

    class Meta:
        model = User
        fields = ["name", "username", "email", "mobile"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Your name")
        self.fields["username"].help_text = _("Short, Latin letters. Email and mobile also work for signing in.")

    clean_name, clean_username = PersonForm.clean_name, PersonForm.clean_username
    clean_email, clean_mobile = PersonForm.clean_email, PersonForm.clean_mobile
    _plain, _free = PersonForm._plain, PersonForm._free

    def clean_company(self):
        return self._plain("company")

    def clean(self):
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ"))
        elif first:
            names = {name: self.cleaned_data.get(name, "") for name in self._meta.fields}
            try:
                password_validation.validate_password(first, User(**names))
            except forms.ValidationError as wrong:
                self.add_error("password1", wrong)
        return self.cleaned_data

    def wanted(self):
        """What goinglive.begin() takes."""
        names = ("company", *self._meta.fields)
        return {name: self.cleaned_data[name] for name in names} | {"password": self.cleaned_data["password1"]}
