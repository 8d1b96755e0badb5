#!/usr/bin/env python
"""Measure the pages against the floor of the stack, on made data, with a real server of two workers on loopback.

    DATABASE_URL=postgres://…/empty python -m bench.measure --size large [--keep] [--n 30] [--rounds 2] [--write]

Makes the data (in the database named, which must be empty, or a SQLite file of its own), starts gunicorn twice (the
product, the floor), alternates their requests, and prints for each page p50, p95, queries, bytes (gzip) and the ratio
to its floor, with pass or fail against the budgets. Ratios are what to read: single times depend on the machine.
--keep takes a database that is filled already. --write keeps the figures of this size in bench/results.json and writes
bench/RESULTS.md anew from those of both sizes: run it once with small data and once with large.
"""

import argparse
import gzip
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlencode

from bench import report

ROOT = Path(__file__).resolve().parent.parent

TOKEN = "bench" * 6 + "ab"  # a page's token against forged posts, sent as cookie and header

# page, path, floor, most times the floor, most queries, most KB of gzip
PAGES = [
    ("customer list, 50 rows", "/customers", "rows", 6, 8, 15),
    ("customers, last page", "/customers?page=999999", "rows", 6, 8, None),
    ("deep page, 50 %", "/customers?page={half}", "rows", 6, 8, None),
    ("list of the quiet", "/customers?show=quiet", "rows", 6, 8, 15),
    ("search, 1 character", "/customers?q=星", "rows", 6, 8, None),
    ("search, 2 characters", "/customers?q=星澜", "rows", 6, 8, None),
    ("search, pinyin initials", "/customers?q=xl", "rows", 6, 8, None),
    ("search, phone tail", "/customers?q=5678", "rows", 6, 8, None),
    ("search of everything, with follow-up text", "/search?q=样品", "rows", 10, 8, None),
    ("pipeline table", "/pipeline/table", "rows", 6, 8, 15),
    ("board", "/pipeline", "rows", 14, 12, 40),
    ("log, the form", "/log?customer={busy}", "customer", 4, 15, None),
    ("customer page", "/customers/{busy}", "customer", 4, 15, 20),
    ("my day", "/today", "rows", 6, 15, 15),
    ("team home", "/team", "rows", 6, 15, 15),
    ("targets", "/targets", "rows", 6, 15, None),
    ("request queue", "/requests", "rows", 6, 8, 15),
    ("requests as cards", "/requests?as=board", "rows", 14, 12, 40),
    ("weekly review", "/reviews", "rows", 16, 12, None),
    ("monthly review", "/reviews/month/{month}", "rows", 16, 12, None),
    ("end of day", "/today/update", "rows", 6, 15, None),
    ("board, a day gone by", "/pipeline?as_of={then}", "rows", 60, 12, None),
    ("table, a day gone by", "/pipeline/table?as_of={then}", "rows", 60, 8, None),
    ("customers, a day gone by", "/customers?as_of={then}", "rows", 60, 8, None),
    ("monthly review, a day gone by", "/reviews/month/{month_then}?as_of={then}", "rows", 60, 12, None),
]
# the same, and what the form says; what it writes is taken back (bench/counting.py)
DEEDS = [
    ("save a log", "/log?customer={busy}", "insert", 5, 15, None, {
        "customer": "{busy}", "text": "谈了方案，下周再约", "methods": "phone", "outcome": "talked", "time": "now",
        "next": "{soon}", "next_text": "寄样品", "contact": "{contact}", "purpose": "方案反馈", "key": "benchbench.log",
    }),
    ("move a deal", "/deals/{deal}/move", "insert", 6, 15, None, {
        "to": "{onward}", "from": "{stage}", "key_action": "约下周", "expected_close": "{soon}", "key": "benchbench.move",
    }),
]


def asked_of(found, who):
    """(name, path, floor, budgets and the form or None) of each page and deed; their addresses as `who` asks for them."""
    found = found | {"half": found["half"][who]}
    for name, path, below, *budgets in [*PAGES, *DEEDS]:
        most, queries, kilobytes, form = [*budgets, None][:4]
        under = f"/{below}" if below == "rows" else f"/{below}/{found['busy']}"
        filled = form and urlencode({field: value.format(**found) for field, value in form.items()})
        yield name, quote(path.format(**found), safe="/?&="), under, (most, queries, kilobytes), filled


def headers_of(session, form):
    """A browser's, or those of a page's own post."""
    cookies = f"sessionid={session}; csrftoken={TOKEN}"
    headers = {"Cookie": cookies, "Accept-Language": "zh-CN"}
    if form:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": TOKEN, "HX-Request": "true"}
    return headers


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def manage(env, *arguments):
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, check=True)


