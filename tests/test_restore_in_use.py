"""REL14 by the buttons of a running SalesFlow, from outside: back up, go on working, restore, be killed half-way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core import maintenance
from tests.machine import free_port, wait_until
from tests.plain_browser import Browser
from tests.test_run import Server, ask
from tests.test_whole import PASSWORD, department, follow_invitation, manage, sign_in

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are sent as on Linux and macOS")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A started, empty product, its address, and ada, its administrator."""
    data, port = tmp_path_factory.mktemp("office") / "data", free_port()
    server = Server(data, port)
    base = f"http://127.0.0.1:{port}"
    try:
        server.wait_ready()
        follow_invitation(base, manage(data, "make_admin", "ada@example.com"))
        yield data, base
    finally:
        server.stop()


def names(data):
    return {name for (name,) in ask(data, "select name from accounts_department")}


def open_restore(browser, stem):
    """The page that asks once, after the password was asked again."""
    browser.get(f"/setup/backups/restore/{stem}")
    if "/confirm" in browser.url:
        browser.send(browser.form(containing="password"), password=PASSWORD)
    return browser.form(f"/setup/backups/restore/{stem}")


@pytest.mark.proves("REL14")
def test_a_restore_by_the_button_and_one_that_is_killed(office):
    data, base = office
    ada = sign_in(base, "ada@example.com")
    department(ada, "备份前部")
    ada.get("/setup/copies")
    ada.send(ada.form("/setup/backups/now"))
    wait_until(lambda: list((data / "backups").glob("*by-hand.zip")), within=90)
    (backup,) = (data / "backups").glob("*by-hand.zip")
    department(ada, "备份后部")

    # killed half-way: what was there is there, and the house opens by itself
    strange = ("DATABASE_URL", "TEST_DATABASE_URL", "DJANGO_SETTINGS_MODULE", "REDIS_URL")
    env = {key: value for key, value in os.environ.items() if key not in strange} | {"SALESFLOW_DATA": str(data)}
    half = subprocess.Popen([sys.executable, "manage.py", "restore", str(backup)], cwd=ROOT, env=env)
    beside = data / "backups/salesflow_beside.sqlite3"
    wait_until(lambda: beside.exists() and beside.stat().st_size > 500_000, within=90)
    half.send_signal(signal.SIGKILL)
    half.wait()
    assert names(data) >= {"备份前部", "备份后部"}
    gone = time.time() - maintenance.ALIVE - 1
    os.utime(data / "maintenance.json", (gone, gone))  # a minute later
    assert sign_in(base, "ada@example.com").get("/setup/departments").status == 200

    # by the button, while somebody is typing
    typing = sign_in(base, "ada@example.com").get("/setup/departments/new")
    form = typing.form(containing="name_en")
    ada.send(open_restore(ada, backup.stem))
    wait_until(lambda: Browser(base).get("/login").status == 503, within=60, every=0.2)
    typing.send(form, name="正在写的部")
    assert typing.status == 503 and "正在写的部" in typing.html
    wait_until(lambda: Browser(base).get("/login").status == 200, within=240, every=0.5)
    assert names(data) >= {"备份前部"} and not names(data) & {"备份后部", "正在写的部"}
    assert "/login" in ada.get("/setup/copies").url  # sessions end with it
    again = sign_in(base, "ada@example.com").get("/setup/copies")
    assert "before-restore.zip" in again.text and again.status == 200
    assert not beside.exists()
    told = ask(data, "select verb from activity_event order by id desc limit 3")
    assert ("accounts.restored",) in told

    # the clock and the jobs go on in the database that came back
    alive = "select count(*) from core_heartbeat where name in ('beat', 'worker')"
    wait_until(lambda: ask(data, alive) == [(2,)], within=90)
    wait_until(lambda: ask(data, "select count(*) from django_celery_beat_periodictask")[0][0] > 10, within=60)
    assert ask(data, "select count(*) from core_job where name = 'make_backup' and state = 'running'") == [(0,)]
