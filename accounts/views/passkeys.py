"""Passkeys: kept on a device or a key, beside or instead of the password; allauth's views under our own paths."""

import json

from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_not_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import switches
from accounts.happened import happened


def for_script(options):
    """What the browser is to do, as static/js/passkeys.js reads it off the form."""
    return json.dumps(options, cls=DjangoJSONEncoder)


class Add(webauthn.AddWebAuthnView):
    """One kind for everybody: what the device can keep and ask for itself it does, so that it may open the door alone;
    an older key is a second factor."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | kwargs
        options = context["js_data"]["creation_options"]
        options["publicKey"]["authenticatorSelection"] = {"residentKey": "preferred", "userVerification": "preferred"}
        return context | {"options": for_script(options)}

    def get_form(self, *args, **kwargs):
        form = super().get_form(*args, **kwargs)
        form.fields["name"].label = pgettext("passkey", "Name")
        form.fields["name"].widget.attrs["maxlength"] = 60
        return form

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form):
        response = super().form_valid(form)
        _told("accounts.passkey_added", self.request, form.cleaned_data["name"])
        return response


class Remove(webauthn.RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form):
        name = self.object.wrap().name
        response = super().form_valid(form)
        _told("accounts.passkey_removed", self.request, name)
        return response


class SignIn(webauthn.LoginWebAuthnView):
    """A passkey that knows its person opens the door alone: the device asked for the finger, face or code (the server
    insists on it). One of somebody inactive, unknown or of another site all answer the same (B42)."""

    def dispatch(self, request, *args, **kwargs):
        if not switches.get("passkey_sign_in"):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form):
        return redirect(f"{reverse('account_login')}?passkey=unknown")

    def form_valid(self, form):
        if not form.cleaned_data["credential"].user.is_active:
            return self.form_invalid(form)
        return super().form_valid(form)


class Confirm(webauthn.ReauthenticateWebAuthnView):
    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | kwargs
        return context | {"options": for_script(context["js_data"]["request_options"])}

    def form_invalid(self, form):
        form.add_error(None, _("This passkey was not accepted."))
        return self.render_to_response(self.get_context_data(form=form), status=422)


def _told(verb, request, passkey):
    happened(verb, request.user, by=request.user, at=timezone.now(), name=request.user.name, passkey=passkey)


add = Add.as_view()
remove = Remove.as_view()
sign_in = login_not_required(SignIn.as_view())
confirm = Confirm.as_view()
