"""People as an admin enters them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Team, User
from core.text import controls, phone_key
from core.widgets import Explained

WHAT_ROLES_DO = {
    User.Role.REP: _("Owns customers, logs talks, moves his own deals."),
    User.Role.MANAGER: _("Sees and moves everything of the teams he leads; may own customers."),
    User.Role.SUPPORT: _("Answers the requests to his department; sees no customer list."),
    User.Role.ADMIN: _("Sets up people, stages and the calendar; sees everything, phones masked."),
}


class PersonForm(forms.ModelForm):
    role = forms.ChoiceField(
        label=_("Role"), choices=User.Role.choices, initial=User.Role.REP, widget=Explained(WHAT_ROLES_DO)
    )

    class Meta:
        model = User
        fields = ["name", "username", "email", "mobile", "role", "department", "team"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.filter(is_active=True)
        self.fields["team"].queryset = Team.objects.filter(is_active=True)
        self.fields["username"].help_text = _("Short, Latin letters. Email and mobile also work for signing in.")
        for name in ("department", "team"):
            self.fields[name].empty_label = "–"
        for name in self.fields:
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_name(self):
        return self._plain("name")

    def clean_username(self):
        name = self._plain("username")
        if any(char.isspace() for char in name):
            raise forms.ValidationError(_("A login has no spaces"))
        return self._free("username", name)

    def clean_email(self):
        return self._free("email", self.cleaned_data["email"].lower())

    def clean_mobile(self):
        digits = phone_key(self.cleaned_data["mobile"])
        if self.cleaned_data["mobile"] and not (len(digits) >= 5 and "*" not in digits):
            raise forms.ValidationError(_("“{value}” is not a phone number").format(value=self.cleaned_data["mobile"]))
        return self._free("mobile", digits)

    def clean(self):
        role, team = self.cleaned_data.get("role"), self.cleaned_data.get("team")
        if role == User.Role.SUPPORT and not self.cleaned_data.get("department"):
            self.add_error("department", _("Somebody of a support department needs one"))
        if team and role in (User.Role.REP, User.Role.MANAGER):
            self.cleaned_data["department"] = team.department
        elif team:
            self.add_error("team", _("Only reps and managers belong to a team"))
        return self.cleaned_data

    @property
    def changed_data(self):
        """Also the department that followed from the team."""
        changed = list(super().changed_data)
        if self.instance.pk and hasattr(self, "cleaned_data"):
            department = self.cleaned_data.get("department")
            if "department" not in changed and (department and department.pk) != self.initial.get("department"):
                changed.append("department")
        return changed

    def _plain(self, name):
        text = self.cleaned_data[name].strip()
        if controls(text):
            raise forms.ValidationError(_("Contains characters that cannot be shown"))
        return text

    def _free(self, name, value):
        others = User.objects.exclude(pk=self.instance.pk)
        if value and others.filter(**{f"{name}__iexact": value}).exists():
            raise forms.ValidationError(_("Somebody else has this already"))
        return value


class LeavingForm(forms.Form):
    """Who takes over. Needed while something is open."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("Hand everything over to"), empty_label="–")

    def __init__(self, *args, takers, needed, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = takers
        self.fields["to"].required = needed
