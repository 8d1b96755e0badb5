"""Starting without a terminal: the script that looks for a Python, mirrors, with the computer, awake, the zip."""

import http.server
import os
import plistlib
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

import run
from launch import HERE, Stop, autostart, awake, mirrors, packages, serving, zipping
from launch.installation import Installation
from tests.machine import free_port, wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="scripts are run as on Linux and macOS")


# --- start.sh, 启动.bat -----------------------------------------------------------------------------------------
def started(tmp_path, **fakes):
    """start.sh in a folder of its own with a PATH that holds only `fakes`, {name: shell script}."""
    folder, path = tmp_path / "my folder", tmp_path / "bin"
    folder.mkdir(), path.mkdir()
    shutil.copy(HERE / "start.sh", folder)
    (folder / "run.py").write_text("import sys; print('started', *sys.argv[1:]); sys.exit(7)")
    for name in ("dirname", "uname"):
        (path / name).symlink_to(shutil.which(name))
    for name, script in fakes.items():
        (path / name).write_text(f"#!/bin/sh\n{script}\n")
        (path / name).chmod(0o755)
    shell = shutil.which("sh")
    return subprocess.run(
        [shell, str(folder / "start.sh"), "--port", "8001", "a b"], env={"PATH": str(path)}, cwd="/",
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip


REAL = f'exec "{sys.executable}" "$@"'
OLD = 'case "$2" in *version_info*) exit 1;; esac'


def test_start_sh_takes_the_first_python_that_is_new_enough(tmp_path):
    done = started(tmp_path, python3=OLD, **{"python3.12": REAL})
    assert (done.stdout, done.returncode) == ("started --port 8001 a b\n", 7)


def test_start_sh_says_that_there_is_none_or_an_old_one(tmp_path):
    done = started(tmp_path)
    assert done.returncode == 1 and "there is none on this computer" in done.stdout and "没有" in done.stdout
    (tmp_path / "old").mkdir()
    done = started(tmp_path / "old", python3=OLD)
    assert done.returncode == 1 and "an older one (python3)" in done.stdout and "太旧" in done.stdout


def test_the_batch_file_is_one_for_windows():
    """It cannot run here: its line ends, its labels, and that it asks for the same Python."""
    text = (HERE / "启动.bat").read_bytes()
    assert text.count(b"\n") == text.count(b"\r\n") > 20
    lines = text.decode("utf-8").splitlines()
    assert lines.index("chcp 65001 >nul") < next(i for i, line in enumerate(lines) if "需要" in line)
    called = {word.lstrip(":") for line in lines for word in line.split() if word.startswith(":")}
    assert called == {line[1:] for line in lines if line.startswith(":")} == {"look", "none"}
    assert "(3, 11)" in text.decode() and "(3, 11)" in (HERE / "start.sh").read_text(encoding="utf-8")


def test_a_double_click_is_enough_for_the_office_and_for_starting_with_the_computer(tmp_path):
    """No option has to be typed: start-office.sh and start-with-computer.sh hand it to start.sh, the .bat as well."""
    for name in ("start-office.sh", "start-with-computer.sh"):
        shutil.copy(HERE / name, tmp_path)
    (tmp_path / "start.sh").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "start.sh").chmod(0o755)
    said = {
        (name, *more): subprocess.run([str(tmp_path / name), *more], capture_output=True, text=True).stdout.strip()
        for name, *more in (
            ("start-office.sh",), ("start-office.sh", "--port", "81"), ("start-with-computer.sh",),
            ("start-with-computer.sh", "off"),
        )
    }  # fmt: skip
    assert list(said.values()) == ["--office", "--office --port 81", "autostart on", "autostart off"]
    for name, words in (("全办公室启动.bat", '启动.bat" --office'), ("开机启动.bat", '启动.bat" autostart on')):
        text = (HERE / name).read_bytes()
        assert text.count(b"\n") == text.count(b"\r\n") and words in text.decode() and b"chcp 65001" in text


