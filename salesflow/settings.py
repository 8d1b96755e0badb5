"""The one settings file. Everything that differs between machines comes from the environment.

Embedded (the default, `python3 run.py`): SQLite, broker `memory://`, worker and beat as threads, everything
under one data folder. Production: DATABASE_URL, REDIS_URL, SECRET_KEY, ALLOWED_HOSTS and mail are set.
"""

from pathlib import Path
from zoneinfo import ZoneInfo

import environ

from salesflow import schedule

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where things live -----------------------------------------------------------------------------------
DATA_DIR = Path(env("SALESFLOW_DATA", default=str(BASE_DIR / "var")))
EMBEDDED = env.bool("SALESFLOW_EMBEDDED", default=False)  # run.py sets it: one process, plain http
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="")
if not SECRET_KEY:
    key_file = DATA_DIR / "secret-key"
    SECRET_KEY = key_file.read_text().strip() if key_file.exists() else "not-for-production-" + "x" * 50
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=not (EMBEDDED or DEBUG))  # production is https unless said otherwise
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000")  # for links in mail
ROBOT_HOSTS = {  # where group robots may live; nothing else is posted to (B44)
    "dingtalk": ["oapi.dingtalk.com"],
    "feishu": ["open.feishu.cn", "open.larksuite.com"],
    "wecom": ["qyapi.weixin.qq.com"],
}
WEBHOOK_INSIDE = env.list("WEBHOOK_INSIDE", default=[])  # hosts of the own network outgoing webhooks may reach

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_filters",
    "django_tables2",
    "django_htmx",
    "django_celery_beat",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    *(f"allauth.socialaccount.providers.{name}" for name in ("openid_connect", "feishu", "dingtalk")),
    "core",
    "accounts",
    "activity",
    "exchange",
    "customers",
    "pipeline",
    "collaboration",
    "reviews",
    "salesflow.apps.SalesflowConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.RequestLog",
    "django_htmx.middleware.HtmxMiddleware",  # before all that may fail: a failure too is a panel or a page
    "csp.middleware.CSPMiddleware",
    "salesflow.closed.Closed",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.SessionLimits",
    "accounts.middleware.PersonLanguage",
    "accounts.second_factor.SecondFactorForAdmins",
    "core.middleware.HtmxSignIn",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.middleware.Answers",
]

ROOT_URLCONF = "salesflow.urls"
WSGI_APPLICATION = "salesflow.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.i18n",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "salesflow.navigation.shell",
            ],
            "builtins": [
                "django.templatetags.i18n", "django.templatetags.static", "core.templatetags.quick",
                "core.templatetags.words", "core.templatetags.chosen",
                "activity.templatetags.events",
            ],
        },
    }
]
FORM_RENDERER = "core.forms.Renderer"

# --- Database --------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'salesflow.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # without it a read that turns into a write fails with "locked"
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;"
        " PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000;",
    }
else:
    # Without jit: it compiles for longer than a question takes. A random page costs little more than the next, since
    # what is asked every day is in memory: else a whole table is read beside its index.
    web_timeouts = (
        "-c statement_timeout=15000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=30000 -c jit=off"
        " -c random_page_cost=1.1"
    )
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {"options": env("PG_OPTIONS", default=web_timeouts)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# In the database, whatever becomes of Redis: it holds the throttles. Past MAX_ENTRIES a third of the rows goes, locks
# too: out of reach for who tries one name after another.
CACHE = {"LOCATION": "core_cache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", **CACHE}}

