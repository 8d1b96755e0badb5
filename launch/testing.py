"""The whole suite: on PostgreSQL where there is one, then on SQLite with the browser."""

import os
import subprocess

from launch import HERE, PYTHON, say
from launch.packages import install

FIND_POSTGRES = """
import psycopg
for where in ("dbname=postgres", "host=127.0.0.1 user=postgres dbname=postgres"):
    try:
        with psycopg.connect(where, connect_timeout=2, autocommit=True) as found:
            may = found.execute("select rolsuper or rolcreatedb from pg_roles where rolname = current_user").fetchone()
            if may and may[0]:
                host = "127.0.0.1" if "127.0.0.1" in where else ""  # empty: the local socket
                print(f"postgres://{found.info.user}@{host}/postgres")
                break
    except psycopg.Error:
        pass
"""


def find_postgres():
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given.startswith("postgres"):
        return given
    found = subprocess.run([str(PYTHON), "-c", FIND_POSTGRES], capture_output=True, text=True)
    return found.stdout.strip()


def pytest(title, *arguments, **extra):
    env = {key: value for key, value in os.environ.items() if key not in ("TEST_DATABASE_URL", "DATABASE_URL")}
    say("", f"=== {title}", "")
    return subprocess.run([str(PYTHON), "-m", "pytest", *arguments], cwd=HERE, env=env | extra).returncode


def test(arguments):
    """SQLite comes last: it has every test, so its summary is the closing line."""
    install("requirements-dev.txt")
    told = "-rsfE"  # what was skipped and what failed, by name: the closing lines are what is read first
    common = [told, "--long"] if "--long" in arguments else [told]
    chosen = [argument for argument in arguments if argument != "--long"]
    if not any(a in ("-n", "-x", "--pdb") or a.startswith(("-n", "--numprocesses")) or "::" in a for a in chosen):
        common += ["-n", "2", "--dist", "loadfile"]
    url, first = find_postgres(), 0
    if url:
        first = pytest("PostgreSQL, without the browser", *common, "-m", "not browser", *chosen,
                       TEST_DATABASE_URL=url, SALESFLOW_POSTGRES_LANE="1")  # fmt: skip
        first = 0 if first == 5 and chosen else first  # 5: nothing of what was chosen runs here
        say("", f"PostgreSQL: {'passed' if first == 0 else f'FAILED (code {first})'}")
        second = pytest("SQLite, with the browser", *common, *chosen, SALESFLOW_POSTGRES_LANE="1")
    else:
        say("", "No PostgreSQL that may be used (TEST_DATABASE_URL or a local server): its run is skipped.")
        second = pytest("SQLite, with the browser", *common, *chosen)
    return second or first


def promises():
    """The table of docs/promises.md, with the tests behind each line."""
    from tests.test_promises import promises as lines  # only this command needs the tests' own reading
    from tests.test_promises import proofs

    found, skipped = proofs()
    for name, words, state in lines():
        say(f"{name:7} {state:8} {words}")
        for test in found.get(name, []):
            say(f"        {'(skipped) ' if test in skipped else ''}{test}")
    return 0
