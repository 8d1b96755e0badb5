"""The product as it runs in production, with the number of its queries in a header, and the floor beside it."""

import os

from salesflow.settings import *  # noqa: F403
from salesflow.settings import MIDDLEWARE

HTTPS = SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "sessionid", "csrftoken"
ALLOWED_HOSTS = ["127.0.0.1"]
MIDDLEWARE = ["bench.counting.Queries", *MIDDLEWARE]
if os.environ.get("BENCH_FLOOR"):
    ROOT_URLCONF = "bench.floor"
    MIDDLEWARE = [
        "bench.counting.Queries",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "allauth.account.middleware.AccountMiddleware",  # its app does not start without; it costs nothing
    ]
