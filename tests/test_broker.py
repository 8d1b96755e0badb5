"""The broker away, mute, killed and back: real sockets, a real Redis, real worker and beat processes (REL4–REL6)."""

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.machine import free_port, redis_server, wait_until

PROBE = "from tests import jobs_probe; jobs_probe."


class Place:
    """An installation of its own: a data folder with a SQLite file, driven by processes of the real settings."""

    def __init__(self, folder, port):
        self.folder, self.port, self.database = folder, port, folder / "salesflow.sqlite3"
        clean = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "TEST_DATABASE_URL")}
        self.env = clean | {
            "SALESFLOW_DATA": str(folder), "SALESFLOW_EMBEDDED": "0", "DJANGO_SETTINGS_MODULE": "salesflow.settings",
            "REDIS_URL": f"redis://127.0.0.1:{port}/0", "HTTPS": "0",
        }  # fmt: skip

    def manage(self, *arguments):
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(self, code):
        return self.manage("shell", "-v0", "-c", PROBE + code)

    def ask(self, query):
        with contextlib.closing(sqlite3.connect(self.database, timeout=10)) as database:
            return database.execute(query).fetchall()

    @contextlib.contextmanager
    def running(self, *arguments):
        """A Celery process; its output is kept in a file of the folder."""
        log = self.folder / f"{arguments[0]}.log"
        with log.open("ab") as output:
            command = [sys.executable, "-m", "celery", "-A", "salesflow", *arguments]
            process = subprocess.Popen(command, env=self.env, stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def worker(self):
        return self.running("worker", "--include", "tests.jobs_probe", "-c", "1", "-l", "info", "--without-mingle")

    def beat(self):
        return self.running("beat", "-l", "info")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("place"), free_port())
    place.manage("migrate", "-v0")
    return place


@contextlib.contextmanager
def refusing(port):
    yield


@contextlib.contextmanager
def mute(port):
    """Accepts every connection (the kernel does) and never answers."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen(50)
        yield


@pytest.mark.proves("REL6")
@pytest.mark.parametrize("broker", [refusing, mute])
def test_saving_while_the_broker_is_away(place, broker):
    before = place.ask("select count(*) from core_job")[0][0]
    with broker(place.port):
        seen = json.loads(place.call("save_some()").strip().splitlines()[-1])
    assert seen["rows"] == before + 4
    assert max(seen["times"]) <= 3, seen["times"]
    assert max(seen["times"][1:]) <= 0.5, "after a failure there is no attempt for half a minute"
    assert seen["health"] == "status: degraded"


@pytest.mark.redis
@pytest.mark.proves("REL4", "REL6", "B46")
def test_killed_workers_and_a_redis_that_goes_and_comes_back(place):
    """Three jobs kill their worker child at three points; then Redis dies with work waiting and returns."""
    with redis_server(place.port) as server, place.worker(), place.beat():
        for point in ("first", "middle", "last"):
            place.call(
                "enqueue('probe_killed', key='%s', point='%s', folder=r'%s')" % (point, point, place.folder)  # noqa: UP031
            )
        wait_until(lambda: done(place, "probe_killed") == 3, within=90)
        assert place.ask("select key, tries from core_job where name = 'probe_killed' order by id") == [
            ("first", 2), ("middle", 2), ("last", 2)
        ]  # fmt: skip
        assert place.ask("select count(*) from core_heartbeat where name like 'effect %'") == [(3,)]
        for point in ("first", "middle", "last"):
            assert (place.folder / f"tries {point}").read_text() == "finished\n"
        wait_until(lambda: place.ask("select name from core_heartbeat where name = 'beat'"), within=30)
        wait_until(lambda: done(place, "probe_count") == place.ask(COUNTS)[0][0], within=60)

        server.kill()
        server.wait()
        seen = json.loads(place.call("save_some()").strip().splitlines()[-1])
        assert max(seen["times"]) <= 3, seen["times"]
        waiting = place.ask("select count(*) from core_job where state = 'waiting' and name = 'probe_count'")
        assert waiting == [(4,)]
        with redis_server(place.port):
            begun = time.monotonic()
            wait_until(lambda: done(place, "probe_count") == place.ask(COUNTS)[0][0], within=60)
            print(f"drained {time.monotonic() - begun:.1f} s after Redis was back")
        assert place.ask("select distinct tries from core_job where name = 'probe_count'") == [(1,)]
        once = place.ask("select distinct data from core_heartbeat where name like 'ran %'")
        assert [json.loads(data) for (data,) in once] == [{"times": 1}]


@pytest.mark.redis
@pytest.mark.proves("B47", "REL4")
def test_imports_exports_reviews_and_mail_whose_worker_is_killed_are_done_once(tmp_path):
    """Four real jobs, each killed at its first write and when only its row was left to end; the import also between."""
    place = Place(tmp_path, free_port())
    place.env |= {"PROBE_FOLDER": str(tmp_path), "EMAIL_URL": f"filemail:///{tmp_path}/mail"}
    place.manage("migrate", "-v0")
    with redis_server(place.port), place.worker(), place.beat():
        place.call("ask_deadly()")
        mine = "select count(*) from core_job where args like '%\"die\"%' and state"
        wait_until(lambda: place.ask(f"{mine} in ('waiting', 'running')") == [(0,)], within=150, every=0.5)
        assert place.ask(f"{mine} = 'done'") == [(9,)]
    assert place.ask("select distinct tries from core_job where args like '%\"die\"%'") == [(2,)]  # each died once
    assert place.ask("select state, count(*) from exchange_importbatch group by 1") == [("done", 3)]
    assert place.ask("select text, count(*) from customers_followup group by 1 having count(*) > 1") == []
    assert place.ask("select count(*) from customers_followup where text like '% _'") == [(27,)]
    assert place.ask("select count(*) from exchange_exportfile where ready_at is not null and file <> ''") == [(2,)]
    weeks = "select distinct period from reviews_review where as_of is not null"
    asked = "select json_extract(args, '$.week') from core_job where key like 'week %'"
    assert set(place.ask(weeks)) >= set(place.ask(asked))
    assert place.ask("select count(*) from reviews_review where as_of is null") == [(0,)]
    doubled = "select key, recipient_id from activity_notification group by 1, 2 having count(*) > 1"
    assert place.ask(doubled) == []
    assert place.ask("select count(*) from activity_notification where mail_due_at is not null and mailed_at is null "
                     "and kind = 'customers.given'") == [(0,)]


COUNTS = "select count(*) from core_job where name = 'probe_count'"


def done(place, name):
    return place.ask(f"select count(*) from core_job where state = 'done' and name = '{name}'")[0][0]
