"""How long a session lasts (Q8): idle and absolute, as Setup says. Production: 60 minutes without a page, 12 hours at
most; "keep me signed in" 30 days, not for administrators. What the limits are is asked at each page, so that a tighter
one holds for sessions that are open."""

from django.conf import settings
from django.contrib.auth import logout
from django.utils import timezone

from accounts import switches

BEGAN, SEEN = "began", "seen"  # seconds since 1970
NOTE_EVERY = 60  # seconds between two notes that somebody is there
POLLS = {"since", "meeting"}  # parts of a page that ask by themselves: nobody need be there


def begin(request):
    """At sign-in."""
    request.session[BEGAN] = request.session[SEEN] = _now()


def is_over(session, user, now):
    """Whether a session of this person has reached a limit at `now` (seconds since 1970). One that was opened before
    there were limits lasts as long as its cookie."""
    began = session.get(BEGAN)
    if began is None:
        return False
    said = switches.everything()
    days = said["remember_days"] if said["remember_admins"] or not user.is_admin else 0
    if days and session.get_expiry_age() > settings.SESSION_COOKIE_AGE:  # asked to be kept
        return now - began > days * 86_400
    if now - began > said["session_hours"] * 3600:
        return True
    return bool(said["idle_minutes"]) and now - session.get(SEEN, began) > said["idle_minutes"] * 60


def _now():
    return int(timezone.now().timestamp())


class SessionLimits:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and BEGAN in request.session:
            now = _now()
            if is_over(request.session, request.user, now):
                logout(request)
            elif now - request.session.get(SEEN, 0) >= NOTE_EVERY and request.headers.get("HX-Trigger") not in POLLS:
                request.session[SEEN] = now
        return self.get_response(request)
