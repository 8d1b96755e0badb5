"""Production as the README says it: the environment, the commands, gunicorn, and what must hold (reliability §6.2)."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.machine import free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent
HOST = "crm.example.com"
KEY = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
GIVEN = {
    "SECRET_KEY": KEY, "ALLOWED_HOSTS": HOST, "CSRF_TRUSTED_ORIGINS": f"https://{HOST}", "SITE_URL": f"https://{HOST}",
    "REDIS_URL": "redis://:word@127.0.0.1:6379/0", "EMAIL_URL": "smtp+tls://user:word@mail.example.com:587",
    "DATABASE_URL": "postgres://user:word@127.0.0.1/name",
}
CHECK = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
SYSTEM = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ}
pytestmark = pytest.mark.skipif(os.name == "nt", reason="gunicorn runs on Linux and macOS")


def run(env, *command):
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def settings_of(folder, *names, **more):
    env = SYSTEM | GIVEN | {"SALESFLOW_DATA": str(folder)} | more
    asked = "import json, sys; from salesflow import settings as s; "
    asked += "print(json.dumps([getattr(s, n) for n in sys.argv[1:]]))"
    return dict(zip(names, json.loads(run(env, "-c", asked, *names)), strict=True))


def test_django_has_no_warning_for_a_deployment(tmp_path):
    said = run(SYSTEM | GIVEN | {"SALESFLOW_DATA": str(tmp_path)}, *CHECK)
    assert said.strip() == "System check identified no issues (0 silenced)."


def test_an_environment_that_is_not_safe_is_warned_of(tmp_path):
    """The control: the check does look."""
    env = SYSTEM | GIVEN | {"SALESFLOW_DATA": str(tmp_path), "SECRET_KEY": "short", "HTTPS": "0"}
    done = subprocess.run([sys.executable, *CHECK], cwd=ROOT, env=env, capture_output=True, text=True, timeout=900)
    assert done.returncode == 1
    assert {"security.W004", "security.W009", "security.W012"} <= set(re.findall(r"security\.W\d+", done.stderr))


def test_the_settings_are_those_that_must_hold(tmp_path):
    expected = {
        "DEBUG": False, "ALLOWED_HOSTS": [HOST], "SECRET_KEY": KEY, "HTTPS": True, "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000, "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SESSION_COOKIE_NAME": "__Host-session", "CSRF_COOKIE_NAME": "__Host-csrf", "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True, "SESSION_COOKIE_HTTPONLY": True, "CSRF_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax", "SESSION_COOKIE_AGE": 12 * 3600, "PASSWORD_RESET_TIMEOUT": 3600,
        "TIME_ZONE": "Asia/Shanghai", "USE_TZ": True, "CELERY_BROKER_URL": GIVEN["REDIS_URL"],
        "CELERY_TASK_SERIALIZER": "json", "CELERY_ACCEPT_CONTENT": ["json"], "CELERY_TASK_ACKS_LATE": True,
        "CELERY_TASK_REJECT_ON_WORKER_LOST": True, "CELERY_WORKER_PREFETCH_MULTIPLIER": 1,
        "CELERY_TASK_PUBLISH_RETRY": False, "CELERY_TIMEZONE": "Asia/Shanghai", "EMAIL_HOST": "mail.example.com",
        "EMAIL_USE_TLS": True, "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_621_440, "DATA_UPLOAD_MAX_NUMBER_FILES": 10,
        "FILE_UPLOAD_PERMISSIONS": 0o640,
    }
    assert settings_of(tmp_path, *expected) == expected
    more = settings_of(tmp_path, "INSTALLED_APPS", "PASSWORD_HASHERS", "CELERY_BROKER_TRANSPORT_OPTIONS")
    assert "django.contrib.admin" not in more["INSTALLED_APPS"]
    assert "Argon2" in more["PASSWORD_HASHERS"][0]
    waits = more["CELERY_BROKER_TRANSPORT_OPTIONS"]
    assert (waits["socket_timeout"], waits["socket_connect_timeout"]) == (1, 1)
    assert settings_of(tmp_path, "TIME_ZONE", COMPANY_ZONE="Europe/Berlin") == {"TIME_ZONE": "Europe/Berlin"}


def test_the_database_waits_for_nobody_for_long(tmp_path):
    base = settings_of(tmp_path, "DATABASES")["DATABASES"]["default"]
    for said in ("statement_timeout=15000", "lock_timeout=3000", "idle_in_transaction_session_timeout=30000"):
        assert f"-c {said}" in base["OPTIONS"]["options"]
    assert (base["CONN_HEALTH_CHECKS"], base.get("ATOMIC_REQUESTS", False)) == (True, False)
    small = settings_of(tmp_path, "DATABASES", DATABASE_URL=f"sqlite:///{tmp_path}/x.sqlite3")["DATABASES"]["default"]
    assert (small["OPTIONS"]["transaction_mode"], small["OPTIONS"]["timeout"]) == ("IMMEDIATE", 20)
    for said in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        assert f"PRAGMA {said}" in small["OPTIONS"]["init_command"]


@pytest.mark.proves("B41")
def test_a_forged_proxy_header_says_nothing_unless_there_is_a_proxy(tmp_path):
    asked = "from django.conf import settings as s; import django; django.setup(); print(s.SECURE_PROXY_SSL_HEADER)"
    env = SYSTEM | GIVEN | {"SALESFLOW_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "salesflow.settings"}
    assert run(env, "-c", asked).strip() == "None"
    assert run(env | {"BEHIND_PROXY": "1"}, "-c", asked).strip() == "('HTTP_X_FORWARDED_PROTO', 'https')"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The commands of the README, on a SQLite file, and gunicorn with two workers behind a proxy that ends TLS."""
    folder = tmp_path_factory.mktemp("production")
    own = {"SALESFLOW_DATA": str(folder), "DATABASE_URL": f"sqlite:///{folder}/production.sqlite3", "BEHIND_PROXY": "1"}
    env, port = SYSTEM | GIVEN | own, free_port()
    run(env, "manage.py", "migrate", "--noinput", "-v0")
    run(env, "manage.py", "collectstatic", "--noinput", "-v0")
    command = [sys.executable, "-m", "gunicorn", "salesflow.wsgi", "--workers", "2", "--threads", "4",
               "--worker-class", "gthread", "--bind", f"127.0.0.1:{port}"]  # fmt: skip
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        wait_until(lambda: answers(port), within=120, every=0.2)
        yield server, port
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def site(running):
    return running[1]


