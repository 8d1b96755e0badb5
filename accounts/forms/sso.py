"""How a directory is reached. The secret that is there stays when its field is left empty."""

from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class WayForm(forms.Form):
    is_on = forms.BooleanField(label=_("Offer it at the sign-in"), required=False)
    name = forms.CharField(
        label=_("Name on the button"), max_length=40, help_text=_("What people call it, as “company account”.")
    )
    server_url = forms.URLField(
        label=_("Address of the directory"), assume_scheme="https",
        help_text=_("Where /.well-known/openid-configuration is found; with https://."),
    )  # fmt: skip
    client_id = forms.CharField(label=_("Client id"), max_length=191)
    secret = forms.CharField(label=_("Client secret"), max_length=191, required=False)

    def __init__(self, *args, way, **kwargs):
        app = way.app
        initial = {"is_on": way.is_on, "name": way.label, "client_id": app.client_id if app else ""}
        initial["server_url"] = app.settings.get("server_url", "") if app else ""
        super().__init__(*args, initial=initial, **kwargs)
        self.kept = bool(app and app.secret)
        if way.name != "oidc":
            del self.fields["server_url"], self.fields["name"]
        if self.kept:
            self.fields["secret"].help_text = _("Empty: the one that is kept stays.")

    def clean_server_url(self):
        address = self.cleaned_data["server_url"]
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK or parts.username:
            raise forms.ValidationError(_("The address must begin with https:// and have no name or password in it."))
        return address.rstrip("/")

    def clean_secret(self):
        if not self.cleaned_data["secret"] and not self.kept:
            raise forms.ValidationError(_("The directory shows it where SalesFlow was entered there."))
        return self.cleaned_data["secret"]
