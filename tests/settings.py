"""The settings under test: the real ones, with everything that is written in a folder of its own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="salesflow-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
for name in ("files", "static"):
    (HOME / name).mkdir()

for name in ("REDIS_URL", "DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "HTTPS", "DEBUG"):
    os.environ.pop(name, None)
os.environ["SALESFLOW_DATA"] = str(HOME)
os.environ["SALESFLOW_EMBEDDED"] = "1"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's synchronous interface runs a loop
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from salesflow.settings import *  # noqa: E402, F403
from salesflow.settings import DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads and the live server share it.
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=NORMAL", "synchronous=OFF")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
SETUP_SECONDS = 0  # nothing is remembered between two questions
