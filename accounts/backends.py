"""Sign-in by login name, mail address or mobile number, through allauth (throttled in accounts/adapter.py)."""

import functools

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


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
        user = _with_places().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None


@functools.cache
def _with_places():
    """The question alone, put together once: that takes the ORM longer than the database takes to answer."""
    return User.objects.with_places()