# --- Mirrors ---------------------------------------------------------------------------------------------------
@pytest.fixture
def index():
    """index(delay=0, files={}) → the address of an index on loopback that waits `delay` seconds for a page."""
    servers = []

    def serve(*, delay=0, files=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                time.sleep(delay)
                body = (files or {}).get(self.path, b"<a href='x'>x</a>" if files is None else None)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", "text/html" if self.path.endswith("/") else "application/zip")
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/simple"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_own_index_comes_first_while_it_answers_else_the_quickest_mirror(index, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    own, quick, slower, slow = index(), index(), index(delay=0.3), index(delay=2)
    gone = f"http://127.0.0.1:{free_port()}/simple"
    assert mirrors.order(own, [], "django") == [own]
    assert mirrors.order(own, [quick], "django") == [own, quick]
    begun = time.monotonic()
    assert mirrors.order(slow, [gone, slower, quick], "django", patience=1) == [quick, slower, slow, gone]
    assert time.monotonic() - begun < 8
    assert mirrors.order(gone, [slow], "django", patience=1) == [gone, slow]  # pip says what is wrong


def test_mirrors_are_only_those_the_office_named(tmp_path, monkeypatch):
    monkeypatch.delenv("SALESFLOW_PIP_MIRRORS", raising=False)
    assert mirrors.named(tmp_path) == []
    (tmp_path / "mirrors.txt").write_text("\ufeff# ours\nhttps://mirror.example/simple/\n\n", encoding="utf-8")
    monkeypatch.setenv("SALESFLOW_PIP_MIRRORS", "https://a.example/simple https://mirror.example/simple")
    assert mirrors.named(tmp_path) == ["https://a.example/simple", "https://mirror.example/simple"]
    assert mirrors.shown("https://me:secret@a.example:8080/simple") == "a.example"
    for name in ("mirrors.py", "packages.py"):  # no address of a registry is written down
        assert "://" not in (HERE / "launch" / name).read_text(encoding="utf-8").replace('f"{index}/{package}/"', "")
    monkeypatch.setenv("PIP_INDEX_URL", "http://own.example/simple/")
    assert mirrors.own_index(sys.executable) == "http://own.example/simple"


def test_packages_come_from_a_mirror_when_the_own_index_is_too_slow(index, tmp_path, monkeypatch, capsys):
    """A real pip, a real wheel, an index that does not answer in time."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("tiny.py", "word = 'here'")
        packed.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        packed.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr("tiny-1.0.dist-info/RECORD", "tiny.py,,\ntiny-1.0.dist-info/METADATA,,\n")
    page = f"<a href='/simple/tiny/{wheel.name}'>{wheel.name}</a>".encode()
    good = index(files={"/simple/tiny/": page, f"/simple/tiny/{wheel.name}": wheel.read_bytes()})
    own = index(delay=3)
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv/bin/python"
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", own)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("SALESFLOW_PIP_MIRRORS", good)
    monkeypatch.setattr(packages, "PYTHON", python)
    monkeypatch.setattr(packages, "own_index", lambda _python: own)
    monkeypatch.setattr(packages, "order", lambda *told: mirrors.order(*told, patience=1))
    (tmp_path / "requirements.txt").write_text("# made\ntiny==1.0\n")
    packages.fetch(tmp_path / "requirements.txt")
    said = subprocess.run([str(python), "-c", "import tiny; print(tiny.word)"], capture_output=True, text=True)
    assert said.stdout == "here\n" and "Packages come from 127.0.0.1" in capsys.readouterr().out


def test_what_an_index_cannot_help_with_is_not_tried_at_the_next(tmp_path, monkeypatch):
    asked = []

    def pip(words, **more):
        asked.append(words)
        return SimpleNamespace(returncode=1, stdout="error: subprocess-exited-with-error")

    monkeypatch.setattr(packages, "named", lambda folder: ["https://m.example/simple"])
    monkeypatch.setattr(packages, "own_index", lambda python: "https://own.example/simple")
    monkeypatch.setattr(packages, "order", lambda own, others, package: [own, *others])
    monkeypatch.setattr(packages.subprocess, "run", pip)
    (tmp_path / "requirements.txt").write_text("tiny==1.0\n")
    with pytest.raises(Stop, match="could not be installed"):
        packages.fetch(tmp_path / "requirements.txt")
    assert len(asked) == 1 and "--index-url" not in asked[0]
    monkeypatch.setattr(packages, "NO_NETWORK", ("subprocess-exited",))
    with pytest.raises(Stop, match="mirrors.txt"):
        packages.fetch(tmp_path / "requirements.txt")
    assert "https://m.example/simple" in asked[2]


# --- With the computer, awake ----------------------------------------------------------------------------------
def test_it_starts_with_the_computer_and_no_longer(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(autostart.shutil, "which", lambda name: None)
    for system, end in (("linux", "systemd/user/salesflow.service"), ("darwin", "LaunchAgents/salesflow.plist"),
                        ("win32", "Startup/SalesFlow.bat")):  # fmt: skip
        home = tmp_path / system
        assert autostart.autostart(["on", "--office"], system, home, {}) == 0
        (file,) = [path for path in home.rglob("*") if path.is_file()]
        assert file.as_posix().endswith(end) and str(file) in capsys.readouterr().out
        assert autostart.autostart(["off"], system, home, {}) == 0 and not file.exists()
        assert autostart.autostart(["off"], system, home, {}) == 0  # twice is no matter
    with pytest.raises(Stop):
        autostart.autostart(["maybe"], "linux", tmp_path, {})


def test_each_system_starts_what_was_asked_for_from_any_folder():
    folder, python = Path("/home/li/my 50% crm"), Path("/usr/bin/python3")
    words = [str(python), str(folder / "run.py"), "--office", "--port", "8001"]
    unit = autostart.content("linux", python, folder, words[2:]).decode()
    line = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    assert [word.replace("%%", "%") for word in shlex.split(line[len("ExecStart=") :])] == words
    assert "WantedBy=default.target" in unit and "WorkingDirectory=/home/li/my 50%% crm" in unit
    plist = plistlib.loads(autostart.content("darwin", python, folder, words[2:]))
    assert (plist["ProgramArguments"], plist["RunAtLoad"]) == (words, True)
    batch = autostart.content("win32", python, folder, words[2:]).decode()
    assert 'cd /d "/home/li/my 50%% crm"\r\n' in batch and "--office --port 8001\r\n" in batch


def test_the_computer_stays_awake_while_it_serves_and_not_longer(tmp_path, monkeypatch):
    fake, told = tmp_path / "systemd-inhibit", tmp_path / "told"
    fake.write_text(f'#!/bin/sh\necho "$$ $*" > {told}\nexec cat\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with awake.awake("linux"):
        wait_until(lambda: told.exists() and told.read_text().strip(), within=10)
        pid, words = told.read_text().split(" ", 1)
        assert "--what=sleep:idle" in words
        os.kill(int(pid), 0)  # it lives
    wait_until(lambda: not Path(f"/proc/{pid}").exists() or _is_dead(pid), within=10)
    assert awake.command("darwin", 7) == ["caffeinate", "-i", "-w", "7"]
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with awake.awake("linux"), awake.awake("plan9"):
        pass  # a system without a way serves all the same


def _is_dead(pid):
    return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


def test_for_the_office_is_remembered_until_something_else_is_said(tmp_path):
    place = Installation(tmp_path / "data")
    said = [serving.listen_on(run.options(words), place) for words in (
        [], ["--office"], [], ["--host", "127.0.0.1"], [],
    )]  # fmt: skip
    assert said == ["127.0.0.1", "0.0.0.0", "0.0.0.0", "127.0.0.1", "127.0.0.1"]
    assert socket.gethostname()


# --- The zip ---------------------------------------------------------------------------------------------------
@pytest.mark.skipif(not (HERE / ".git").exists(), reason="packed from a git checkout")
def test_the_zip_is_the_same_for_the_same_commit_and_holds_the_product_alone(tmp_path):
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    assert zipping.pack(one) == zipping.pack(two) > 500
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as packed:
        names = packed.namelist()
        assert {name.split("/")[0] for name in names} == {"SalesFlow"}
        inside = {name.partition("/")[2] for name in names}
        assert {"run.py", "manage.py", "start.sh", "启动.bat", "全办公室启动.bat", "README.md"} <= inside
        spare = ("tests", "bench", "var", ".git", ".ci", ".venv", "shots")
        assert not [name for name in inside if name.startswith(spare)]
        assert packed.getinfo("SalesFlow/start.sh").external_attr >> 16 == 0o100755
        packed.extractall(tmp_path)
    done = subprocess.run(["sh", str(tmp_path / "SalesFlow/start.sh"), "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "--office" in done.stdout


def test_without_git_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(zipping, "HERE", tmp_path)
    with pytest.raises(Stop, match="git checkout"):
        zipping.pack(tmp_path / "x.zip")
