"""Sign-in by login name, mail address or mobile number, through allauth (throttled in accounts/adapter.py)."""

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User
from core.prepared import prepared


class SignIn(AuthenticationBackend):
    """One field for the three names of a person. An inactive account answers exactly like a wrong password (B42)."""

    def _authenticate(self, request, **credentials):
        return self._check_password(User.objects.called(credentials.get("username") or ""), credentials["password"])

    def _check_password(self, user, password):
        if user is None:
            return None  # authenticate() then hashes once, so that unknown names take as long
        self._did_check_password = True
        right = user.check_password(password)
        return user if right and self.user_can_authenticate(user) else None

    def get_user(self, user_id):
        """Who is signed in, with department, team and the teams led: every page asks for them, one query for all."""
        user = next(iter(_with_places(int(user_id))), None)
        return user if user and self.user_can_authenticate(user) else None


@prepared
def _with_places(pk):
    return User.objects.with_places().filter(pk=pk)
