"""The person's own language wins over the browser's; their last visit is kept to within five minutes.

The language is also left with the browser: what is said while the database is away is said in it as well (REL20).
"""

import datetime as dt

from django.conf import settings
from django.utils import timezone, translation

from accounts.models import User

SEEN_EVERY = dt.timedelta(minutes=5)


class PersonLanguage:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        if user.is_authenticated:
            if user.language:
                translation.activate(user.language)
                request.LANGUAGE_CODE = user.language
            now = timezone.now()
            if user.seen_at is None or now - user.seen_at > SEEN_EVERY:
                User.objects.filter(pk=user.pk).update(seen_at=now)
        response = self.get_response(request)
        if user.is_authenticated and user.language not in ("", request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)):
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, 30 * 86_400,
                                secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")
        return response