def ask(port, path, *, host=HOST, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": host} | named)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def answers(port):
    try:
        return ask(port, "/healthz")[0].status == 200
    except OSError:
        return False


def by_proxy(port, path, **options):
    return ask(port, path, X_Forwarded_Proto="https", **options)


def test_plain_http_is_led_to_https(site):
    answer, _body = ask(site, "/login?next=/today")
    assert (answer.status, answer.getheader("Location")) == (301, f"https://{HOST}/login?next=/today")


@pytest.mark.proves("B41")
def test_another_host_and_another_verb_are_refused(site):
    assert by_proxy(site, "/login", host="evil.example")[0].status == 400
    assert by_proxy(site, "/login", method="TRACE")[0].status == 405


def test_every_header_is_there_and_the_cookies_are_ours_alone(site):
    answer, body = by_proxy(site, "/login")
    assert answer.status == 200
    assert {name: answer.getheader(name) for name in (
        "Strict-Transport-Security", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy",
        "X-Frame-Options", "Permissions-Policy",
    )} == {
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY",
        "Permissions-Policy": "",
    }  # fmt: skip
    said = answer.getheader("Content-Security-Policy")
    policy = dict(part.strip().split(" ", 1) for part in said.split(";") if part.strip())
    own = ("script-src", "style-src", "font-src", "connect-src", "form-action", "manifest-src", "worker-src")
    assert {name: policy[name] for name in own} == dict.fromkeys(own, "'self'")
    none = ("default-src", "base-uri", "frame-ancestors", "object-src")
    assert {name: policy[name] for name in none} == dict.fromkeys(none, "'none'")
    (cookie,) = [said for name, said in answer.getheaders() if name == "Set-Cookie" and "csrf" in said]
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert cookie.startswith("__Host-csrf=") and {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
    assert b"Traceback" not in body


def test_a_style_sheet_has_its_hash_in_its_name_and_is_kept_for_ever(site):
    _answer, body = by_proxy(site, "/login")
    name = re.search(rb"/static/css/app\.[0-9a-f]{12}\.css", body)[0].decode()
    answer, _css = by_proxy(site, name, Accept_Encoding="gzip")
    assert (answer.status, answer.getheader("Content-Encoding")) == (200, "gzip")
    assert "immutable" in answer.getheader("Cache-Control")


def workers_of(server):
    """The process ids of gunicorn's workers, as the system lists them."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True)
    pairs = (line.split() for line in listed.stdout.splitlines())
    return {int(pid) for pid, parent in pairs if int(parent) == server.pid}


@pytest.mark.proves("REL17")
def test_a_restart_under_load_loses_no_request(running):
    """Ten requests a second while every worker is replaced: each is answered, by the old ones or the new ones."""
    server, port = running
    over, seen = threading.Event(), []

    def people():
        while not over.wait(0.4):
            try:
                seen.append(by_proxy(port, "/login")[0].status)
            except OSError as error:
                seen.append(repr(error))

    before = workers_of(server)
    threads = [threading.Thread(target=people) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1.5)
        server.send_signal(signal.SIGHUP)
        wait_until(lambda: len(now := workers_of(server)) == len(before) and not now & before, within=90, every=0.2)
        wait_until(lambda: len(seen) > 20, within=90, every=0.2)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert set(seen) == {200}
