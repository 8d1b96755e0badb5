"""/healthz: open, two words. Details only for admins. It writes nothing and never waits longer than a second."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import broker, sweeping
from core.room import room


@login_not_required
@never_cache
@require_safe
def healthz(request):
    try:
        seconds = sweeping.ages(timezone.now())
    except Error:
        connection.close_if_unusable_or_obsolete()
        return HttpResponse("status: down\n", status=503, content_type="text/plain")
    answers = broker.ping() and not broker.is_quiet()
    word = "degraded" if sweeping.is_degraded(seconds, broker_ok=answers, short=room().short) else "ok"
    if getattr(request.user, "role", "") == "admin":
        return JsonResponse({"status": word, **details(timezone.now())})
    return HttpResponse(f"status: {word}\n", content_type="text/plain")


def details(now):
    seen = sweeping.overview(now)
    return {
        "database": seen["database"],
        "broker": seen["broker"],
        "seconds_since": seen["heartbeats"],
        "backlog": seen["backlog"],
        "running": seen["running"],
        "failed": len(seen["failures"]),
        "bytes_free": seen["room"].free,
    }
