"""What allauth asks us: no sign-up, our words, the throttle of an account from one address (B42)."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.devices import name_of
from accounts.models import User
from accounts.second_factor import note
from accounts.sessions import begin
from core.held import keep_only_for
from core.text import plain

LOCKED = _("Too many tries. Try again in 15 minutes.")  # the window of ACCOUNT_RATE_LIMITS["login_failed"]


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("Name or password is not right"),
        "account_inactive": _("Name or password is not right"),
        "too_many_login_attempts": LOCKED,
        "rate_limited": LOCKED,
        "enter_current_password": _("The current password is not right"),
        "incorrect_password": _("The current password is not right"),
        "incorrect_code": _("The code is not right"),
        "invalid_password_reset": _("This link is no longer valid"),
    }

    def is_open_for_signup(self, request):
        return False

    def login(self, request, user):
        super().login(request, user)
        keep_only_for(request, user)
        begin(request)
        note(request, user)

    def add_message(self, *args, **kwargs):
        """Pages say it themselves; allauth's messages are not shown."""

    def format_email_subject(self, subject):
        return " ".join(str(subject).split())

    def _get_login_attempts_cache_key(self, request, **credentials):
        """One account from one address, whichever of its three names was typed."""
        login = credentials.get("username") or credentials.get("email") or ""
        user = User.objects.called(login)
        return f"{user.pk if user else plain(login)} from {self.get_client_ip(request)}"


class SecondFactor(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": _("The code is not right")}

    def get_totp_label(self, user):
        return user.username

    def generate_authenticator_name(self, user, type):  # noqa: A002  (allauth's word)
        """What a passkey is called unless its owner says otherwise: the device it is made on."""
        return name_of(context.request.META.get("HTTP_USER_AGENT", "")) or gettext("Passkey")

    def get_public_key_credential_user_entity(self, user):
        return super().get_public_key_credential_user_entity(user) | {"display_name": user.name}

    def _get_site_name(self):
        return "SalesFlow"


class ResetToken(PasswordResetTokenGenerator):
    """A reset link dies with its first use, a sign-in, a new password, role or mail address, and deactivation (B43)."""

    def _make_hash_value(self, user, timestamp):
        return f"{super()._make_hash_value(user, timestamp)}{user.is_active}{user.session_stamp}"
