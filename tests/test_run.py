"""`python3 run.py`, for real: starts, answers, stops, starts again quickly, and says in plain words what is wrong."""

import ast
import json
import os
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

import run
from launch import HERE, Stop, packages, serving
from launch.installation import Installation
from tests.machine import free_port, wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are sent as on Linux and macOS")


class Server:
    """One run.py as a child process; what it prints is kept."""

    def __init__(self, data, port, *arguments):
        clean = ("DATABASE_URL", "TEST_DATABASE_URL", "SALESFLOW_DATA", "SALESFLOW_EMBEDDED", "REDIS_URL")
        env = {key: value for key, value in os.environ.items() if key not in (*clean, "DJANGO_SETTINGS_MODULE")}
        command = [sys.executable, str(HERE / "run.py"), "--no-demo", "--port", str(port), "--data", str(data)]
        self.log = Path(f"{data}.log")
        self.begun = time.monotonic()
        with self.log.open("w") as output:
            self.process = subprocess.Popen([*command, *arguments], env=env, stdout=output, stderr=subprocess.STDOUT)

    @property
    def said(self):
        return self.log.read_text()

    def wait_ready(self, within=240):
        wait_until(lambda: "Ctrl-C" in self.said or self.process.poll() is not None, within=within)
        assert self.process.poll() is None, self.said
        return time.monotonic() - self.begun

    def stop(self, number=signal.SIGINT):
        begun = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(30)
        return code, time.monotonic() - begun


def health(port):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        return answer.read().decode().strip()


def reachable(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(data, query):
    with closing(sqlite3.connect(data / "salesflow.sqlite3", timeout=20, isolation_level=None)) as database:
        return database.execute(query).fetchall()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder that has been started once and stopped."""
    data, port = tmp_path_factory.mktemp("run") / "data", free_port()
    first = Server(data, port)
    try:
        took = first.wait_ready()
        assert f"http://127.0.0.1:{port}/" in first.said
        assert "WARNING" not in first.said  # nothing the person at the terminal cannot use
        wait_until(lambda: health(port) == "status: ok", within=90)  # worker and beat both gave a sign of life
        code, stopping = first.stop()
    finally:
        first.process.kill()
    print(f"first start {took:.1f} s, stop {stopping:.1f} s")
    assert (code, stopping < 5) == (0, True), first.said
    return data


def test_the_secret_key_is_made_once_and_only_ours(data):
    key = data / "secret-key"
    assert (key.stat().st_mode & 0o777, len(key.read_text()) >= 50) == (0o600, True)


def test_the_server_ends_when_run_py_is_killed(data):
    port = free_port()
    server = Server(data, port)
    server.wait_ready(within=60)
    server.process.kill()
    wait_until(lambda: not reachable(port), within=10)


@pytest.mark.proves("REL4")
def test_the_second_start_is_quick_and_does_the_jobs_left_over(data):
    ask(
        data,
        "insert into core_job (name, key, args, state, due_at, created_at, tries, done, total, result, error, claim)"
        " values ('no_such_job', 'left', '{}', 'running', '2024-03-01 09:00', '2024-03-01 09:00',"
        " 1, 0, 0, '{}', '', '')",
    )
    server = Server(data, free_port())
    try:
        took = server.wait_ready(within=60)
        print(f"second start {took:.1f} s")
        assert took < 10
        wait_until(lambda: ask(data, "select state from core_job where key = 'left'") == [("failed",)], within=40)
        assert server.stop(signal.SIGTERM)[0] == 0
    finally:
        server.process.kill()


def test_a_taken_port_gives_the_next_free_one_and_a_folder_has_one_server(data):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        server = Server(data, port)
        try:
            server.wait_ready(within=60)
            assert f"Port {port} is taken; using " in server.said
            again = Server(data.parent / ".." / data.parent.name / "data", port)
            assert again.process.wait(60) == 1
            assert "already runs with this data folder: http://127.0.0.1:" in again.said
        finally:
            server.stop()
            server.process.kill()


def test_a_half_done_migration_is_refused_and_can_be_put_back(data):
    ask(data, "insert into core_heartbeat (name, at, data) values ('kept', '2024-03-01 09:00', '{}')")
    backup = data / "copy.sqlite3"
    with closing(sqlite3.connect(data / "salesflow.sqlite3")) as old, closing(sqlite3.connect(backup)) as new:
        old.backup(new)
    (data / "migrating.json").write_text(json.dumps({"backup": str(backup)}))
    ask(data, "drop table core_job")
    refused = Server(data, free_port())
    assert refused.process.wait(60) == 1
    assert str(backup) in refused.said
    assert refused.said.count(f"python3 run.py --data {data} --restore") == 2  # as it is typed, in both languages
    server = Server(data, free_port(), "--restore")
    try:
        server.wait_ready(within=120)
        assert ask(data, "select name from core_heartbeat where name = 'kept'") == [("kept",)]
        assert ask(data, "select count(*) from core_job where key = 'nobody'") == [(0,)]
        assert not (data / "migrating.json").exists()
    finally:
        server.stop()
        server.process.kill()


def test_plain_words_for_what_is_missing(tmp_path):
    with pytest.raises(SystemExit, match="needs Python 3.11 or newer; this is 3.9"):
        run.check_python((3, 9, 2))
    with pytest.raises(Stop, match="Only 120 MB free"):
        packages.check_space(tmp_path, free=120)
    assert "no network" in packages.why_not_installed("NewConnectionError: ... Failed to establish a new connection")
    assert "disk is full" in packages.why_not_installed("OSError: [Errno 28] No space left on device")
    assert "could not be installed" in packages.why_not_installed("error: subprocess-exited-with-error")


def test_an_old_python_reads_run_py_as_far_as_the_words_about_itself():
    """What a newer one alone could read would be a syntax error instead of a sentence."""
    ast.parse((HERE / "run.py").read_text(encoding="utf-8"), feature_version=(3, 4))


def test_a_port_or_an_address_that_cannot_be_is_said_so(capsys):
    for wrong in ("0", "65536", "-1", "eight"):
        with pytest.raises(SystemExit):
            run.options([f"--port={wrong}"])
        assert "--port" in capsys.readouterr().err
    with pytest.raises(Stop, match="no address 203.0.113.9"):
        serving.free_port("203.0.113.9", 8000)


def test_a_data_folder_that_cannot_be_one_is_said_so(tmp_path):
    (tmp_path / "file").write_text("")
    for wrong in (tmp_path / "file", tmp_path / "file/below", Path("/proc/salesflow")):
        with pytest.raises(Stop, match="cannot be a folder to write in"):
            Installation(wrong)


def test_a_venv_that_was_left_unfinished_is_made_again(tmp_path, monkeypatch):
    """Debian without python3-venv leaves a Python without pip behind."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv/bin/python"
    assert not packages.works(python)
    monkeypatch.setattr(packages, "VENV", tmp_path / "venv")
    monkeypatch.setattr(packages, "PYTHON", python)
    packages.make_venv()
    assert packages.works(python)


def alone(folder):
    """What run.py needs, in a folder of its own where nothing is installed."""
    for name in ("run.py", "requirements.txt", "launch"):
        source = HERE / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)


