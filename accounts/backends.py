"""Sign-in by login name, mail address or mobile number, through allauth (throttled there)."""

from allauth.account.auth_backends import AuthenticationBackend


class SignIn(AuthenticationBackend):
    """Placeholder until sign-in lands."""
