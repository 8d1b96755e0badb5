"""Sign-in, sign-out, passwords and the second factor: allauth's views under our own paths (S1, D33).

A form that was not accepted answers 422 like every other form of the product.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from accounts import switches
from accounts.changing import set_preference
from accounts.demo import demo_people
from accounts.second_factor import has_passkey
from accounts.sso import open_ways
from accounts.views.passkeys import for_script
from core.errors import TooMany

SSO_SAID = {
    "unknown": _("Nobody here is linked to this account. Sign in with name and password, then link it on your page."),
    "failed": _("The directory did not say who you are. Sign in with name and password."),
}


class Said422:
    def form_invalid(self, form):
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class SignIn(Said422, account.LoginView):
    def get_context_data(self, **kwargs):
        more = {"demo_people": demo_people(), "passkeys": switches.get("passkey_sign_in")}
        more["passkey_failed"] = self.request.GET.get("passkey") == "unknown"
        more |= {"ways": open_ways(), "sso_said": SSO_SAID.get(self.request.GET.get("sso"), "")}
        return super().get_context_data(**kwargs) | more


class Reset(Said422, account.PasswordResetView):
    def form_valid(self, form):
        response = super().form_valid(form)
        if response.status_code == 429:
            raise TooMany(3600)
        return response


class ResetFromKey(Said422, account.PasswordResetFromKeyView):
    pass


class ChangePassword(Said422, account.PasswordChangeView):
    success_url = reverse_lazy("me")


class Reauthenticate(Said422, account.ReauthenticateView):
    pass


class Authenticate(mfa.AuthenticateView):
    """The second factor: an app's code, a recovery code, or a passkey."""

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(), status=422)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if has_passkey(self.stage.login.user):
            context["options"] = for_script(context["js_data"]["request_options"])
        return context


class ReauthenticateByCode(Said422, mfa.ReauthenticateView):
    pass


class ActivateApp(Said422, totp.ActivateTOTPView):
    pass


class NeedsFactor:
    """Pages of a second factor that is not there lead to where one is made."""

    def dispatch(self, request, *args, **kwargs):
        if not is_mfa_enabled(request.user):
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)


class SwitchOffApp(NeedsFactor, totp.DeactivateTOTPView):
    pass


class RecoveryCodes(NeedsFactor, codes.ViewRecoveryCodesView):
    pass


class DownloadCodes(NeedsFactor, codes.DownloadRecoveryCodesView):
    pass


login = SignIn.as_view()
logout = account.logout
password_reset = Reset.as_view()
password_reset_done = account.password_reset_done
password_reset_from_key = ResetFromKey.as_view()
password_reset_from_key_done = account.password_reset_from_key_done
password_change = ChangePassword.as_view()
inactive = account.account_inactive
reauthenticate = Reauthenticate.as_view()
mfa_index = mfa.index
mfa_authenticate = Authenticate.as_view()
mfa_reauthenticate = ReauthenticateByCode.as_view()
mfa_trust = mfa.trust
activate_totp = ActivateApp.as_view()
deactivate_totp = SwitchOffApp.as_view()
recovery_codes = RecoveryCodes.as_view()
generate_codes = codes.generate_recovery_codes
download_codes = DownloadCodes.as_view()


@login_not_required
@require_POST
def set_language(request):
    """The language of this browser; for somebody signed in also his own, everywhere."""
    code = request.POST.get("language", "")
    if request.user.is_authenticated:
        set_preference(request.user, by=request.user, language=code)
    return django_set_language(request)
