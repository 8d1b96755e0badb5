#!/usr/bin/env python
"""An office at work against a real server on loopback, bounded by people and minutes (reliability §4: L1–L6, L9–L11).

    DATABASE_URL=postgres://…/filled python -m bench.load --people 100 --think 10 --minutes 5 --name L1 [--write]

Without DATABASE_URL: `make_data --size small` in a SQLite file of its own and the one process of run.py (L9). With it:
gunicorn with two workers on that database, to which what is saved is added (use a copy). Everybody reads lists (45 %),
searches (15 %), looks at the board (15 %) and at customers (10 %), logs conversations (12 %), comments on requests
(2 %), exports (1 %), and thinks in between.

--logins N   that many sign-ins with their passwords in the first minute (L4)
--one        everybody logs with one and the same customer (L5)
--abuser     one more who asks fifty times a second (L10)

Fails when an answer is 5xx or cut off, when a log that was answered is not there once, or when a database said
"locked". --write puts the line of this name into docs/reliability.md.
"""

import argparse
import collections
import concurrent.futures
import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlencode

from bench.measure import ROOT, free_port, headers_of, manage

PASSWORD = "a-long-enough-word-for-load"  # noqa: S105  (of made people in a database made for this)
MIX = {"list": 45, "search": 15, "board": 15, "customer": 10, "log": 12, "comment": 2, "export": 1}
WORDS = ["星", "星澜", "xl", "科技", "5678", "合同"]
LISTS = ["/customers", "/customers?show=quiet", "/customers?page=2", "/pipeline/table", "/requests", "/today"]
PAGE = Path(__file__).resolve().parent.parent / "docs/reliability.md"

FIND = """
import json, random
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from accounts.models import User
from collaboration.models import CollaborationRequest
from customers.models import Customer
people, word = [], make_password(%r)
found = User.objects.filter(is_active=True, role__in=["rep", "manager"]).order_by("role", "pk")
for user in list(found)[-%d:]:
    user.password = word
    user.save(update_fields=["password"])
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    mine = list(Customer.objects.visible_to(user).order_by("pk").values_list("pk", flat=True)[:30])
    asked = list(CollaborationRequest.objects.visible_to(user).order_by("-pk").values_list("number", flat=True)[:10])
    people.append({"login": user.username, "session": store.session_key, "customers": mine, "requests": asked})
print("FOUND" + json.dumps(people))
"""
COUNT = """
import json, sys
from customers.models import FollowUp
texts = FollowUp.objects.filter(text__startswith=%r).values_list("text", flat=True)
print("FOUND" + json.dumps(list(texts)))
"""


def shell(env, code):
    done = subprocess.run([sys.executable, "manage.py", "shell", "-v0", "-c", code], cwd=ROOT, env=env, check=True,
                          capture_output=True, text=True)  # fmt: skip
    return json.loads(done.stdout.partition("FOUND")[2])


