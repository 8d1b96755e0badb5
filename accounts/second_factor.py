"""Administrators without a second factor are led to it, when the switch asks for one at sign-in (D8)."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.shortcuts import redirect

from accounts import switches

OPEN = {
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "account_logout", "set_language", "healthz", "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
}  # fmt: skip
WANTED = "second_factor_wanted"


def note(request, user):
    """At sign-in: whether this session has to set a second factor up first. Asked once, kept in the session."""
    if user.is_admin and switches.get("second_factor_admins") and not is_mfa_enabled(user):
        request.session[WANTED] = True


def has_passkey(user):
    return is_mfa_enabled(user, [Authenticator.Type.WEBAUTHN])


class SecondFactorForAdmins:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated or WANTED not in request.session:
            return None
        if request.resolver_match.url_name in OPEN:
            return None
        if is_mfa_enabled(request.user):
            del request.session[WANTED]
            return None
        return redirect("mfa_index")