@pytest.mark.parametrize(
    "said",
    ["No module named venv", "The virtual environment was not created, because ensurepip is not available."],
)
def test_without_the_venv_module_its_package_is_named(tmp_path, said):
    """The two ways Debian says it, by a module in the place of Python's own."""
    alone(tmp_path)
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden/venv.py").write_text(f"raise SystemExit({said!r})")
    env = os.environ | {"PYTHONPATH": str(tmp_path / "hidden")}
    done = subprocess.run([sys.executable, "run.py"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert f"sudo apt install python3.{sys.version_info[1]}-venv" in done.stderr


def test_without_a_network_nothing_is_lost(tmp_path):
    """A real pip that finds no index; started again with one it goes on."""
    alone(tmp_path)
    hidden = {name for name in os.environ if name.startswith("PIP_")}
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env |= {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run([sys.executable, "run.py"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "no network?" in done.stderr and "请检查网络" in done.stderr
    assert not (tmp_path / ".venv/requirements.installed").exists()


def test_the_command_that_puts_the_copy_back_names_a_folder_that_is_not_the_usual_one(tmp_path):
    place = Installation(tmp_path / "my data")
    assert shlex.split(place.restoring()) == ["python3", "run.py", "--data", str(tmp_path / "my data"), "--restore"]
    place.data = HERE / "var"
    assert place.restoring() == "python3 run.py --restore"


def test_the_names_it_answers_to():
    assert serving.own_names("127.0.0.1") == ["127.0.0.1", "localhost", "[::1]"]
    assert serving.own_names("10.1.2.3") == ["127.0.0.1", "localhost", "[::1]", "10.1.2.3"]
    assert socket.gethostname() in serving.own_names("0.0.0.0")