class Server:
    """The product as it is run, its memory and files as the system counts them."""

    def __init__(self, env, embedded, log):
        self.port = free_port()
        one = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        two = [sys.executable, "-m", "gunicorn", "salesflow.wsgi", "--workers", "2", "--threads", "4", "--worker-class",
               "gthread", "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning"]  # fmt: skip
        begun = time.monotonic()
        self.process = subprocess.Popen(one if embedded else two, cwd=ROOT, env=env, stdout=log, stderr=log)
        while True:
            try:
                if self.ask("GET", "/login", "")[0] == 200:
                    break
            except OSError:
                time.sleep(0.05)
        self.cold = time.monotonic() - begun

    def ask(self, method, path, session, form=None):
        """(status, body, where to)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = headers_of(session, form) | ({} if form is None else {"HX-Request": "false"})
            headers.pop("HX-Request", None)
            connection.request(method, path, form and urlencode(form), headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheader("Location")
        finally:
            connection.close()

    def weight(self):
        """(MB of memory, open files) of the server and its children."""
        own = [self.process.pid]
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                if int(entry.read_text().rpartition(")")[2].split()[1]) == self.process.pid:
                    own.append(int(entry.parent.name))
            except OSError:
                continue
        memory = files = 0
        for pid in own:
            try:
                memory += int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024
                files += len(list(Path(f"/proc/{pid}/fd").iterdir()))
            except (OSError, TypeError):
                continue
        return round(memory), files


class Work:
    def __init__(self, server, people, options):
        self.server, self.people, self.options = server, people, options
        self.mark = f"负载{random.randrange(10**9)}"  # noqa: S311
        self.times, self.problems, self.sent = collections.defaultdict(list), [], set()
        self.lock, self.number = threading.Lock(), 0
        self.end = time.monotonic() + options.minutes * 60

    def do(self, what, method, path, session, form=None, good=(200, 302)):
        begun = time.monotonic()
        try:
            status, body, onward = self.server.ask(method, path, session, form)
        except (OSError, http.client.HTTPException) as error:
            status, body, onward = 0, repr(error).encode(), None
        with self.lock:
            self.times[what].append((time.monotonic() - begun) * 1000)
            if status not in good:
                self.problems.append((what, path, status, body[:200].decode("utf-8", "replace")))
        return status, onward

    def key(self):
        with self.lock:
            self.number += 1
            return f"load{self.number:08}{self.mark[-4:].encode().hex()}.load"

    def one_thing(self, person, dice):
        what = dice.choices(list(MIX), MIX.values())[0]
        session, customers = person["session"], person["customers"]
        if what == "list" or not customers:
            return self.do("list", "GET", dice.choice(LISTS), session)
        if what == "search":
            return self.do(what, "GET", f"/customers?q={quote(dice.choice(WORDS))}", session)
        if what == "board":
            return self.do(what, "GET", "/pipeline", session)
        if what == "customer":
            return self.do(what, "GET", f"/customers/{dice.choice(customers)}", session)
        if what == "comment" and person["requests"]:
            path = f"/requests/R-{dice.choice(person['requests'])}/comment"
            return self.do(what, "POST", path, session, {"text": self.mark, "key": self.key()})
        if what == "export":
            form = {"sheet": "customers", "form": "xlsx", "key": self.key()}
            status, onward = self.do(what, "POST", "/exports", session, form, good=(302, 429))
            return onward and self.do(what, "GET", onward, session)
        return self.log(person, dice.choice(customers))

    def log(self, person, customer):
        text = f"{self.mark} {self.key()}"
        day = time.strftime("%Y-%m-%d", time.localtime(time.time() + 3 * 86_400))
        form = {"customer": customer, "text": text, "methods": "phone", "outcome": "talked", "time": "now", "next": "pick",
                "next_date": day, "next_text": "寄样品", "key": self.key()}  # fmt: skip
        if self.do("log", "POST", "/log", person["session"], form)[0] in (200, 302):
            with self.lock:
                self.sent.add(text)

    def person(self, number):
        person, dice = self.people[number % len(self.people)], random.Random(number)
        time.sleep(dice.uniform(0, min(self.options.think, 10)))
        while time.monotonic() < self.end:
            if self.options.one:
                self.log(person, self.people[0]["customers"][0])
            else:
                self.one_thing(person, dice)
            time.sleep(dice.uniform(0.5, 1.5) * self.options.think)

    def sign_in(self, number):
        time.sleep(number * 60 / self.options.logins)
        form = {"login": self.people[number % len(self.people)]["login"], "password": PASSWORD}
        self.do("sign in", "POST", "/login", "", form, good=(302,))

    def abuse(self):
        said = collections.Counter()
        while time.monotonic() < self.end:
            begun = time.monotonic()
            said[self.server.ask("GET", "/search?q=x", self.people[0]["session"])[0]] += 1
            time.sleep(max(0.0, 0.02 - (time.monotonic() - begun)))
        self.abuser = dict(said)

    def run(self):
        weights = []
        with concurrent.futures.ThreadPoolExecutor(self.options.people + self.options.logins + 1) as pool:
            jobs = [pool.submit(self.person, number) for number in range(self.options.people)]
            jobs += [pool.submit(self.sign_in, number) for number in range(self.options.logins)]
            jobs += [pool.submit(self.abuse)] if self.options.abuser else []
            while time.monotonic() < self.end:
                time.sleep(min(15, max(0.1, self.end - time.monotonic())))
                weights.append(self.server.weight())
            for job in jobs:
                job.result()
        return weights


def told(work, weights, server, kept, log):
    """The line of the table, and whether it is good."""
    every = sorted(time for times in work.times.values() for time in times)
    at = lambda share: round(every[min(int(len(every) * share), len(every) - 1)])  # noqa: E731
    locked = log.count("database is locked")
    lost = len(work.sent - set(kept))
    twice = len(kept) - len(set(kept))
    rate = len(every) / (work.options.minutes * 60)
    early = weights[len(weights) // 3]
    more = f"; abuser {work.abuser}" if work.options.abuser else ""
    line = (
        f"| {work.options.name} | {work.options.people} people, {work.options.think:g} s, {work.options.minutes:g} min"
        f"{', one customer' if work.options.one else ''}{f', {work.options.logins} sign-ins' if work.options.logins else ''}"
        f" | {len(every)} ({rate:.1f}/s) | {at(0.5)} / {at(0.95)} / {at(0.99)} | {len(work.problems)} | {len(work.sent)} saved,"
        f" {lost} lost, {twice} twice, {locked} locked | {early[0]} → {weights[-1][0]} MB, {early[1]} → {weights[-1][1]} files"
        f" | {server.cold:.1f} s | {os.getloadavg()[0]:.1f}{more} |"
    )
    return line, not (work.problems or lost or twice or locked)


def keep(name, line):
    text = PAGE.read_text("utf-8")
    mine = re.compile(rf"^\| {re.escape(name)} \|.*$", re.M)
    if not mine.search(text):
        raise SystemExit(f"docs/reliability.md has no line {name}")
    PAGE.write_text(mine.sub(lambda _found: line, text, count=1), "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--think", type=float, default=10)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--logins", type=int, default=0)
    parser.add_argument("--name", default="run")
    for switch in ("--one", "--abuser", "--write"):
        parser.add_argument(switch, action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        embedded = "DATABASE_URL" not in os.environ
        env = os.environ | {"SALESFLOW_DATA": folder, "SALESFLOW_EMBEDDED": "1", "SECRET_KEY": "x" * 50,
                            "ALLOWED_HOSTS": "127.0.0.1"}  # fmt: skip
        manage(env, "migrate", "-v0")
        manage(env, "collectstatic", "--noinput", "-v0")
        if embedded:
            manage(env, "make_data", "--size", "small")
        people = shell(env, FIND % (PASSWORD, options.people))
        with log.open("wb") as output:
            server = Server(env, embedded, output)
            try:
                work = Work(server, people, options)
                weights = work.run()
            finally:
                server.process.terminate()
                server.process.wait(30)
        line, good = told(work, weights, server, shell(env, COUNT % work.mark), log.read_text("utf-8", "replace"))
    print(line)
    for what in work.problems[:5]:
        print(what)
    if options.write:
        keep(options.name, line)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
