"""PostgreSQL goes away under load and comes back (REL7, B48): the real server, a wire that is cut, a real shutdown of
every session. Between server and database stands a wire of ours, since the test may not stop the machine's database."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

import psycopg
import pytest
from psycopg import sql

from tests.machine import free_port, wait_until

pytestmark = pytest.mark.postgres
CSRF = "c" * 32
MAKE = """
import json
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from tests.cast import build_cast, make_customer
alice = build_cast().alice
session = SessionStore()
session.update({SESSION_KEY: str(alice.pk), BACKEND_SESSION_KEY: "accounts.backends.SignIn",
                HASH_SESSION_KEY: alice.get_session_auth_hash()})
session.create()
print(json.dumps([make_customer(alice).pk, session.session_key]))
"""


class Wire:
    """Carries bytes to the database and back; `cut` ends what is open and takes nothing more until `mend`."""

    def __init__(self, host, port):
        self.there, self.open, self.whole = (host, port), set(), True
        self.kind = socket.AF_INET
        if host.startswith("/"):
            self.there, self.kind = f"{host}/.s.PGSQL.{port}", socket.AF_UNIX
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                near, _address = self.server.accept()
                if not self.whole:
                    near.close()
                    continue
                far = socket.socket(self.kind)
                far.connect(self.there)
                self.open |= {near, far}
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self):
        self.whole = False
        for end in list(self.open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.open.clear()

    def mend(self):
        self.whole = True


class House:
    """`manage.py serve` (web, worker and beat) on a database of its own behind the wire."""

    def __init__(self, folder):
        self.base = os.environ["TEST_DATABASE_URL"]
        at = urllib.parse.urlsplit(self.base)
        self.name = f"restart_{secrets.token_hex(4)}"
        self.direct(f"CREATE DATABASE {self.name}", base=True)
        with psycopg.connect(at._replace(scheme="postgresql").geturl()) as found:
            self.wire = Wire(found.info.host, found.info.port)
            person = at.netloc.rpartition("@")[0] or found.info.user
        url = f"postgres://{person}@127.0.0.1:{self.wire.port}/{self.name}"
        strange = ("TEST_DATABASE_URL", "DJANGO_SETTINGS_MODULE", "REDIS_URL")
        self.port = free_port()
        self.env = {key: value for key, value in os.environ.items() if key not in strange} | {
            "SALESFLOW_DATA": str(folder), "SALESFLOW_EMBEDDED": "1", "DATABASE_URL": url,
            "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "127.0.0.1",
        }  # fmt: skip
        self.manage("migrate", "-v0")
        self.manage("collectstatic", "--noinput", "-v0")
        self.customer, self.session = json.loads(self.manage("shell", "-v0", "-c", MAKE).strip().splitlines()[-1])
        self.log = (folder / "server.log").open("wb")
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        self.server = subprocess.Popen(command, env=self.env, stdout=self.log, stderr=self.log)
        wait_until(lambda: self.ask("GET", "/today")[0] == 200, within=60)

    def manage(self, *arguments):
        done = subprocess.run([sys.executable, "manage.py", *arguments], env=self.env, capture_output=True, text=True,
                              timeout=300)  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def direct(self, query, *values, base=False):
        """Past the wire."""
        at = urllib.parse.urlsplit(self.base)
        url = at._replace(scheme="postgresql", path="/postgres" if base else f"/{self.name}").geturl()
        with psycopg.connect(url, autocommit=True) as database:
            found = database.execute(sql.SQL(query), values or None)
            return found.fetchall() if found.description else []

    def ask(self, method, path, data=None):
        """(status, body) of one request of alice's browser; (0, "") when nobody answers."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            headers = {"Cookie": f"sessionid={self.session}; csrftoken={CSRF}", "Accept-Language": "en"}
            body = None
            if data is not None:
                body = urllib.parse.urlencode({"csrfmiddlewaretoken": CSRF, **data})
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def save(self, text):
        key = f"{secrets.token_urlsafe(12)}.log"
        data = {"customer": self.customer, "text": text, "methods": "phone", "outcome": "talked", "time": "now",
                "next": "pick", "next_date": "2031-03-05", "next_text": "寄样品", "key": key}
        return self.ask("POST", "/log", data)

    def close(self):
        self.server.terminate()
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
        self.log.close()
        self.wire.server.close()
        self.wire.cut()
        self.direct(f"DROP DATABASE {self.name} WITH (FORCE)", base=True)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("restart"))
    yield house
    house.close()


def under_load(house, seconds, events):
    """Ten saves a second for so long; `events` are (second, deed). [(text, at, status, body)]"""
    begun, seen = time.monotonic(), []

    def one(number):
        time.sleep(max(0.0, begun + number / 10 - time.monotonic()))
        text = f"{secrets.token_hex(4)} 谈了方案"
        at = time.monotonic() - begun
        seen.append((text, at, *house.save(text)))

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(one, number) for number in range(seconds * 10)]
        for at, deed in events:
            time.sleep(max(0.0, begun + at - time.monotonic()))
            deed()
        for each in asked:
            each.result()
    return seen


@pytest.mark.proves("REL7", "B48")
@pytest.mark.parametrize("way", ["the wire is cut for three seconds", "every session is shut down"])
def test_a_database_that_restarts_costs_seconds_and_no_data(house, way):
    assert house.save("谈了方案")[0] == 302
    if way.startswith("the wire"):
        events, last = [(2, house.wire.cut), (5, house.wire.mend)], 6
    else:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        events, last = [(at, lambda: house.direct(end, house.name)) for at in (2, 3, 4)], 5
    begun = house.direct("SELECT now()")[0][0]
    seen = under_load(house, 8, events)
    statuses = {status for _text, _at, status, _body in seen}
    assert statuses <= {302, 503}, [body[:300] for _t, _a, status, body in seen if status not in (302, 503)][:2]
    down = [(at, body) for _text, at, status, body in seen if status == 503]
    assert down and all(2 - 0.5 <= at <= last for at, _body in down), [at for at, _body in down]
    assert all("The database does not answer" in body and "Traceback" not in body for _at, body in down)
    saved = {text for text, _at, status, _body in seen if status == 302}
    kept = {text for (text,) in house.direct("SELECT text FROM customers_followup WHERE entered_at >= %s", begun)}
    assert saved <= kept, "what was answered is there"
    whole = """SELECT count(*) FROM customers_followup f WHERE entered_at >= %s AND NOT EXISTS (
               SELECT 1 FROM activity_event e WHERE e.verb = 'customers.logged' AND e.subject_id = f.id)"""
    assert house.direct(whole, begun) == [(0,)], "nothing half"
    assert house.server.poll() is None
    if last == 6:
        return
    alive = "SELECT 1 FROM core_heartbeat WHERE name = 'worker' AND at > now() - interval '8 s'"
    wait_until(lambda: house.direct(alive), within=75)  # the worker and the clock too are back, without a restart
