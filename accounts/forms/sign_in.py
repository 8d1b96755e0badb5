"""The forms of the sign-in pages: allauth's, in our words and without placeholders as labels."""

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import switches


def _tidy(form, labels):
    for name, label in labels.items():
        if name in form.fields:
            form.fields[name].label = label
            form.fields[name].help_text = ""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignInForm(allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        days = switches.get("remember_days")
        kept = ngettext("Keep me signed in for %(n)d day", "Keep me signed in for %(n)d days", days) % {"n": days}
        _tidy(self, {"login": _("Login, email or mobile"), "password": _("Password"), "remember": kept})
        self.fields["login"].max_length = 254
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True, "spellcheck": "false"}
        self.fields["remember"].initial = bool(days)
        if not days:
            self.fields["remember"].widget = forms.HiddenInput()
            self.fields["remember"].disabled = True  # whatever is sent


class ResetForm(allauth_forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _tidy(self, {"email": _("Email")})


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _tidy(self, {"password1": _("New password"), "password2": _("New password again")})
        self.fields["password1"].help_text = _("At least 12 characters. A short sentence is easiest to remember.")


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _tidy(self, {
            "oldpassword": _("Current password"), "password1": _("New password"), "password2": _("New password again"),
        })  # fmt: skip
        self.fields["password1"].help_text = _("At least 12 characters. A short sentence is easiest to remember.")


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _tidy(self, {"password": _("Password")})


class FirstPasswordForm(forms.Form):
    """What an invitation asks: the first password, twice, and the language."""

    password1 = forms.CharField(
        label=_("New password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A short sentence is easiest to remember."), max_length=256,
    )  # fmt: skip
    password2 = forms.CharField(
        label=_("New password again"), strip=False, max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password1(self):
        password_validation.validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]

    def clean(self):
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ"))
        return self.cleaned_data