def people(env):
    """Session keys of a manager of a part of the data and of an admin, the busiest customer of the manager, and a deal
    of his team with the stage it may move to."""
    code = """
import datetime as dt
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Count
from accounts.models import User
from core.periods import period_of, today
from customers.models import Contact, Customer, FollowUp
from pipeline.models import Deal
def session(user):
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return store.session_key
lead = User.objects.filter(role="manager", username__startswith="lead").order_by("pk").first()
admin = User.objects.filter(role="admin").first() or User.objects.create_user("bench", None, name="bench", role="admin")
team = lead.teams_led()
busy = FollowUp.objects.filter(customer__team__in=team).values("customer").annotate(n=Count("pk")).order_by("-n")[0]
deal = Deal.objects.filter(customer__team__in=team, stage__kind="open", stage__position=1).order_by("pk")[0]
half = {who: max(Customer.objects.visible_to(user).count() // 100, 1) for who, user in [("manager", lead), ("admin", admin)]}
then = today() - dt.timedelta(days=60)
print("FOUND" + json.dumps({
    "manager": session(lead), "admin": session(admin), "busy": busy["customer"], "half": half, "deal": deal.pk,
    "stage": deal.stage_id, "onward": deal.playbook.stages.get(position=2).pk,
    "contact": Contact.objects.filter(customer=busy["customer"]).order_by("pk")[0].pk,
    "month": period_of("month", today()).code, "then": str(then), "month_then": period_of("month", then).code,
    "soon": (today() + dt.timedelta(days=2)).isoformat(),
}))
"""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.partition("FOUND")[2])


class Server:
    def __init__(self, env, **more):
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "salesflow.wsgi", "--workers", "2", "--threads", "4",
                   "--worker-class", "gthread", "--bind", f"127.0.0.1:{self.port}", "--log-level", "error"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=env | more)

    def ask(self, path, session, form=None):
        """(seconds, status, body, queries, where to), over a connection of its own like a browser's first."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        begun = time.perf_counter()
        connection.request("POST" if form else "GET", path, body=form, headers=headers_of(session, form))
        answer = connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - begun
        connection.close()
        return took, answer.status, body, int(answer.headers.get("X-Queries", 0)), answer.headers.get("Location")

    def wait(self, path, session):
        for _ in range(120):
            try:
                if self.ask(path, session)[1] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.5)
        raise SystemExit("the server did not start")


def measure(product, floor, who, found, n, rounds):
    """One row a page: the lower p50 of the rounds, alternating with its floor."""
    session, rows = found[who], []
    for name, path, under, (most, queries, kilobytes), form in asked_of(found, who):
        status, *_, onward = product.ask(path, session, form)[1:]
        if onward:
            path = onward
            status = product.ask(path, session)[1]
        if status != 200:
            rows.append({"page": name, "who": who, "status": status})
            continue
        best = None
        for _ in range(rounds):
            pairs = [(product.ask(path, session, form), floor.ask(under, session, form)) for _ in range(n)]
            times = sorted(pair[0][0] * 1000 for pair in pairs)
            ground = statistics.median(pair[1][0] * 1000 for pair in pairs)
            if best is None or statistics.median(times) < best["p50"]:
                last = pairs[-1][0]
                best = {
                    "page": name, "who": who, "p50": statistics.median(times), "p95": times[int(len(times) * 0.95) - 1],
                    "floor": ground, "queries": min(pair[0][3] for pair in pairs), "kb": len(gzip.compress(last[2], 6)) / 1024,
                }
        best["ratio"] = best["p50"] / best["floor"]
        best["ok"] = (
            best["ratio"] <= most and best["queries"] <= queries and (kilobytes is None or best["kb"] <= kilobytes)
        )
        best |= {"most": most, "most_queries": queries, "most_kb": kilobytes}
        rows.append(best)
    return rows


def table(rows):
    lines = ["| page | who | p50 ms | p95 ms | × floor | queries | KB gzip | |", "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        if "p50" not in row:
            lines.append(f"| {row['page']} | {row['who']} | – | – | – | – | – | {row['status']} |")
            continue
        kb = f"{row['kb']:.1f}" + (f" (≤ {row['most_kb']})" if row["most_kb"] else "")
        lines.append(
            f"| {row['page']} | {row['who']} | {row['p50']:.1f} | {row['p95']:.1f} | {row['ratio']:.1f} (≤ {row['most']}) "
            f"| {row['queries']} (≤ {row['most_queries']}) | {kb} | {'pass' if row['ok'] else 'FAIL'} |"
        )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="small", choices=["small", "large", "extreme"])
    parser.add_argument("--n", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="renew bench/RESULTS.md")
    parser.add_argument("--keep", action="store_true", help="the database is filled already")
    options = parser.parse_args()
    folder = tempfile.TemporaryDirectory()
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench.settings", "SALESFLOW_EMBEDDED": "1",
        "SALESFLOW_DATA": os.environ.get("SALESFLOW_DATA", folder.name), "SECRET_KEY": "bench" * 12,
    }
    if not options.keep:
        manage(env, "migrate", "-v0")
        begun = time.monotonic()
        manage(env, "make_data", "--size", options.size)
        print(f"made {options.size} data in {time.monotonic() - begun:.0f} s", flush=True)
    manage(env, "collectstatic", "--noinput", "-v0")
    found = people(env)
    product, floor = Server(env), Server(env, BENCH_FLOOR="1")
    try:
        product.wait("/healthz", found["admin"])
        floor.wait("/hello", found["admin"])
        rows = [row for who in ("manager", "admin") for row in measure(product, floor, who, found, options.n, options.rounds)]
    finally:
        for server in (product, floor):
            server.process.terminate()
            server.process.wait(30)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n\n{table(rows)}")
    if options.write:
        database = "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite"
        report.write(options.size, rows, f"{database}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, {options.n} requests × {options.rounds}")


if __name__ == "__main__":
    main()