# --- People ----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.SignIn"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.ContextWords"},
]
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}  # accounts.backends reads a mail address or mobile number there as well
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up: accounts.adapter
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.adapter.ResetToken"  # noqa: S105
ACCOUNT_SESSION_COOKIE_AGE = 30 * 86_400  # "keep me signed in"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {
    "login": None,  # what counts are wrong passwords
    "login_failed": "50/15m/ip,5/15m/key",
    "reset_password": "20/h/ip,3/h/key",
    "api": "120/m/key",
    "join": "60/h/ip",  # names typed on a join link's page: an office has one address (accounts/views/joining.py)
    "hold": "60/h/ip",  # texts sent after a session had ended: core/held.py
}
ACCOUNT_FORMS = {
    "login": "accounts.forms.sign_in.SignInForm",
    "reset_password": "accounts.forms.sign_in.ResetForm",
    "reset_password_from_key": "accounts.forms.sign_in.NewPasswordForm",
    "change_password": "accounts.forms.sign_in.ChangePasswordForm",
    "reauthenticate": "accounts.forms.sign_in.ReauthenticateForm",
}
MFA_ADAPTER = "accounts.adapter.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True  # the switch passkey_sign_in says whether it is offered
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}  # an office behind one address signs in at nine
MFA_TOTP_ISSUER = "SalesFlow"
MFA_TRUST_ENABLED, MFA_TRUST_COOKIE_AGE = True, 30 * 86_400
SOCIALACCOUNT_ADAPTER = "accounts.sso.Adapter"  # sign-in by the company's directory, off until Setup switches it on
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_PROXY", default=False):  # only when the proxy overwrites the header itself
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "salesflow.errors.csrf_failure"

# --- Languages and time ----------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = sorted(p for p in (BASE_DIR / "locale").glob("*") if p.is_dir())  # one folder an app
USE_I18N = USE_TZ = True
TIME_ZONE = COMPANY_ZONE = env("COMPANY_ZONE", default="Asia/Shanghai")  # stored in UTC, decided in this zone
ZoneInfo(COMPANY_ZONE)  # a wrong name fails at start, not at the first date

SETUP_SECONDS = 2  # how long a process remembers what setup says (core/kept.py)

# --- Files -----------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "core.staticjoin.JoinedFinder",  # css/app.css and js/app.js, joined from their parts
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
MEDIA_ROOT = DATA_DIR / "files"  # uploads: outside the static root, served only by views that check the right
COPIES_ROOT = DATA_DIR / "copies"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.staticjoin.JoinedStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# --- Content security: no inline script or style, ever ----------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "frame-src": ["'self'"],
        "object-src": ["'none'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
    }
}

# --- Logs: JSON to standard error --------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "core.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "salesflow.request": {"level": env("LOG_REQUESTS", default="WARNING" if EMBEDDED else "INFO")},
    },
}

# --- Mail ------------------------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://" if not EMBEDDED else "dummymail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="SalesFlow <noreply@localhost>")
MAILBOX_URL = env("MAILBOX_URL", default="")  # takes answers to our mails (activity/mailbox.py); empty: none are taken
REPLY_ADDRESS = env("REPLY_ADDRESS", default=DEFAULT_FROM_EMAIL)  # where such an answer is sent

# --- Jobs: see salesflow/celery.py for the app and core/jobs.py for the rows -------------------------------
REDIS_URL = env("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "memory://localhost"  # the host is only a name: without one the library warns
CELERY_TIMEZONE = COMPANY_ZONE
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # no result backend, so nothing to clean up
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 240, 300  # long jobs: 540, 600 (core/jobs.py)
CELERY_WORKER_PREFETCH_MULTIPLIER, CELERY_WORKER_HIJACK_ROOT_LOGGER = 1, False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP, CELERY_BROKER_CONNECTION_MAX_RETRIES = True, None
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {  # web processes wait one second for the broker, workers and beat five (salesflow/celery.py)
        "socket_connect_timeout": 1,
        "socket_timeout": 1,
        "max_retries": 0,
        "visibility_timeout": env.int("CELERY_VISIBILITY_TIMEOUT", default=3600),
    }
    if REDIS_URL
    else {}
)
CELERY_BEAT_SCHEDULER = "core.beat:Scheduler"
CELERY_BEAT_SCHEDULE = schedule.beat_table()
SCHEDULE = schedule.LINES  # the same table for core, which may not look up
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked over plain http from the machine itself
