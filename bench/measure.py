#!/usr/bin/env python
"""Measure the pages against the floor of the stack, on made data, with a real server of two workers on loopback.

    DATABASE_URL=postgres://…/empty python -m bench.measure --size large [--n 30] [--rounds 2] [--json out.json]

Makes the data (in the database named, which must be empty, or a SQLite file of its own), starts gunicorn twice (the
product, the floor), alternates their requests, and prints for each page p50, p95, queries, bytes (gzip) and the ratio
to its floor, with pass or fail against the budgets. Ratios are what to read: single times depend on the machine.
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

ROOT = Path(__file__).resolve().parent.parent

# page, path, floor, most times the floor, most queries, most KB of gzip
PAGES = [
    ("customer list, 50 rows", "/customers", "rows", 6, 8, 15),
    ("customers, last page", "/customers?page=999999", "rows", 6, 8, None),
    ("search, 2 characters", "/customers?q=星澜", "rows", 6, 8, None),
    ("search, phone tail", "/customers?q=5678", "rows", 6, 8, None),
    ("pipeline table", "/pipeline/table", "rows", 6, 8, 15),
    ("board", "/pipeline", "rows", 14, 12, 40),
    ("customer page", "/customers/{busy}", "customer", 4, 15, 20),
    ("my day", "/today", "rows", 6, 15, 15),
    ("team home", "/team", "rows", 6, 15, 15),
    ("request queue", "/requests", "rows", 6, 8, 15),
    ("weekly review", "/reviews", "rows", 16, 12, None),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def manage(env, *arguments):
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, check=True)


def people(env):
    """Session keys of a manager of a part of the data and of an admin, and the busiest customer of the manager."""
    code = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Count
from accounts.models import User
from customers.models import FollowUp
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
print("FOUND" + json.dumps({"manager": session(lead), "admin": session(admin), "busy": busy["customer"]}))
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

    def ask(self, path, session, method="GET"):
        """(seconds, status, body, queries), over a connection of its own like a browser's first."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        begun = time.perf_counter()
        connection.request(method, path, headers={"Cookie": f"sessionid={session}", "Accept-Language": "zh-CN"})
        answer = connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - begun
        connection.close()
        return took, answer.status, body, int(answer.headers.get("X-Queries", 0))

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
    for name, path, below, most, queries, kilobytes in PAGES:
        path = path.format(**found)
        quoted = "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in path)
        under = f"/{below}/{found['busy']}" if below in ("customer", "insert") else f"/{below}"
        status = product.ask(quoted, session)[1]
        if status in (301, 302):
            quoted = f"{quoted}/week/{time.strftime('%G-W%V')}"
            status = product.ask(quoted, session)[1]
        if status != 200:
            rows.append({"page": name, "who": who, "status": status})
            continue
        best = None
        for _ in range(rounds):
            pairs = [(product.ask(quoted, session), floor.ask(under, session)) for _ in range(n)]
            times = sorted(pair[0][0] * 1000 for pair in pairs)
            ground = statistics.median(pair[1][0] * 1000 for pair in pairs)
            if best is None or statistics.median(times) < best["p50"]:
                last = pairs[-1][0]
                best = {
                    "page": name, "who": who, "p50": statistics.median(times), "p95": times[int(len(times) * 0.95) - 1],
                    "floor": ground, "queries": last[3], "kb": len(gzip.compress(last[2], 6)) / 1024,
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
    parser.add_argument("--json")
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
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
