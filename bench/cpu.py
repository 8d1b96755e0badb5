#!/usr/bin/env python
"""Compare pages by processor time instead of the clock: for a machine that does other things as well (Linux).

    DATABASE_URL=postgres://…/filled python -m bench.cpu [--only customers] [--n 20] [--cold] [--profile]

Two processes answer in turn, the product and the floor (bench/floor.py), each without a server around it. What counts
is the processor time of the Python process and of its PostgreSQL process: a quiet machine's clock would show about
their sum. The lower median of three rounds.
"""

import argparse
import cProfile
import importlib
import multiprocessing
import os
import pstats
import statistics
import tempfile
import time
from pathlib import Path

from bench.measure import asked_of, headers_of, people


def serve(pipe, env):
    """Answer (path, session, form, profile) with (ms of Python, ms of the database, status, where to, queries)."""
    os.environ.update(env)
    import django

    django.setup()
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connection
    from django.test import RequestFactory

    from core import answers

    handler, ask = WSGIHandler(), RequestFactory(headers={"Host": "127.0.0.1"})
    profiler = cProfile.Profile()

    def database():
        pid = getattr(getattr(connection.connection, "info", None), "backend_pid", None)
        try:
            with Path(f"/proc/{pid}/schedstat").open() as file:
                return int(file.read().split()[0]) / 1e6
        except OSError:
            return 0.0

    while (asked := pipe.recv()) is not None:
        path, session, form, profile = asked
        headers = headers_of(session, form)
        kind = headers.pop("Content-Type", "")
        environ = (ask.post(path, form, kind, headers=headers) if form else ask.get(path, headers=headers)).environ
        connection.ensure_connection()
        if "BENCH_COLD" in env:
            answers.forget()  # as the first request after a write finds it
        before, begun = database(), time.process_time()
        if profile:
            profiler.enable()
        answer = handler(environ, lambda *_: None)
        profiler.disable()
        took = (time.process_time() - begun) * 1000
        pipe.send((took, database() - before, answer.status_code, answer.headers.get("Location"), int(answer["X-Queries"])))
    if profiler.getstats():
        stats = pstats.Stats(profiler).sort_stats("tottime")
        stats.print_stats(45)
        stats.sort_stats("cumtime").print_stats(110)


def start(env):
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there, env), daemon=True)
    process.start()

    def ask(path, session, form=None, profile=False):
        here.send((path, session, form, profile))
        return here.recv()

    def stop():
        here.send(None)
        process.join()

    return ask, stop


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="pages whose name holds this; several by |")
    parser.add_argument("--who", default="manager,admin")
    parser.add_argument("--n", type=int, default=20)
    parser.add_argument("--cold", action="store_true", help="nothing is kept from one request to the next")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    folder = tempfile.TemporaryDirectory()
    env = {
        "DJANGO_SETTINGS_MODULE": "bench.settings", "SALESFLOW_EMBEDDED": "1", "SECRET_KEY": "bench" * 12,
        "SALESFLOW_DATA": os.environ.get("SALESFLOW_DATA", folder.name),
    }
    importlib.import_module("bench.measure").manage(os.environ | env, "collectstatic", "--noinput", "-v0")
    found = people(os.environ | env)
    (product, end), (floor, end_floor) = start(env | ({"BENCH_COLD": "1"} if options.cold else {})), start(env | {"BENCH_FLOOR": "1"})
    print("| page | who | × floor | budget | ms | Python | database | floor ms | queries |\n|---|---|---|---|---|---|---|---|---|")
    for who in options.who.split(","):
        for name, path, under, (most, *_), form in asked_of(found, who):
            if not any(part in name for part in options.only.split("|")):
                continue
            path = product(path, found[who], form)[3] or path
            for _ in range(3):
                product(path, found[who], form), floor(under, found[who], form)
            best = None
            for _ in range(3):
                pairs = [
                    (product(path, found[who], form, options.profile), floor(under, found[who], form))
                    for _ in range(options.n)
                ]
                ours, base = [p for p, _f in pairs], [f[0] + f[1] for _p, f in pairs]
                ms = statistics.median(p[0] + p[1] for p in ours)
                row = (
                    ms / statistics.median(base), most, ms, statistics.median(p[0] for p in ours),
                    statistics.median(p[1] for p in ours), statistics.median(base), min(p[4] for p in ours), ours[0][2],
                )
                best = min(best or row, row)
            ratio, most, *times, queries, status = best
            shown = " | ".join(f"{each:.1f}" for each in times) if status == 200 else f"answered {status}"
            print(f"| {name} | {who} | {ratio:.1f} | ≤ {most} | {shown} | {queries} |", flush=True)
    end()
    end_floor()


if __name__ == "__main__":
    main()
