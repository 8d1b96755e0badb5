"""Talking to the broker without ever making a person wait: one second, and then none for half a minute (REL6)."""

import logging
import time

from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)

QUIET_FOR = 30  # seconds without an attempt after a failure
_quiet_until = 0.0  # of this process; time.monotonic()
_last_ping: tuple[float, bool] | None = None


def is_quiet() -> bool:
    """Did telling fail in this process less than half a minute ago?"""
    return time.monotonic() < _quiet_until


def forget_failure() -> None:
    global _quiet_until, _last_ping
    _quiet_until, _last_ping = 0.0, None


def ring(task: str, *args, **options) -> bool:
    """Publish one message. False when the broker is away: the rows are the queue, so nothing is lost."""
    global _quiet_until
    if is_quiet():
        return False
    try:
        current_app.send_task(task, args=args, retry=False, **options)
    except Exception as problem:  # every transport has exceptions of its own
        _quiet_until = time.monotonic() + QUIET_FOR
        logger.warning("broker away (%s), no attempt for %s s", type(problem).__name__, QUIET_FOR)
        return False
    return True


def kind() -> str:
    return settings.CELERY_BROKER_URL.partition(":")[0]


def ping(*, max_age: float = 15) -> bool:
    """Does the broker answer within a second? Asked at most every `max_age` seconds a process."""
    global _last_ping
    if kind() == "memory":
        return True
    if _last_ping is None or time.monotonic() - _last_ping[0] > max_age:
        _last_ping = (time.monotonic(), _answers())
    return _last_ping[1]


def _answers() -> bool:
    import redis  # here, because an embedded start never needs it and it is slow to load

    try:
        with redis.from_url(
            settings.CELERY_BROKER_URL, socket_timeout=1, socket_connect_timeout=1, retry=None
        ) as connection:
            return bool(connection.ping())
    except (redis.RedisError, OSError, ValueError):
        return False
