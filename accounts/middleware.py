"""The person's own language wins over the browser's; their last visit is kept to within five minutes."""

import datetime as dt

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
        return self.get_response(request)
